using AllianceNotify.Sqlite.Files;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// Copies the write-ahead log into the database when it has grown, or when nothing has been written for a while. Done
/// between two groups and not inside a commit, so that nobody waits for it who has been committed already.
/// </summary>
internal sealed partial class Checkpoints(FileConnection connection, SqliteOptions options, ILogger logger)
{
    private const int PageBytes = 4096;
    private readonly long limit = options.CheckpointBytes / PageBytes;
    private long threshold = options.CheckpointBytes / PageBytes;
    private long pages;
    private long lastWrite;

    /// <summary>When to look whether the file is idle: UTC ticks, or <see cref="long.MaxValue"/> where the log is empty.</summary>
    public long IdleDue => pages > 0 ? lastWrite + options.IdleCheckpoint.Ticks : long.MaxValue;

    public void AfterCommit(long now)
    {
        if (connection.TakePagesWritten() is var written and > 0)
        {
            pages += written;
            lastWrite = now;
        }

        if (pages >= threshold)
        {
            Run();
        }
    }

    public void WhenIdle(long now)
    {
        if (IdleDue <= now)
        {
            Run();
            lastWrite = now;
        }
    }

    private void Run()
    {
        try
        {
            // Passive: never waits for readers. What a reader's snapshot still needs is left for the next time.
            var left = connection.Query("PRAGMA wal_checkpoint(PASSIVE)", row => new { InLog = row.Integer(1), Copied = row.Integer(2) });
            pages = left.Copied == left.InLog ? 0 : pages;
        }
        catch (SqliteException error)
        {
            // The log still has everything; only the copy is late.
            Log.CheckpointFailed(logger, error);
        }

        threshold = pages + (pages == 0 ? limit : limit / 4);
    }

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Warning, "The write-ahead log could not be copied into the database; it will be tried again.")]
        public static partial void CheckpointFailed(ILogger logger, Exception error);
    }
}
