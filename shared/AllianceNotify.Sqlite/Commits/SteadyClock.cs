namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// UTC that goes forward with the wall clock but never back: while a clock that was set back catches up, time goes on
/// from where it was. Otherwise every waiting message would lie in the future, and leases would not end. For one thread.
/// </summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private long anchorTicks = time.GetUtcNow().UtcTicks;
    private long anchorTimestamp = time.GetTimestamp();

    /// <summary>UTC ticks of 100 ns.</summary>
    public long Now
    {
        get
        {
            // In this order, here and above: what passes between the two readings (the thread or the whole machine may stand
            // still there) must not be counted twice.
            var wall = time.GetUtcNow().UtcTicks;
            var timestamp = time.GetTimestamp();
            var steady = anchorTicks + Math.Max(time.GetElapsedTime(anchorTimestamp, timestamp).Ticks, 0);
            if (wall >= steady)
            {
                anchorTicks = wall;
                anchorTimestamp = timestamp;
                return wall;
            }

            return steady;
        }
    }
}
