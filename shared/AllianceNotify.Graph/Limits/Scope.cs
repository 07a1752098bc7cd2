namespace AllianceNotify.Graph.Limits;

/// <summary>What one request uses of the limits it falls under.</summary>
internal readonly record struct Usage(int Requests = 1, int Messages = 0, int Recipients = 0, int External = 0, long Bytes = 0);

/// <summary>
/// Something that has limits of its own: a mailbox, the app, the tenant. Knows when it can take a request, and rests when it is
/// told to or when it keeps failing.
/// </summary>
/// <param name="concurrency">Requests in flight; null: as many as go.</param>
/// <param name="spread">Between two requests that are in no hurry; null: they need not be spread.</param>
internal sealed class Scope(int? concurrency, TimeSpan? spread, params (Quota Quota, Func<Usage, long> Of)[] quotas)
{
    // Ten seconds of a mailbox: as long as the delivery stage may keep those away who found all places taken. More would use up
    // a window in bursts, and leave an alert that matters without room.
    private const int MadeUp = 5;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    private int inFlight;
    private int failures;
    private DateTimeOffset spreadDue = DateTimeOffset.MinValue;
    private DateTimeOffset restsUntil = DateTimeOffset.MinValue;

    /// <summary>As <see cref="Quota.FreeAt"/>, over all limits of the scope.</summary>
    public DateTimeOffset? FreeAt(Usage usage, bool hurries, DateTimeOffset now)
    {
        if (inFlight >= concurrency)
        {
            return null;
        }

        var free = restsUntil > now ? restsUntil : now;
        if (!hurries && spreadDue > free)
        {
            free = spreadDue;
        }

        foreach (var (quota, of) in quotas)
        {
            if (quota.FreeAt(of(usage), now) is not { } at)
            {
                return null;
            }

            free = at > free ? at : free;
        }

        return free;
    }

    public void Begin(Usage usage, DateTimeOffset now)
    {
        inFlight++;
        if (spread is { } interval)
        {
            // Turns that nobody took for a while are made up for; the limit itself still holds.
            spreadDue = (spreadDue > now - (MadeUp * interval) ? spreadDue : now) + interval;
        }

        foreach (var (quota, of) in quotas)
        {
            quota.Begin(of(usage));
        }
    }

    public void End(Usage usage, DateTimeOffset now)
    {
        inFlight--;
        foreach (var (quota, of) in quotas)
        {
            quota.End(of(usage), now);
        }
    }

    public void Worked() => failures = 0;

    public void RestUntil(DateTimeOffset until) => restsUntil = until > restsUntil ? until : restsUntil;

    /// <summary>
    /// It failed and named no time: it rests for a second, then longer, with jitter. One failure by itself says little and costs
    /// no rest, unless the other side asked to be left alone.
    /// </summary>
    public void Failed(bool throttled, double jitter, TimeSpan atMost, DateTimeOffset now)
    {
        failures++;
        var doublings = failures - (throttled ? 1 : 2);
        if (doublings >= 0)
        {
            var rest = FirstRest * Math.Pow(2, Math.Min(doublings, 20)) * (0.75 + (jitter / 4));
            RestUntil(now + (rest < atMost ? rest : atMost));
        }
    }
}

/// <summary>One way to make a request, and every scope that it counts in.</summary>
internal sealed record Route(string Name, params Scope[] Scopes);
