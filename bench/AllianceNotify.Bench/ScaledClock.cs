namespace AllianceNotify.Bench;

/// <summary>Time that passes <paramref name="factor"/> times as fast: for what mostly waits. Whatever computing takes is stretched with it.</summary>
internal sealed class ScaledClock(double factor) : TimeProvider
{
    private readonly DateTimeOffset origin = System.GetUtcNow();
    private readonly long started = System.GetTimestamp();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => origin.AddTicks(GetTimestamp());

    public override long GetTimestamp() => (long)(System.GetElapsedTime(started).Ticks * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ScaledTimer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    private TimeSpan Real(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / factor;

    private sealed class ScaledTimer(ITimer timer, ScaledClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
