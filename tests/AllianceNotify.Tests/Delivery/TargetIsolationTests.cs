using System.Collections.Concurrent;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

/// <summary>One failing, slow or throttled target holds up nobody else and is not pressed.</summary>
public sealed class TargetIsolationTests
{
    private static IEnumerable<(string Contact, string Address)> People(string target, int count) =>
        Enumerable.Range(1, count).Select(i => ($"{target}-{i:D3}", $"{target}/{i}"));

    private static DeliveryOutcome Delivered => new DeliveryOutcome.Delivered();

    [Fact]
    public async Task Others_in_the_same_chunk_are_recorded_while_a_dead_target_hangs()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = async (recipient, cancellationToken) =>
        {
            if (recipient.Address.StartsWith("dead", StringComparison.Ordinal))
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, rig.Time, cancellationToken);
            }

            return Delivered;
        };
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People("dead", 5).Concat(People("live", 5)));

        var running = rig.RunAsync((await rig.TryReceiveAsync())!);
        await DeliveryRig.UntilAsync(() => channel.Sends.Count == 5);
        await rig.AdvanceUntilAsync(async () => (await rig.GetAsync(alert, "live-005")).State == DeliveryState.Sent, TimeSpan.FromSeconds(2));

        Assert.False(running.IsCompleted);
        Assert.Equal(DeliveryState.Sending, (await rig.GetAsync(alert, "dead-001")).State);

        await rig.AdvanceUntilAsync(() => Task.FromResult(running.IsCompleted), TimeSpan.FromSeconds(12));
        var record = await rig.GetAsync(alert, "dead-001");
        Assert.Equal((DeliveryState.Queued, 1, "No answer within 10 s."), (record.State, record.Attempts, record.LastError));
    }

    [Fact]
    public async Task A_dead_target_with_a_long_backlog_takes_two_workers_and_leaves_the_rest_to_others()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var hanging = 0;
        channel.Answer = async (recipient, cancellationToken) =>
        {
            if (recipient.Address.StartsWith("dead", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref hanging);
                await Task.Delay(Timeout.InfiniteTimeSpan, rig.Time, cancellationToken);
            }

            return Delivered;
        };
        var alert = SampleAlerts.Alert();
        for (var chunk = 0; chunk < 30; chunk++)
        {
            await rig.PlanAsync(alert with { Revision = chunk + 1, Id = Alert.IdOf(alert.Situation, chunk + 1) }, People("dead", 20));
        }

        await rig.PlanAsync(alert with { Revision = 99, Id = Alert.IdOf(alert.Situation, 99) }, People("live", 20));

        // Three workers; nobody moves the clock, so whatever hangs keeps its worker for good.
        var workers = new ConcurrentDictionary<Task, bool>();
        while (channel.Sends.Count < 20)
        {
            Assert.True(workers.Keys.Count(worker => !worker.IsCompleted) < 3, "All workers hang.");
            var message = await rig.TryReceiveAsync();
            Assert.NotNull(message);
            var worker = Task.Run(() => rig.RunAsync(message));
            workers[worker] = true;
            var chunk = DeliveryChunkMessage.Read(message.Message.Body).Chunk!;
            var hangs = chunk.Contacts[0].Value.StartsWith("dead", StringComparison.Ordinal);
            while (!worker.IsCompleted && !(hangs && await rig.IsClaimedAsync(chunk)))
            {
                await Task.Yield();
            }
        }

        await DeliveryRig.UntilAsync(() => Volatile.Read(ref hanging) == 16);
        Assert.Equal(2, workers.Keys.Count(worker => !worker.IsCompleted));
        Assert.All(channel.Sends, send => Assert.StartsWith("live", send.Address, StringComparison.Ordinal));
        await rig.AdvanceUntilAsync(() => Task.FromResult(workers.Keys.All(worker => worker.IsCompleted)), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_open_circuit_defers_without_counting_attempts_and_probes_with_one_send()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:scripted:BreakerMinimum", "4"), ("Delivery:Channels:scripted:MaxConcurrency", "4"));
        var channel = rig.AddChannel();
        var down = true;
        channel.Answer = (_, _) => Task.FromResult(down ? new DeliveryOutcome.Deferred(null, "connection refused") : Delivered);
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People("dead", 40));

        // 40 at once: the circuit opens at the fourth failure, three more may be under way.
        await rig.RunAsync((await rig.TryReceiveAsync())!);
        var tried = channel.Sends.Count;
        Assert.InRange(tried, 4, 7);
        Assert.Equal(40 - tried, await rig.CountAsync(alert, record => record.Attempts == 0));

        // Half a minute: 5 s, then 10 s, then 20 s between probes of one.
        var opened = rig.Time.GetUtcNow();
        await rig.DrainAsync(until: opened.AddSeconds(30));
        var probes = channel.Sends.Skip(tried).Select(send => send.At - opened).ToList();
        Assert.Equal(2, probes.Count);
        Assert.InRange(probes[0], TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7));
        Assert.InRange(probes[1] - probes[0], TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12));

        down = false;
        await rig.DrainAsync();
        Assert.Equal(40, await rig.CountAsync(alert, record => record.State == DeliveryState.Sent));
        Assert.Equal(40, channel.Sends.Count(send => send.Delivered));
    }

    [Fact]
    public async Task While_a_probe_is_under_way_nothing_else_is_sent()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:scripted:BreakerMinimum", "2"), ("Delivery:Channels:scripted:MaxConcurrency", "1"));
        var channel = rig.AddChannel();
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Deferred(null, "connection refused"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People("dead", 6));
        await rig.RunAsync((await rig.TryReceiveAsync())!);
        var asked = 0;
        var answer = new TaskCompletionSource<DeliveryOutcome>();
        channel.Answer = (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        };

        rig.Time.Advance(TimeSpan.FromSeconds(6));
        var first = rig.RunAsync((await rig.TryReceiveAsync())!);
        await DeliveryRig.UntilAsync(() => Volatile.Read(ref asked) == 1);
        while (await rig.TryReceiveAsync() is { } message)
        {
            Assert.Null(await rig.RunAsync(message));
        }

        Assert.Equal(1, asked);
        answer.SetResult(Delivered);
        await first;
        channel.Answer = (_, _) => Task.FromResult(Delivered);
        await rig.DrainAsync();
        Assert.Equal(6, await rig.CountAsync(alert, record => record.State == DeliveryState.Sent));
    }

    [Fact]
    public async Task In_any_window_no_more_than_the_permitted_sends_begin_and_waiting_costs_no_attempt()
    {
        using var rig = new DeliveryRig(
            ("Delivery:Channels:scripted:Permits", "30"),
            ("Delivery:Channels:scripted:Window", "00:01:00"),
            ("Delivery:Channels:scripted:LastChannelDeadlines:Flash", "1.00:00:00"));
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People("mailbox", 100));
        await rig.PlanAsync(alert with { Revision = 2, Id = Alert.IdOf(alert.Situation, 2) }, People("mailbox", 100));

        await rig.DrainAsync();

        var times = channel.Sends.Select(send => send.At).Order().ToList();
        Assert.Equal(200, times.Count);
        Assert.All(Enumerable.Range(0, times.Count - 30), i => Assert.True(times[i + 30] - times[i] >= TimeSpan.FromMinutes(1), $"{times[i]:O} {times[i + 30]:O}"));
        Assert.True(times[^1] - times[0] < TimeSpan.FromMinutes(9), "The permits were not used.");
        Assert.Equal(100, await rig.CountAsync(alert, record => record is { State: DeliveryState.Sent, Attempts: 1 }));
    }

    [Fact]
    public async Task No_more_sends_than_allowed_are_in_flight_to_one_target()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:scripted:MaxConcurrency", "3"));
        var channel = rig.AddChannel();
        channel.Answer = async (_, _) =>
        {
            await Task.Yield();
            return Delivered;
        };
        var alert = SampleAlerts.Alert();
        for (var chunk = 1; chunk <= 4; chunk++)
        {
            await rig.PlanAsync(alert with { Revision = chunk, Id = Alert.IdOf(alert.Situation, chunk) }, People("host", 50));
        }

        var running = new List<Task>();
        while (await rig.TryReceiveAsync() is { } message)
        {
            running.Add(Task.Run(() => rig.RunAsync(message)));
        }

        await Task.WhenAll(running);
        await rig.DrainAsync();
        Assert.Equal(200, channel.Sends.Count);
        Assert.InRange(channel.MostInFlight, 2, 3);
    }

    [Fact]
    public async Task A_flash_alert_does_not_wait_for_the_exercise_that_fills_a_slow_target()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var slow = new TaskCompletionSource();
        channel.Answer = async (recipient, cancellationToken) =>
        {
            if (recipient.MessageId.Contains("drill", StringComparison.Ordinal))
            {
                await slow.Task.WaitAsync(cancellationToken);
            }

            return Delivered;
        };
        for (var chunk = 1; chunk <= 4; chunk++)
        {
            await rig.PlanAsync(SampleAlerts.Alert(ReportMode.Exercise, revision: chunk, situation: "s-drill"), People("host", 5));
        }

        var drills = new List<Task>();
        while (await rig.TryReceiveAsync() is { } message)
        {
            drills.Add(Task.Run(() => rig.RunAsync(message)));
        }

        await DeliveryRig.UntilAsync(() => drills.Count(drill => drill.IsCompleted) == 2);
        await rig.PlanAsync(SampleAlerts.Alert(), People("host", 5));
        var flash = (await rig.TryReceiveAsync())!;
        Assert.Equal(Lane.FlashActual, flash.Message.Lane);
        await rig.RunAsync(flash);

        Assert.Equal(5, channel.Sends.Count);
        slow.SetResult();
        await Task.WhenAll(drills);
        await rig.DrainAsync();
        Assert.Equal(25, channel.Sends.Count);
    }

    [Fact]
    public async Task A_flash_alert_leaves_a_target_that_takes_nothing_for_the_next_channel_at_once()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:scripted:BreakerMinimum", "2"), ("Delivery:Channels:scripted:BreakFor", "00:02:00"));
        var channel = rig.AddChannel();
        var second = rig.AddChannel("second");
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Deferred(null, "connection refused"));
        await rig.PlanAsync(SampleAlerts.Alert(revision: 1), People("dead", 3));
        await rig.RunAsync((await rig.TryReceiveAsync())!);
        var before = channel.Sends.Count;

        await rig.PlanAsync(SampleAlerts.Alert(revision: 2), [("officer", "dead/9")], fallbacks: [new("second", "desk/1")]);
        await rig.RunAsync((await rig.TryReceiveAsync())!);
        await rig.RunAsync((await rig.TryReceiveAsync())!);

        Assert.Equal(before, channel.Sends.Count);
        Assert.Equal("officer", Assert.Single(second.Sends).Contact.Value);
    }

    [Fact]
    public async Task After_an_outage_of_the_hub_late_alerts_are_tried_and_not_given_up_unheard()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        for (var chunk = 1; chunk <= 5; chunk++)
        {
            await rig.PlanAsync(alert with { Revision = chunk, Id = Alert.IdOf(alert.Situation, chunk) }, People("host", 100));
        }

        rig.Time.Advance(TimeSpan.FromDays(1));
        await rig.DrainAsync();

        Assert.Equal(500, channel.Sends.Count);
        Assert.Empty((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
    }
}
