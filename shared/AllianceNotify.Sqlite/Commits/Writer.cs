using AllianceNotify.Sqlite.Files;
using AllianceNotify.Sqlite.Messages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// The one thread that writes. It takes all that waits, runs it in one transaction, commits once, and only then answers:
/// however many callers share the commit, the disk is flushed once. Receivers that wait for messages are served at the
/// end of the same transaction, so that what was sent in it is leased in it.
/// </summary>
/// <remarks>
/// A write that throws fails alone: the transaction is rolled back and run again without it, this time with a savepoint
/// a write. When the database itself fails (disk full, I/O error, busy beyond the time-out) everybody in the group is told so.
/// </remarks>
internal sealed partial class Writer : IDisposable
{
    private const int GroupBytes = 16 << 20;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Queue<PendingWrite> queue = new();
    private readonly SemaphoreSlim room;
    private readonly AutoResetEvent arrived = new(false);
    private readonly ReceiverLines receivers = new();
    private readonly List<(ReceiverLine Line, ReceiveWrite Receiver)> served = [];
    private readonly FileConnection connection;
    private readonly SqliteOptions options;
    private readonly ILogger logger;
    private readonly SteadyClock clock;
    private readonly WriterSession session;
    private readonly Checkpoints checkpoints;
    private readonly ITimer timer;
    private readonly Thread thread;
    private long timerDue = long.MaxValue;
    private long otherWriters;
    private bool ticked;
    private bool closed;

    public Writer(FileConnection connection, SqliteOptions options, TimeProvider time, ILogger logger, long epoch)
    {
        this.connection = connection;
        this.options = options;
        this.logger = logger;
        clock = new SteadyClock(time);
        session = new WriterSession(connection, clock, receivers, epoch);
        checkpoints = new Checkpoints(connection, options, logger);
        otherWriters = ReadOtherWriters();
        room = new SemaphoreSlim(options.PendingWrites);
        timer = time.CreateTimer(static writer => ((Writer)writer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        thread = new Thread(Loop) { IsBackground = true, Name = "SQLite writer" };
        thread.Start();
    }

    /// <summary>Completes when the write is on the disk.</summary>
    public Task<T> SubmitAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        if (!room.Wait(0, CancellationToken.None))
        {
            return SubmitWhenThereIsRoomAsync(write, cancellationToken);
        }

        Enqueue(write, cancellationToken);
        return write.Outcome;
    }

    /// <summary>Takes no more writes, finishes those that wait, and ends the thread. Receivers that wait are told that the database is closed.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
        }

