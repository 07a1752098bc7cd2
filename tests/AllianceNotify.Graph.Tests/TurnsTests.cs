using AllianceNotify.Graph.Limits;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Graph.Tests;

public sealed class TurnsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly Usage One = new(Requests: 1, Messages: 1);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));
    private readonly Turns turns;

    public TurnsTests() => turns = new Turns(time);

    public void Dispose() => turns.Dispose();

    [Fact]
    public async Task No_window_holds_more_than_the_limit_however_long_answers_take()
    {
        Route[] routes = [new("only", Minute(permits: 3))];
        var begun = new List<DateTimeOffset>();
        for (var i = 0; i < 9; i++)
        {
            TurnAnswer answer;
            while ((answer = await Take(routes, Lane.FlashActual)) is TurnAnswer.Later later)
            {
                time.SetUtcNow(later.Until!.Value);
            }

            // The server counts a request some time before its answer: at the latest just then.
            time.Advance(TimeSpan.FromSeconds(1.5));
            begun.Add(time.GetUtcNow());
            ((TurnAnswer.Granted)answer).Turn.Dispose();
        }

        Assert.All(begun.Skip(3).Zip(begun), pair => Assert.True(pair.First - pair.Second >= TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task What_is_not_urgent_is_spread_and_what_is_may_use_the_window_at_once()
    {
        Route[] routes = [new("only", Minute(permits: 30))];
        await Use(routes, Lane.RoutineActual);

        Assert.Null(turns.TryTake(routes, One, Lane.RoutineActual));
        for (var i = 0; i < 29; i++)
        {
            turns.TryTake(routes, One, Lane.FlashActual)!.Dispose();
        }

        Assert.Null(turns.TryTake(routes, One, Lane.FlashActual));
    }

    [Fact]
    public async Task Turns_that_nobody_took_are_made_up_for_and_a_long_silence_is_not()
    {
        Route[] routes = [new("only", Minute(permits: 30))];
        await Use(routes, Lane.RoutineActual);
        time.Advance(TimeSpan.FromSeconds(10));
        var late = Enumerable.Range(0, 10).Count(_ => Taken());
        time.Advance(TimeSpan.FromMinutes(5));
        var idle = Enumerable.Range(0, 10).Count(_ => Taken());

        Assert.Equal((5, 1), (late, idle));

        bool Taken()
        {
            using var turn = turns.TryTake(routes, One, Lane.RoutineActual);
            return turn is not null;
        }
    }

    [Fact]
    public async Task A_flash_alert_goes_before_those_that_already_wait()
    {
        Route[] routes = [new("only", Minute(permits: 30))];
        await Use(routes, Lane.RoutineActual);
        var order = new List<string>();
        async Task WaitAsync(string name, Lane lane)
        {
            var turn = Assert.IsType<TurnAnswer.Granted>(await Take(routes, lane)).Turn;
            order.Add(name);
            turn.Dispose();
        }

        var routine = new[] { WaitAsync("routine 1", Lane.RoutineActual), WaitAsync("routine 2", Lane.RoutineActual) };
        await WaitAsync("flash", Lane.FlashActual);

        // The flash alert's turn is one of the spread as well, and the others come after it.
        time.Advance(TimeSpan.FromSeconds(4));
        await routine[0];
        time.Advance(TimeSpan.FromSeconds(2));
        await routine[1];

        Assert.Equal(["flash", "routine 1", "routine 2"], order);
    }

    [Fact]
    public async Task The_mailbox_that_is_free_first_is_taken()
    {
        Scope first = Minute(permits: 30), second = Minute(permits: 30);
        Route[] routes = [new("first", first), new("second", second)];
        turns.Change(now => first.RestUntil(now.AddMinutes(5)));

        Assert.Equal("second", await Use(routes, Lane.RoutineActual));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("second", await Use(routes, Lane.RoutineActual));
    }

    [Fact]
    public async Task Who_would_wait_longer_than_their_patience_is_told_until_when()
    {
        var scope = Minute(permits: 30);
        Route[] routes = [new("only", scope)];
        var until = time.GetUtcNow().AddSeconds(30);
        turns.Change(_ => scope.RestUntil(until));

        Assert.Equal(until, Assert.IsType<TurnAnswer.Later>(await Take(routes, Lane.FlashActual)).Until);
    }

    [Fact]
    public async Task Patience_ends_for_those_whose_turn_did_not_come()
    {
        Route[] routes = [new("only", new Scope(concurrency: 1, spread: null))];
        using var held = ((TurnAnswer.Granted)await Take(routes, Lane.FlashActual)).Turn;
        var waiting = Take(routes, Lane.FlashActual);
        Assert.False(waiting.IsCompleted);

        time.Advance(Patience);

        Assert.Null(Assert.IsType<TurnAnswer.Later>(await waiting).Until);
    }

    [Fact]
    public async Task What_is_more_than_a_limit_allows_in_all_is_never_granted()
    {
        Route[] routes = [new("only", new Scope(null, null, (new Quota(10, TimeSpan.FromDays(1)), usage => usage.Recipients)))];

        var answer = await turns.TakeAsync(routes, new Usage(Recipients: 11), Lane.FlashActual, Patience, default);

        Assert.Equal(DateTimeOffset.MaxValue, Assert.IsType<TurnAnswer.Later>(answer).Until);
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_line()
    {
        Route[] routes = [new("only", new Scope(concurrency: 1, spread: null))];
        var held = ((TurnAnswer.Granted)await Take(routes, Lane.FlashActual)).Turn;
        using var cancel = new CancellationTokenSource();
        var waiting = turns.TakeAsync(routes, One, Lane.FlashActual, Patience, cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held.Dispose();

        Assert.Equal("only", await Use(routes, Lane.RoutineActual));
    }

    [Theory]
    [InlineData(30, 4, 7, 60)]
    [InlineData(2, 2, 1, 1)]
    [InlineData(2, 3, 1, 2)]
    [InlineData(5, 11, 1, 3)]
    public void Several_processes_never_have_more_than_the_limit_between_them(int permits, int instances, int share, int seconds)
    {
        var window = seconds == 60 ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(1);
        var quota = Quota.Share(permits, window, instances);

        Assert.Equal(TimeSpan.FromSeconds(seconds) / share, quota.Interval);
        Assert.Equal(time.GetUtcNow(), quota.FreeAt(share, time.GetUtcNow()));
        Assert.Equal(DateTimeOffset.MaxValue, quota.FreeAt(share + 1, time.GetUtcNow()));
    }

    [Fact]
    public void Failures_without_a_time_to_come_back_rest_longer_each_time_but_one_alone_does_not()
    {
        var scope = new Scope(null, null);
        var rests = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var now = time.GetUtcNow();
            scope.Failed(throttled: false, jitter: 1, TimeSpan.FromSeconds(5), now);
            var free = scope.FreeAt(One, hurries: true, now)!.Value;
            rests.Add((free - now).TotalSeconds);
            time.SetUtcNow(free);
        }

        Assert.Equal([0, 1, 2, 4, 5], rests);
    }

    private static Scope Minute(int permits)
    {
        var quota = new Quota(permits, TimeSpan.FromMinutes(1));
        return new Scope(null, quota.Interval, (quota, usage => usage.Messages));
    }

    private Task<TurnAnswer> Take(Route[] routes, Lane lane) => turns.TakeAsync(routes, One, lane, Patience, default);

    private async Task<string> Use(Route[] routes, Lane lane)
    {
        using var turn = Assert.IsType<TurnAnswer.Granted>(await Take(routes, lane)).Turn;
        return turn.Route.Name;
    }
}
