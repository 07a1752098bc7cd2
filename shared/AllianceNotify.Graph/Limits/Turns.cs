using AllianceNotify.Messaging;

namespace AllianceNotify.Graph.Limits;

/// <summary>What came of asking for a turn.</summary>
internal abstract record TurnAnswer
{
    private TurnAnswer()
    {
    }

    public sealed record Granted(Turn Turn) : TurnAnswer;

    /// <summary>Not within the asker's patience. <paramref name="Until"/> null: nobody can tell; <see cref="DateTimeOffset.MaxValue"/>: never.</summary>
    public sealed record Later(DateTimeOffset? Until) : TurnAnswer;
}

/// <summary>
/// Who may send next. All limits are looked at together under one lock, and whoever waits for the same routes is served by
/// lane, then by arrival: a flash alert goes before every routine one that has not begun.
/// </summary>
internal sealed class Turns : IDisposable
{
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly List<Waiter> waiters = [];
    private readonly ITimer timer;

    public Turns(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(_ => Serve(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => timer.Dispose();

    /// <summary>A turn on whichever of <paramref name="routes"/> is free first. Those who wait for one list of routes wait in one line.</summary>
    public async Task<TurnAnswer> TakeAsync(
        IReadOnlyList<Route> routes, Usage usage, Lane lane, TimeSpan patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var (_, free) = Best(routes, usage, lane, now);
            if (free is { } at && at > now + patience)
            {
                return new TurnAnswer.Later(at);
            }

            waiter = new Waiter(routes, usage, lane, now + patience);
            var place = waiters.FindIndex(other => other.Lane > lane);
            waiters.Insert(place < 0 ? waiters.Count : place, waiter);
        }

        await using var registration = cancellationToken.UnsafeRegister((_, token) => GiveUp(waiter, token), null);
        Serve();
        return await waiter.Answer.Task.ConfigureAwait(false);
    }

    /// <summary>A turn that is free this instant and that nobody waits for; null where there is none.</summary>
    public Turn? TryTake(IReadOnlyList<Route> routes, Usage usage, Lane lane)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            return waiters.Any(waiter => ReferenceEquals(waiter.Routes, routes) && waiter.Lane <= lane)
                || Best(routes, usage, lane, now) is not ({ } route, { } free)
                || free > now
                ? null
                : Begin(route, usage, now);
        }
    }

    /// <summary>When a turn is to be expected, were one asked for now.</summary>
    public DateTimeOffset? FreeAt(IReadOnlyList<Route> routes, Usage usage, Lane lane)
    {
        lock (gate)
        {
            return Best(routes, usage, lane, time.GetUtcNow()).Free;
        }
    }

    /// <summary>Changes what the scopes know, and serves whom that lets through.</summary>
    public void Change(Action<DateTimeOffset> change)
    {
        lock (gate)
        {
            change(time.GetUtcNow());
        }

        Serve();
    }

    /// <summary>Urgent traffic may use a limit's whole window at once; the rest is spread over it, so that there is room when something urgent comes.</summary>
    private static bool Hurries(Lane lane) => lane <= Lane.UrgentActual;

    private static (Route? Route, DateTimeOffset? Free) Best(IReadOnlyList<Route> routes, Usage usage, Lane lane, DateTimeOffset now)
    {
        (Route? Route, DateTimeOffset? Free) best = (null, null);
        foreach (var route in routes)
        {
            if (FreeAt(route, usage, lane, now) is { } free && !(free >= best.Free))
            {
                best = (route, free);
            }
        }

        return best;
    }

    private static DateTimeOffset? FreeAt(Route route, Usage usage, Lane lane, DateTimeOffset now)
    {
        var latest = now;
        foreach (var scope in route.Scopes)
        {
            if (scope.FreeAt(usage, Hurries(lane), now) is not { } free)
            {
                return null;
            }

            latest = free > latest ? free : latest;
        }

        return latest;
    }

    private Turn Begin(Route route, Usage usage, DateTimeOffset now)
    {
        foreach (var scope in route.Scopes)
        {
            scope.Begin(usage, now);
        }

        return new Turn(this, route, usage);
    }

    internal void End(Turn turn) => Change(now =>
    {
        foreach (var scope in turn.Route.Scopes)
        {
            scope.End(turn.Usage, now);
        }
    });

    private void Serve()
    {
        var served = new List<(Waiter Waiter, TurnAnswer Answer)>();
        lock (gate)
        {
            var now = time.GetUtcNow();
            var next = DateTimeOffset.MaxValue;
            var lines = new HashSet<IReadOnlyList<Route>>(ReferenceEqualityComparer.Instance);
            foreach (var waiter in waiters.ToList())
            {
                var (route, free) = Best(waiter.Routes, waiter.Usage, waiter.Lane, now);
                var first = !lines.Contains(waiter.Routes);
                if (first && route is not null && free <= now)
                {
                    served.Add((waiter, new TurnAnswer.Granted(Begin(route, waiter.Usage, now))));
                }
                else if (waiter.Deadline <= now || free > waiter.Deadline)
                {
                    served.Add((waiter, new TurnAnswer.Later(free)));
                }
                else
                {
                    lines.Add(waiter.Routes);
                    next = waiter.Deadline < next ? waiter.Deadline : next;
                    next = first && free is { } soon && soon < next ? soon : next;
                    continue;
                }

                waiters.Remove(waiter);
            }

            if (next < DateTimeOffset.MaxValue)
            {
                // Timers count whole milliseconds, and one that comes early would only come again.
                var wait = Math.Ceiling((next - now).TotalMilliseconds);
                timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, wait)), Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var (waiter, answer) in served)
        {
            if (!waiter.Answer.TrySetResult(answer) && answer is TurnAnswer.Granted granted)
            {
                granted.Turn.Dispose();
            }
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken token)
    {
        lock (gate)
        {
            waiters.Remove(waiter);
        }

        waiter.Answer.TrySetCanceled(token);
        Serve();
    }

    private sealed record Waiter(IReadOnlyList<Route> Routes, Usage Usage, Lane Lane, DateTimeOffset Deadline)
    {
        public TaskCompletionSource<TurnAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The right to make one request (or as many as its usage says) now. Disposed when it has been answered.</summary>
internal sealed class Turn(Turns turns, Route route, Usage usage) : IDisposable
{
    private int ended;

    public Route Route => route;

    public Usage Usage => usage;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
        {
            turns.End(this);
        }
    }
}