        arrived.Set();
        thread.Join();
        timer.Dispose();
    }

    private async Task<T> SubmitWhenThereIsRoomAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        Enqueue(write, cancellationToken);
        return await write.Outcome.ConfigureAwait(false);
    }

    private void Enqueue(PendingWrite write, CancellationToken cancellationToken)
    {
        write.Watch(cancellationToken);
        lock (gate)
        {
            if (!closed)
            {
                queue.Enqueue(write);
                if (queue.Count == 1)
                {
                    arrived.Set();
                }

                return;
            }
        }

        room.Release();
        if (write.TryStart())
        {
            write.Fail(new ObjectDisposedException(nameof(SqliteDatabase)));
        }
    }

    private void Tick()
    {
        lock (gate)
        {
            ticked = true;
        }

        arrived.Set();
    }

    private void Loop()
    {
        var group = new List<PendingWrite>();
        while (Take(group))
        {
            if (group.Count > 0 || receivers.AnyAwake)
            {
                Commit(group);
                checkpoints.AfterCommit(clock.Now);
            }

            SetTimer();
        }

        receivers.FailAll(new ObjectDisposedException(nameof(SqliteDatabase)));
    }

    /// <summary>Waits for something to do. False when closed and all is done.</summary>
    private bool Take(List<PendingWrite> group)
    {
        group.Clear();
        while (true)
        {
            bool tick, last;
            lock (gate)
            {
                tick = ticked;
                ticked = false;
                last = closed && queue.Count == 0;
                var taken = 0;
                for (var bytes = 0L; taken < options.GroupSize && bytes < GroupBytes && queue.TryDequeue(out var write); taken++)
                {
                    bytes += write.Bytes;
                    group.Add(write);
                }

                if (taken > 0)
                {
                    room.Release(taken);
                }

                if (queue.Count > 0)
                {
                    arrived.Set();
                }
            }

            if (last)
            {
                return false;
            }

            Admit(group);
            if (tick)
            {
                OnTick();
            }

            if (tick || group.Count > 0 || receivers.AnyAwake)
            {
                return true;
            }

            arrived.WaitOne();
        }
    }

    /// <summary>Receivers join their line; what was cancelled meanwhile is left out.</summary>
    private void Admit(List<PendingWrite> group)
    {
        group.RemoveAll(write =>
        {
            if (write is ReceiveWrite receiver)
            {
                receivers.Join(receiver);
                return true;
            }

            return !write.TryStart();
        });
    }

    private void OnTick()
    {
        timerDue = long.MaxValue;
        var now = clock.Now;
        receivers.WakeDue(now);
        checkpoints.WhenIdle(now);
        if (receivers.AnyWaiting && ReadOtherWriters() is var seen && seen != otherWriters)
        {
            otherWriters = seen;
            receivers.WakeAll();
        }
    }

    /// <summary>A number that changes when another connection has written to the file.</summary>
    private long ReadOtherWriters() => connection.Prepare("PRAGMA data_version").ReadInteger() ?? 0;

    private void Commit(List<PendingWrite> group)
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
            Log.GroupFailed(logger, group.Count + served.Count, error);
            TryRollBack();
            receivers.Postpone(clock.Now + RetryAfterFailure.Ticks);
            group.ForEach(write => write.Fail(error));
            served.ForEach(item => item.Receiver.Fail(error));
            return;
        }

        receivers.Settle();
        group.ForEach(write => write.Complete());
        served.ForEach(item => item.Receiver.Complete());
    }

    /// <summary>
    /// One transaction over the whole group. Unguarded, the first write that throws undoes it all, and the answer is false:
    /// to be run again without that write.
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
        catch (Exception error) when (connection.InTransaction && !IsOfTheDatabase(error))
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
                    if (guarded)
                    {
                        continue;
                    }

                    BackInLine(served);
                    return false;
                }

                if (receiver.FoundNothing)
                {
                    BackInLine([served[^1]]);
                    served.RemoveAt(served.Count - 1);
                    if (line.Waiting.First?.Value == receiver)
                    {
                        break;
                    }
                }
            }

            line.NextVisible = line.Waiting.Count > 0 ? MessageSql.NextVisible(connection, line.Queue) : long.MaxValue;
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
    private static bool IsOfTheDatabase(Exception error) => error is SqliteException
    {
        SqliteErrorCode: not (SQLitePCL.raw.SQLITE_ERROR or SQLitePCL.raw.SQLITE_TOOBIG or SQLitePCL.raw.SQLITE_CONSTRAINT
            or SQLitePCL.raw.SQLITE_MISMATCH or SQLitePCL.raw.SQLITE_RANGE)
    };

    private void SetTimer()
    {
        var now = clock.Now;
        var due = Math.Min(receivers.NextVisible, checkpoints.IdleDue);
        if (receivers.AnyWaiting)
        {
            due = Math.Min(due, now + options.OtherProcessCheck.Ticks);
        }

        if (due >= timerDue)
        {
            return;
        }

        timerDue = due;
        var wait = Math.Max(due - now, 0);
        timer.Change(TimeSpan.FromTicks(wait), Timeout.InfiniteTimeSpan);

        // Simulated time may have moved between reading the clock and setting the timer, which then would ring too late.
        if (clock.Now >= due)
        {
            Tick();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A commit of {Writes} writes failed; their callers have been told.")]
        public static partial void GroupFailed(ILogger logger, int writes, Exception error);

        [LoggerMessage(2, LogLevel.Error, "A {Write} failed inside its transaction; its neighbours are not affected.")]
        public static partial void WriteFailed(ILogger logger, string write, Exception error);

        [LoggerMessage(3, LogLevel.Warning, "A failed transaction could not be rolled back yet.")]
        public static partial void RollBackFailed(ILogger logger, Exception error);
    }
}
