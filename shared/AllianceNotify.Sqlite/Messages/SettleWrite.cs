using AllianceNotify.Messaging;
using AllianceNotify.Sqlite.Commits;
using AllianceNotify.Sqlite.Files;

namespace AllianceNotify.Sqlite.Messages;

/// <summary>The end or the renewal of a lease; true where it was still held.</summary>
internal abstract class SettleWrite(QueueName queue, LeaseToken lease) : PendingWrite<bool>
{
    protected string Queue => queue.Value;

    public sealed override void Run(WriterSession session) => Result = Settle(session, session.Now);

    protected abstract bool Settle(WriterSession session, long now);

    protected Statement Held(WriterSession session, string sql, long now) =>
        session.Connection.Prepare(sql).Bind(1, queue.Value).Bind(2, lease.Row).Bind(3, lease.Lease).Bind(4, now);

    internal sealed class Completion(QueueName queue, LeaseToken lease) : SettleWrite(queue, lease)
    {
        protected override bool Settle(WriterSession session, long now) => Held(session, MessageSql.Complete, now).Run() == 1;
    }

    internal sealed class Abandonment(QueueName queue, LeaseToken lease, TimeSpan delay) : SettleWrite(queue, lease)
    {
        protected override bool Settle(WriterSession session, long now)
        {
            if (Held(session, MessageSql.Abandon, now).Bind(5, Later(now, delay)).Run() == 0)
            {
                return false;
            }

            session.Wake(Queue);
            return true;
        }
    }

    internal sealed class Renewal(QueueName queue, LeaseToken lease, TimeSpan length) : SettleWrite(queue, lease)
    {
        protected override bool Settle(WriterSession session, long now) =>
            Held(session, MessageSql.Renew, now).Bind(5, Later(now, length)).Run() == 1;
    }

    internal sealed class Burial(QueueName queue, LeaseToken lease, string reason) : SettleWrite(queue, lease)
    {
        public override int Bytes => MessageLimits.MaxBodyBytes / 8;

        protected override bool Settle(WriterSession session, long now) =>
            Held(session, MessageSql.Bury, now).Bind(5, session.NextNumber()).Bind(6, reason).Bind(7, 0L).Run() == 1
            && Held(session, MessageSql.Complete, now).Run() == 1;
    }

    /// <summary>A time that far ahead, or the last there is.</summary>
    internal static long Later(long now, TimeSpan delay) => delay.Ticks > DateTimeOffset.MaxValue.UtcTicks - now ? DateTimeOffset.MaxValue.UtcTicks : now + delay.Ticks;
}
