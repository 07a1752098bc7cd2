using System.Globalization;
using AllianceNotify.Messaging;
using AllianceNotify.Sqlite.Commits;
using AllianceNotify.Sqlite.Files;
using AllianceNotify.Sqlite.Messages;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite;

/// <summary>The queues in the embedded file. They share its group commit with the store.</summary>
public sealed class SqliteMessageQueue(SqliteDatabase database) : IQueueBesideStore
{
    private const int MaxReceive = 1000;

    public async ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken)
    {
        MessageLimits.CheckSend(queue, messages);
        if (messages.Count > 0)
        {
            await database.WriteAsync(new SendWrite(queue, messages), cancellationToken).ConfigureAwait(false);
        }
    }

    public bool IsBeside(IEntityStore store) => store is SqliteEntityStore other && other.IsIn(database);

    public ValueTask<WriteResult> WriteAndSendAsync(
        TableName table, string partition, EntityWrite write, QueueName queue, QueueMessage message, CancellationToken cancellationToken)
    {
        IReadOnlyList<QueueMessage> messages = [message];
        MessageLimits.CheckSend(queue, messages);
        var both = new WriteAndSendWrite(SqliteEntityStore.Prepare(table, partition, write), new SendWrite(queue, messages));
        return new(database.WriteAsync(both, cancellationToken));
    }

    public ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
    {
        MessageLimits.CheckReceive(queue, max, lease);
        return new(database.WriteAsync(new ReceiveWrite(queue, Math.Min(max, MaxReceive), lease), cancellationToken));
    }

    public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) =>
        Settle(message, lease => new SettleWrite.Completion(message.Queue, lease), cancellationToken);

    public ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return Settle(message, lease => new SettleWrite.Abandonment(message.Queue, lease, delay), cancellationToken);
    }

    public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken)
    {
        var kept = MessageLimits.Kept(reason);
        return Settle(message, lease => new SettleWrite.Burial(message.Queue, lease, kept), cancellationToken);
    }

    public ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return Settle(message, held => new SettleWrite.Renewal(message.Queue, held, lease), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        var from = 0L;
        if (after is not null && !TryParseId(after, out from))
        {
            throw new ArgumentException($"'{after}' is no dead letter's id.", nameof(after));
        }

        return await database.ReadAsync(
            connection => connection.Prepare(MessageSql.DeadLetters).Bind(1, queue.Value).Bind(2, from).Bind(3, max).ReadAll(row => ReadDeadLetter(queue, row)),
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        ArgumentNullException.ThrowIfNull(id);
        return TryParseId(id, out var number) && await database.WriteAsync(new ReplayWrite(queue, number), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        var now = database.Time.GetUtcNow().UtcTicks;
        return database.ReadAsync(
            connection => connection.Prepare(MessageSql.Depth).Bind(1, queue.Value).Bind(2, now).ReadOne(
                row => new QueueDepth(row.Integer(0), row.Integer(1), row.IsNull(2) ? null : new DateTimeOffset(row.Integer(2), TimeSpan.Zero)))!,
            cancellationToken);
    }

    private async ValueTask<bool> Settle(LeasedMessage message, Func<LeaseToken, SettleWrite> settle, CancellationToken cancellationToken) =>
        LeaseToken.TryParse(message, out var lease) && await database.WriteAsync(settle(lease), cancellationToken).ConfigureAwait(false);

    private static DeadLetter ReadDeadLetter(QueueName queue, Statement row) => new(
        row.Integer(0).ToString("D19", CultureInfo.InvariantCulture),
        queue,
        new QueueMessage
        {
            Id = row.Text(5),
            Body = row.Blob(8).ToArray(),
            Lane = (Lane)row.Integer(1),
            TraceParent = row.IsNull(6) ? null : row.Text(6),
        },
        row.Text(7),
        (int)row.Integer(2),
        new DateTimeOffset(row.Integer(3), TimeSpan.Zero),
        new DateTimeOffset(row.Integer(4), TimeSpan.Zero));

    private static bool TryParseId(string id, out long number) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
