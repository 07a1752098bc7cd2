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
            var timestamp = time.GetTimestamp();
            var steady = anchorTicks + Math.Max(time.GetElapsedTime(anchorTimestamp, timestamp).Ticks, 0);
            var wall = time.GetUtcNow().UtcTicks;
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
