using AllianceNotify.Messaging;
using AllianceNotify.Sqlite.Commits;
using AllianceNotify.Sqlite.Files;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Sqlite.Messages;

/// <summary>
/// A receiver: waits in its queue's line until the writer finds something for it. The lease and the raised delivery count
/// are on the disk before it is answered, so that a message that kills the process has been counted.
/// </summary>
internal sealed partial class ReceiveWrite(QueueName queue, int max, TimeSpan lease) : PendingWrite<IReadOnlyList<LeasedMessage>>
{
    public QueueName Queue => queue;

    public bool FoundNothing => Result!.Count == 0;

    public override void Run(WriterSession session)
    {
        List<LeasedMessage> found;
        List<LeasedMessage> kept;
        do
        {
            found = Lease(session, session.Now);
            kept = found.FindAll(message => message.DeliveryCount <= queue.MaxDeliveries);
            foreach (var exhausted in found.Where(message => message.DeliveryCount > queue.MaxDeliveries))
            {
                Bury(session, exhausted);
            }
        }
        while (kept.Count == 0 && found.Count > 0);

        Result = kept;
    }

    private List<LeasedMessage> Lease(WriterSession session, long now)
    {
        var until = SettleWrite.Later(now, lease);
        var number = session.NextNumber();
        var leased = session.Connection.Prepare(MessageSql.Lease)
            .Bind(1, queue.Value).Bind(2, now).Bind(3, max).Bind(4, until).Bind(5, number)
            .ReadAll(row => (Id: row.Integer(0), Message: Read(row, number, until)));

        // RETURNING promises no order.
        leased.Sort((a, b) => (a.Message.Message.Lane, a.Id).CompareTo((b.Message.Message.Lane, b.Id)));
        return leased.ConvertAll(item => item.Message);
    }

    private LeasedMessage Read(Statement row, long number, long until) => new(
        queue,
        new QueueMessage
        {
            Id = row.Text(5),
            Body = row.Blob(7).ToArray(),
            Lane = (Lane)row.Integer(1),
            NotBefore = row.IsNull(4) ? null : new DateTimeOffset(row.Integer(4), TimeSpan.Zero),
            TraceParent = row.IsNull(6) ? null : row.Text(6),
        },
        new LeaseToken(row.Integer(0), number).ToString(),
        (int)row.Integer(2),
        new DateTimeOffset(row.Integer(3), TimeSpan.Zero),
        new DateTimeOffset(until, TimeSpan.Zero));

    private void Bury(WriterSession session, LeasedMessage message)
    {
        if (LeaseToken.TryParse(message, out var token))
        {
            var handedOut = message.DeliveryCount - 1;
            Statement Held(string sql) => session.Connection.Prepare(sql).Bind(1, queue.Value).Bind(2, token.Row).Bind(3, token.Lease).Bind(4, 0L);
            Held(MessageSql.Bury)
                .Bind(4, session.Now)
                .Bind(5, session.NextNumber())
                .Bind(6, $"Handed out {handedOut} times without being completed.")
                .Bind(7, 1L)
                .Run();
            Held(MessageSql.Complete).Run();
            Log.Exhausted(session.Logger, message.Message.Id, queue.Value, handedOut);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Warning, "Message {Message} on {Queue} was handed out {Deliveries} times without being completed and becomes a dead letter.")]
        public static partial void Exhausted(ILogger logger, string message, string queue, int deliveries);
    }
}
