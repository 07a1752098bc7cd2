using AllianceNotify.Sqlite.Entities;
using AllianceNotify.Sqlite.Messages;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>A write and the message that is sent where it applies.</summary>
internal sealed class WriteAndSendWrite(EntityBatchWrite write, SendWrite send) : PendingWrite<WriteResult>
{
    public override int Bytes => write.Bytes + send.Bytes;

    public override void Run(WriterSession session)
    {
        Result = write.Apply(session);
        if (Result is WriteResult.Applied)
        {
            send.Send(session);
        }
    }
}
