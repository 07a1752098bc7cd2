using AllianceNotify.Messaging;
using AllianceNotify.Sqlite.Commits;

namespace AllianceNotify.Sqlite.Messages;

/// <summary>A dead letter's message back on its queue; true where there was one of that number.</summary>
internal sealed class ReplayWrite(QueueName queue, long deadLetter) : PendingWrite<bool>
{
    public override void Run(WriterSession session)
    {
        var id = MessageSql.NextId(session.Connection, queue.Value);
        Result = session.Connection.Prepare(MessageSql.Revive)
            .Bind(1, queue.Value).Bind(2, deadLetter).Bind(3, id).Bind(4, session.Now).Run() == 1;
        if (Result)
        {
            session.Connection.Prepare(MessageSql.DeleteDeadLetter).Bind(1, deadLetter).Run();
            session.Wake(queue.Value);
        }
    }
}
