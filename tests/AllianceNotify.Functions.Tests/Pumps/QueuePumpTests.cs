using System.Collections.Concurrent;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Functions.Tests.Pumps;

public sealed class QueuePumpTests
{
    [Fact]
    public async Task What_the_stage_completed_is_gone()
    {
        await using var pump = await PumpDriver.StartAsync((_, _) => Task.FromResult(StageResult.Done));

        await pump.SendAsync("one", "two", "three");

        await pump.EmptyAsync();
        Assert.Equal(["one", "three", "two"], pump.Handled.Order());
        Assert.Empty(await pump.DeadLettersAsync());
    }

    [Fact]
    public async Task A_message_is_work_in_hand_until_it_is_settled()
    {
        var goOn = new TaskCompletionSource();
        await using var pump = await PumpDriver.StartAsync(async (_, _) =>
        {
            await goOn.Task;
            return StageResult.Done;
        });
        Assert.True(pump.Work.IsNone);

        await pump.SendAsync("one");

        await Eventually.TrueAsync(() => !pump.Work.IsNone, "the message is in hand");
        goOn.SetResult();
        await pump.EmptyAsync();
        await Eventually.TrueAsync(() => pump.Work.IsNone, "nothing is in hand");
    }

    [Fact]
    public async Task What_can_never_be_handled_is_set_aside_with_the_reason()
    {
        await using var pump = await PumpDriver.StartAsync((_, _) => Task.FromResult<StageResult>(new StageResult.Poison("no such report")));

        await pump.SendAsync("bad");

        await pump.EmptyAsync();
        Assert.Equal("no such report", Assert.Single(await pump.DeadLettersAsync()).Reason);
    }

    [Fact]
    public async Task A_message_whose_stage_throws_comes_again_after_delays_that_double()
    {
        var counts = new ConcurrentQueue<int>();
        await using var pump = await PumpDriver.StartAsync((message, _) =>
        {
            counts.Enqueue(message.DeliveryCount);
            return message.DeliveryCount < 4 ? throw new InvalidOperationException("not yet") : Task.FromResult(StageResult.Done);
        });
        await pump.SendAsync("stubborn");
        for (var tries = 1; tries < 4; tries++)
        {
            var seen = tries;
            await Eventually.TrueAsync(() => counts.Count == seen && pump.Queue.GaveBack.Count == seen, $"delivery {tries}");
            pump.Time.Advance(QueuePump.FirstRetry * Math.Pow(2, tries - 1));
        }

        await pump.EmptyAsync();
        Assert.Equal([1, 2, 3, 4], counts);
        Assert.Equal([0.5, 1.0, 2.0], pump.Queue.GaveBack.Select(delay => delay.TotalSeconds));
    }

    [Fact]
    public async Task No_more_messages_are_in_hand_than_configured()
    {
        var gate = new TaskCompletionSource();
        await using var pump = await PumpDriver.StartAsync(
            async (_, token) =>
            {
                await gate.Task.WaitAsync(token);
                return StageResult.Done;
            },
            concurrency: 3);

        await pump.SendAsync([.. Enumerable.Range(0, 20).Select(i => $"m{i}")]);
        await Eventually.TrueAsync(() => pump.InHand == 3, "three in hand");
        gate.SetResult();
        await pump.EmptyAsync();

        Assert.Equal(3, pump.MostInHand);
        Assert.Equal(20, pump.Handled.Count);
    }

    [Fact]
    public async Task The_lease_of_long_work_is_kept()
    {
        var gate = new TaskCompletionSource();
        await using var pump = await PumpDriver.StartAsync(async (_, token) =>
        {
            await gate.Task.WaitAsync(token);
            return StageResult.Done;
        });
        await pump.SendAsync("long");
        await Eventually.TrueAsync(() => pump.InHand == 1, "work begun");
        for (var quarter = 1; quarter <= 12; quarter++)
        {
            pump.Time.Advance(pump.Lease / 4);
            if (quarter % 2 == 0)
            {
                var renewals = quarter / 2;
                await Eventually.TrueAsync(() => pump.Queue.Renewals >= renewals, $"renewal {renewals}");
            }
        }

        gate.SetResult();
        await pump.EmptyAsync();

        Assert.Equal(["long"], pump.Handled);
    }

