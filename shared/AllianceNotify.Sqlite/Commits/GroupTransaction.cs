using AllianceNotify.Sqlite.Files;
using AllianceNotify.Sqlite.Messages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// One transaction for a whole group of writes, and for the receivers that can be served after them. Answers when it is
/// on the disk.
/// </summary>
/// <remarks>
/// A write that throws fails alone: all is rolled back and run again without it, this time with a savepoint a write. When
/// the file itself fails (disk full, I/O error, busy beyond the time-out), everybody in the group is told so.
/// </remarks>
internal sealed partial class GroupTransaction(FileConnection connection, ReceiverLines receivers, WriterSession session, ILogger logger)
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);
    private readonly List<(ReceiverLine Line, ReceiveWrite Receiver)> served = [];

    public void Run(List<PendingWrite> group)
    {
        served.Clear();
        try
        {
            if (!TryApply(group, guarded: false))
            {
                TryApply(group, guarded: true);
            }
        }
        catch (Exception error)
        {
            // Not swallowed: every caller of the group gets it, and nothing of the group is claimed.
            TryRollBack();
            receivers.Postpone(session.Now + RetryAfterFailure.Ticks);
            group.ForEach(write => write.Fail(error));
            served.ForEach(item => item.Receiver.Fail(error));
            Log.GroupFailed(logger, group.Count + served.Count, error);
            return;
        }

        receivers.Settle();
        group.ForEach(write => write.Complete());
        served.ForEach(item => item.Receiver.Complete());
    }

    /// <summary>
    /// Unguarded, the first write that throws undoes everything, and the answer is false: to be run again without that
    /// write. Guarded, the answer is always true.
    /// </summary>
    private bool TryApply(List<PendingWrite> group, bool guarded)
    {
        connection.RollBack();
        connection.Begin();
        for (var i = 0; i < group.Count; i++)
        {
            if (TryRun(group[i], guarded))
            {
                continue;
            }

            group.RemoveAt(i--);
            if (!guarded)
            {
                connection.RollBack();
                return false;
            }
        }

        if (!TryServeReceivers(guarded))
        {
            connection.RollBack();
            return false;
        }

        connection.Commit();
        return true;
    }

    private bool TryRun(PendingWrite write, bool guarded)
    {
        if (guarded)
        {
            connection.Prepare("SAVEPOINT guarded").Run();
        }

        try
        {
            write.Run(session);
        }
        catch (Exception error) when (connection.InTransaction && !IsOfTheFile(error))
        {
            Log.WriteFailed(logger, write.GetType().Name, error);
            if (guarded)
            {
                connection.Prepare("ROLLBACK TO guarded").Run();
                connection.Prepare("RELEASE guarded").Run();
            }

            write.Fail(error);
            return false;
        }

        if (guarded)
        {
            connection.Prepare("RELEASE guarded").Run();
        }

        return true;
    }

    private bool TryServeReceivers(bool guarded)
    {
        foreach (var line in receivers.Awake)
        {
            if (!TryServe(line, guarded))
            {
                BackInLine(served);
                return false;
            }

            line.NextVisible = line.Waiting.Count > 0 ? MessageSql.NextVisible(connection, line.Queue) : long.MaxValue;
        }

        return true;
    }

    private bool TryServe(ReceiverLine line, bool guarded)
    {
        while (line.Waiting.First?.Value is { } receiver)
        {
            line.Waiting.RemoveFirst();
            if (!receiver.TryStart())
            {
                continue;
            }

            served.Add((line, receiver));
            if (!TryRun(receiver, guarded))
            {
                served.RemoveAt(served.Count - 1);
                if (!guarded)
                {
                    return false;
                }
            }
            else if (receiver.FoundNothing)
            {
                served.RemoveAt(served.Count - 1);
                BackInLine([(line, receiver)]);
                return true;
            }
        }

        return true;
    }

    /// <summary>At the head of their lines again, in their old order; those that have cancelled are left out.</summary>
    private static void BackInLine(List<(ReceiverLine Line, ReceiveWrite Receiver)> receivers)
    {
        for (var i = receivers.Count - 1; i >= 0; i--)
        {
            if (receivers[i].Receiver.TryPause())
            {
                receivers[i].Line.Waiting.AddFirst(receivers[i].Receiver);
            }
        }

        receivers.Clear();
    }

    private void TryRollBack()
    {
        try
        {
            connection.RollBack();
        }
        catch (SqliteException error)
        {
            // The next group begins by trying again.
            Log.RollBackFailed(logger, error);
        }
    }

    /// <summary>Whether the failure is the file's or the disk's, so that leaving one write out would not help.</summary>
    private static bool IsOfTheFile(Exception error) => error is SqliteException
    {
        SqliteErrorCode: not (raw.SQLITE_ERROR or raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE)
    };

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Error, "A commit of {Writes} writes failed; their callers have been told.")]
        public static partial void GroupFailed(ILogger logger, int writes, Exception error);

        [LoggerMessage(3, LogLevel.Error, "A {Write} failed inside its transaction; its neighbours are not affected.")]
        public static partial void WriteFailed(ILogger logger, string write, Exception error);

        [LoggerMessage(4, LogLevel.Warning, "A failed transaction could not be rolled back yet.")]
        public static partial void RollBackFailed(ILogger logger, Exception error);
    }
}
