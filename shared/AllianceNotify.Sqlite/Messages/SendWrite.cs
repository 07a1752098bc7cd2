using AllianceNotify.Messaging;
using AllianceNotify.Sqlite.Commits;

namespace AllianceNotify.Sqlite.Messages;

internal sealed class SendWrite(QueueName queue, IReadOnlyList<QueueMessage> messages) : PendingWrite<bool>
{
    public override int Bytes => messages.Sum(message => message.Body.Length + 512);

    public override void Run(WriterSession session)
    {
        Send(session);
        Result = true;
    }

    /// <summary>As a part of another write.</summary>
    public void Send(WriterSession session)
    {
        var now = session.Now;
        var id = MessageSql.NextId(session.Connection, queue.Value);
        var insert = session.Connection.Prepare(MessageSql.Insert);
        foreach (var message in messages)
        {
            var notBefore = message.NotBefore?.UtcTicks;
            insert.Bind(1, queue.Value)
                .Bind(2, id++)
                .Bind(3, (long)message.Lane)
                .Bind(4, Math.Max(now, notBefore ?? now))
                .Bind(5, now)
                .Bind(6, notBefore)
                .Bind(7, message.Id)
                .Bind(8, message.TraceParent)
                .Bind(9, message.Body.Span)
                .Run();
        }

        session.Wake(queue.Value);
    }
}
