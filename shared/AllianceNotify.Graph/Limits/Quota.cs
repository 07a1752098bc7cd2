namespace AllianceNotify.Graph.Limits;

/// <summary>
/// At most <paramref name="permits"/> in any <paramref name="window"/>. What is used counts from the moment it was answered: the
/// other side counted it some time before, so however long the network took, it never sees more than the limit in its own window.
/// </summary>
internal sealed class Quota(long permits, TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, long Amount)> answered = new();
    private long inWindow;
    private long inFlight;

    /// <summary>This limit's part for one of several processes that do not count together.</summary>
    public static Quota Share(long permits, TimeSpan window, int instances) =>
        permits >= instances ? new(permits / instances, window) : new(1, window * ((instances + permits - 1) / permits));

    /// <summary>Time between two where they are spread evenly.</summary>
    public TimeSpan Interval => window / permits;

    /// <summary>
    /// When <paramref name="amount"/> more may begin. Null: not before something in flight is answered. <see cref="DateTimeOffset.MaxValue"/>: never.
    /// </summary>
    public DateTimeOffset? FreeAt(long amount, DateTimeOffset now)
    {
        while (answered.TryPeek(out var oldest) && oldest.At + window <= now)
        {
            inWindow -= answered.Dequeue().Amount;
        }

        if (amount > permits)
        {
            return DateTimeOffset.MaxValue;
        }

        var over = inWindow + inFlight + amount - permits;
        if (over <= 0)
        {
            return now;
        }

        foreach (var (at, used) in answered)
        {
            over -= used;
            if (over <= 0)
            {
                return at + window;
            }
        }

        return null;
    }

    public void Begin(long amount) => inFlight += amount;

    public void End(long amount, DateTimeOffset now)
    {
        inFlight -= amount;
        answered.Enqueue((now, amount));
        inWindow += amount;
    }
}