    [Fact]
    public async Task Work_whose_lease_was_lost_is_called_off()
    {
        await using var pump = await PumpDriver.StartAsync(async (message, token) =>
        {
            if (message.DeliveryCount == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }

            return StageResult.Done;
        });
        await pump.SendAsync("lost");
        await Eventually.TrueAsync(() => pump.InHand == 1, "work begun");

        // Time jumps past the lease, as when a machine was suspended.
        pump.Time.Advance(pump.Lease * 2);

        await pump.EmptyAsync();
        Assert.Equal(["lost", "lost"], pump.Handled);
    }

    [Fact]
    public async Task Stopping_lets_work_in_hand_finish_and_takes_nothing_new()
    {
        var gate = new TaskCompletionSource();
        await using var pump = await PumpDriver.StartAsync(
            async (_, token) =>
            {
                await gate.Task.WaitAsync(token);
                return StageResult.Done;
            },
            concurrency: 1);
        await pump.SendAsync("in hand", "waiting");
        await Eventually.TrueAsync(() => pump.InHand == 1, "work begun");

        var stopping = pump.StopAsync();
        gate.SetResult();
        await stopping;

        Assert.Equal(["in hand"], pump.Handled);
        Assert.Equal(1, (await pump.Queue.GetDepthAsync(QueueName.Reports, CancellationToken.None)).Active);
    }

    [Fact]
    public async Task Work_that_does_not_finish_in_time_is_given_back_at_once()
    {
        await using var pump = await PumpDriver.StartAsync(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return StageResult.Done;
        });
        await pump.SendAsync("endless");
        await Eventually.TrueAsync(() => pump.InHand == 1, "work begun");

        var stopping = pump.StopAsync();
        await Eventually.TrueAsync(
            () =>
            {
                pump.Time.Advance(TimeSpan.FromSeconds(1));
                return stopping.IsCompleted;
            },
            "stopped");

        await stopping;
        Assert.Equal([TimeSpan.Zero], pump.Queue.GaveBack);
    }

    [Fact]
    public async Task A_queue_that_cannot_be_reached_is_tried_again()
    {
        await using var pump = await PumpDriver.StartAsync((_, _) => Task.FromResult(StageResult.Done), failReceives: 3);
        await pump.SendAsync("patient");

        await Eventually.TrueAsync(
            () =>
            {
                pump.Time.Advance(QueuePump.LongestPause);
                return pump.Handled.Contains("patient");
            },
            "handled after the outage");
    }

    [Fact]
    public async Task An_outage_of_the_store_does_not_use_up_the_deliveries_of_what_waits()
    {
        FailingStore? store = null;
        await using var pump = await PumpDriver.StartAsync(
            async (_, token) =>
            {
                await store!.GetAsync(new TableName("Anything"), "p", "r", token);
                return StageResult.Done;
            },
            concurrency: 4);
        store = pump.Store;
        store.IsDown = true;
        await pump.SendAsync([.. Enumerable.Range(0, 40).Select(i => $"m{i:D2}")]);
        await Eventually.TrueAsync(() => Step(pump, TimeSpan.FromSeconds(1), () => pump.Handled.Count >= QueuePump.OutageAfter), "the outage met");

        for (var second = 0; second < 3_600; second++)
        {
            Step(pump, TimeSpan.FromSeconds(1), () => true);
        }

        Assert.Empty(await pump.DeadLettersAsync());
        Assert.InRange(pump.Handled.Count, QueuePump.OutageAfter, QueuePump.OutageAfter + 2 * 4);
        store.IsDown = false;
        await Eventually.TrueAsync(
            async () =>
            {
                pump.Time.Advance(TimeSpan.FromSeconds(5));
                return (await pump.Queue.GetDepthAsync(QueueName.Reports, CancellationToken.None)).Active == 0;
            },
            "drained after the outage");
        Assert.Empty(await pump.DeadLettersAsync());
    }

    [Fact]
    public async Task A_message_that_fails_alone_does_not_slow_the_others()
    {
        await using var pump = await PumpDriver.StartAsync(
            (message, _) => message.Message.Id == "bad" ? throw new InvalidOperationException("a bug") : Task.FromResult(StageResult.Done));
        await pump.SendAsync("bad");
        await Eventually.TrueAsync(() => pump.Queue.GaveBack.Count == 1, "the bad one failed");

        await pump.SendAsync([.. Enumerable.Range(0, 100).Select(i => $"m{i}")]);

        await Eventually.TrueAsync(() => pump.Handled.Count == 101, "the others handled, with no time passed");
    }

    private static bool Step(PumpDriver pump, TimeSpan by, Func<bool> then)
    {
        pump.Time.Advance(by);
        return then();
    }
}
