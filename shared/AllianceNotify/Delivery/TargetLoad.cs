using AllianceNotify.Messaging;

namespace AllianceNotify.Delivery;

/// <summary>
/// How much one target has to do, and what may be added to it. Says so before anything is claimed, so that what has to wait
/// costs a queue message and no write to its record.
/// </summary>
/// <remarks>
/// A lane sees only the load of its own and more urgent lanes: a flash alert does not queue behind an exercise. What is
/// turned away gets a time of its own to come back, in order of asking, so that nothing starves and little comes too early.
/// </remarks>
internal sealed class TargetLoad(ChannelLimits limits, int chunksPerTarget)
{
    private static readonly TimeSpan ShortestReturn = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    // A chunk that would begin within this time waits in the worker; it is not worth two queue writes.
    private static readonly TimeSpan ShortQueue = TimeSpan.FromSeconds(1);

    private static readonly int Lanes = Enum.GetValues<Lane>().Length;

    private readonly Lock gate = new();
    private readonly int[] chunks = new int[Lanes];
    private readonly int[] sends = new int[Lanes];
    private readonly DateTimeOffset[] reserved = new DateTimeOffset[Lanes];
    private readonly Queue<DateTimeOffset> begun = new();
    private int promised;
    private DateTimeOffset silentSince;
    private TimeSpan? pace;

    public bool Idle
    {
        get
        {
            lock (gate)
            {
                return chunks.Sum() == 0;
            }
        }
    }

    /// <summary>Room for up to <paramref name="wanted"/> sends of one chunk.</summary>
    public Admission Enter(Lane lane, int wanted, DateTimeOffset now)
    {
        lock (gate)
        {
            var ahead = sends.Take((int)lane + 1).Sum();
            var running = chunks.Take((int)lane + 1).Sum();
            var shortQueue = pace is { } known && known * ahead / limits.MaxConcurrency <= ShortQueue;
            var granted = running < chunksPerTarget || shortQueue ? Math.Min(wanted, FreePermits(now)) : 0;
            var rest = wanted - granted;
            DateTimeOffset? restAt = rest > 0 ? Reserve(lane, rest, ahead + granted, now) : null;
            if (granted > 0)
            {
                if (chunks.Sum() == 0)
                {
                    silentSince = now;
                }

                chunks[(int)lane]++;
                sends[(int)lane] += granted;
                promised += granted;
            }

            return new Admission(this, lane, granted, restAt);
        }
    }

    private int FreePermits(DateTimeOffset now)
    {
        if (limits.Permits is not { } permits)
        {
            begun.Clear();
            return int.MaxValue;
        }

        while (begun.TryPeek(out var oldest) && oldest + limits.Window <= now)
        {
            begun.Dequeue();
        }

        return Math.Max(0, permits - begun.Count - promised);
    }

    private DateTimeOffset Reserve(Lane lane, int count, int ahead, DateTimeOffset now)
    {
        // Of a target that has not answered yet nothing is known but how long it has been silent: wait as long again.
        var silence = now - silentSince;
        var each = pace is { } known
            ? known / limits.MaxConcurrency
            : TimeSpan.Zero;
        if (limits.Permits is { } permits && limits.Window / permits > each)
        {
            each = limits.Window / permits;
        }

        var start = now + (pace is null ? Between(silence, ShortestReturn, LongestSilence) : Between(each * ahead, ShortestReturn, limits.ReturnAtMost));
        if (limits.Permits is not null && FreePermits(now) == 0 && begun.TryPeek(out var oldest) && oldest + limits.Window > start)
        {
            start = oldest + limits.Window;
        }

        for (var i = 0; i <= (int)lane; i++)
        {
            start = reserved[i] > start ? reserved[i] : start;
        }

        var latest = now + (limits.ReturnAtMost > limits.Window || limits.Permits is null ? limits.ReturnAtMost : limits.Window);
        start = start < latest ? start : latest;
        reserved[(int)lane] = start + each * count;
        return start;
    }

    private static TimeSpan Between(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;

    /// <summary>Room given to one chunk; leaving gives back what was not begun.</summary>
    public sealed class Admission : IDisposable
    {
        private readonly TargetLoad load;
        private readonly Lane lane;
        private int waiting;
        private int unfinished;
        private bool left;

        internal Admission(TargetLoad load, Lane lane, int granted, DateTimeOffset? restAt)
        {
            this.load = load;
            this.lane = lane;
            waiting = unfinished = Granted = granted;
            RestAt = restAt;
        }

        public Lane Lane => lane;

        public int Granted { get; }

        /// <summary>When to ask again for the sends that were not granted; null where all were.</summary>
        public DateTimeOffset? RestAt { get; }

        public void Begin(DateTimeOffset now)
        {
            lock (load.gate)
            {
                waiting--;
                load.promised--;
                load.begun.Enqueue(now);
            }
        }

        public void Finish(TimeSpan took, DateTimeOffset now)
        {
            lock (load.gate)
            {
                unfinished--;
                load.sends[(int)lane]--;
                load.silentSince = now;
                load.pace = load.pace is { } before ? before * 0.8 + took * 0.2 : took;
            }
        }

        public void Dispose()
        {
            lock (load.gate)
            {
                if (left || Granted == 0)
                {
                    return;
                }

                left = true;
                load.chunks[(int)lane]--;
                load.sends[(int)lane] -= unfinished;
                load.promised -= waiting;
            }
        }
    }
}
