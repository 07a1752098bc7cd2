namespace AllianceNotify.AzureTables.Tests;

/// <summary>A clock that jumps to each timer's time as soon as it is set: waits are noted, not waited for.</summary>
internal sealed class SkippingClock : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset now = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    public List<TimeSpan> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            lock (gate)
            {
                Waits.Add(dueTime);
                now += dueTime;
            }
        }

        return new RungTimer(callback, state, dueTime);
    }

    private sealed class RungTimer : ITimer
    {
        public RungTimer(TimerCallback callback, object? state, TimeSpan dueTime)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
