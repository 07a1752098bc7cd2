using AllianceNotify.Sqlite.Commits;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>Holds the writer inside a transaction until it is let go, so that what is submitted meanwhile forms one group.</summary>
internal sealed class HoldWriter : PendingWrite<bool>
{
    private readonly TaskCompletionSource release = new();
    private readonly TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Running => running.Task;

    public void LetGo() => release.TrySetResult();

    public override void Run(WriterSession session)
    {
        running.TrySetResult();
        if (!release.Task.Wait(TimeSpan.FromSeconds(60)))
        {
            throw new TimeoutException("The test did not let the writer go.");
        }
    }

    /// <summary>Returns when the writer is held.</summary>
    public static async Task<HoldWriter> HoldAsync(SqliteDatabase database)
    {
        var hold = new HoldWriter();
        _ = database.WriteAsync(hold, default);
        await hold.Running;
        return hold;
    }
}

/// <summary>Some work in the group's transaction.</summary>
internal sealed class InTransaction(Action<WriterSession> work) : PendingWrite<bool>
{
    public override void Run(WriterSession session)
    {
        work(session);
        Result = true;
    }
}
