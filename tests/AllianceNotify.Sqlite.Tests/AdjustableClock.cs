using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>
/// A simulated clock whose wall time can be set while timers and timestamps go on, as they do on a real machine. (The
/// library's own takes its timestamps from the wall time.)
/// </summary>
internal sealed class AdjustableClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan offset;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;

    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;

    public void SetBack(TimeSpan by) => offset -= by;
}
