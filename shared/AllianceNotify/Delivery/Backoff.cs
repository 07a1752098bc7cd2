namespace AllianceNotify.Delivery;

/// <summary>
/// How long to wait where the other side named no time: exponential with decorrelated jitter. Each wait is drawn between the
/// base and three times the wait before it, up to the cap. The waits before are drawn again from the number of attempts,
/// which travels with the delivery, so that no more than that number has to be kept.
/// </summary>
internal sealed class Backoff(Random random)
{
    private readonly Lock gate = new();

    /// <param name="attempts">Attempts begun so far, at least 1.</param>
    /// <param name="limits">Base and cap.</param>
    public TimeSpan After(int attempts, ChannelLimits limits)
    {
        var floor = limits.BackoffBase.TotalSeconds;
        var cap = limits.BackoffCap.TotalSeconds;
        var wait = floor;
        lock (gate)
        {
            // Beyond some thirty draws only the cap shapes the outcome.
            for (var i = 0; i < Math.Min(attempts, 32); i++)
            {
                wait = Math.Min(cap, floor + random.NextDouble() * (wait * 3 - floor));
            }
        }

        return TimeSpan.FromSeconds(wait);
    }
}
