using AllianceNotify.Sqlite.Files;
using AllianceNotify.Sqlite.Messages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// The one thread that writes. It takes all that waits, runs it in one transaction, commits once, and only then answers:
/// however many callers share the commit, the disk is flushed once. Receivers that wait for messages are served at the
/// end of the same transaction, so that what was sent in it is leased in it. Between groups it sleeps until something
/// comes or its timer rings.
/// </summary>
internal sealed partial class Writer : IDisposable
{
    private readonly Inbox inbox;
    private readonly ReceiverLines receivers = new();
    private readonly FileConnection connection;
    private readonly SqliteOptions options;
    private readonly ILogger logger;
    private readonly SteadyClock clock;
    private readonly GroupTransaction transaction;
    private readonly Checkpoints checkpoints;
    private readonly ITimer timer;
    private readonly Thread thread;
    private long timerDue = long.MaxValue;
    private long otherWriters;

    public Writer(FileConnection connection, SqliteOptions options, TimeProvider time, ILogger logger, long epoch)
    {
        this.connection = connection;
        this.options = options;
        this.logger = logger;
        clock = new SteadyClock(time);
        inbox = new Inbox(options);
        transaction = new GroupTransaction(connection, receivers, new WriterSession(connection, clock, receivers, epoch, logger), logger);
        checkpoints = new Checkpoints(connection, options, logger);
        otherWriters = ReadOtherWriters();
        timer = time.CreateTimer(static inbox => ((Inbox)inbox!).Tick(), inbox, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        thread = new Thread(Loop) { IsBackground = true, Name = "SQLite writer" };
        thread.Start();
    }

    /// <summary>Completes when the write is on the disk.</summary>
    public Task<T> SubmitAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken) => inbox.SubmitAsync(write, cancellationToken);

    /// <summary>Takes no more writes, finishes those that wait, and ends the thread. Receivers that wait are told that the database is closed.</summary>
    public void Dispose()
    {
        inbox.Dispose();
        thread.Join();
        timer.Dispose();
    }

    private void Loop()
    {
        var group = new List<PendingWrite>();
        while (Take(group))
        {
            if (group.Count > 0 || receivers.AnyAwake)
            {
                transaction.Run(group);
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
        while (inbox.TryTake(group, out var tick))
        {
            Admit(group);
            if (tick)
            {
                OnTick();
            }

            if (tick || group.Count > 0 || receivers.AnyAwake)
            {
                return true;
            }

            inbox.Wait();
        }

        return false;
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
        try
        {
            if (receivers.AnyWaiting && ReadOtherWriters() is var seen && seen != otherWriters)
            {
                otherWriters = seen;
                receivers.WakeAll();
            }
        }
        catch (SqliteException error)
        {
            Log.LookFailed(logger, error);
        }
    }

    /// <summary>A number that changes when another process has written to the file.</summary>
    private long ReadOtherWriters() => connection.Prepare("PRAGMA data_version").ReadInteger() ?? 0;

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

        // Timers count whole milliseconds and round down; a timer that rings early would be set again at once, and again.
        timerDue = due;
        timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(Math.Max(due - now, 0)).TotalMilliseconds)), Timeout.InfiniteTimeSpan);

        // Simulated time may have moved between reading the clock and setting the timer, which then would ring too late.
        if (clock.Now >= due)
        {
            inbox.Tick();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5, LogLevel.Warning, "Whether another process has written could not be seen; it will be tried again.")]
        public static partial void LookFailed(ILogger logger, Exception error);
    }
}
