using System.Collections.Concurrent;
using System.Text;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Triggers;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

public sealed class TriggerEndpointsTests
{
    private const string Payload = """{"Data":{"input":"\"{}\""},"Metadata":{"MessageId":"\"m1\"","DeliveryCount":"1","EnqueuedTimeUtc":"2026-11-24T05:59:58"}}""";

    [Fact]
    public async Task Each_function_runs_its_queues_stage_in_its_lane_and_answers_an_empty_object()
    {
        var ran = new ConcurrentQueue<LeasedMessage>();
        await using var hub = await HostedHub.StartAsync((message, _) =>
        {
            ran.Enqueue(message);
            return Task.FromResult(StageResult.Done);
        });

        foreach (var function in TriggerFunctions.Queues)
        {
            Assert.Equal((200, "application/json", "{}"), await hub.PostAsync(function.Name, Payload));
        }

        Assert.Equal(
            TriggerFunctions.Queues.Select(function => (function.Queue, function.Lane)),
            ran.Select(message => (message.Queue, message.Message.Lane)));
        Assert.All(ran, message => Assert.Equal(("m1", 1, "{}"), (message.Message.Id, message.DeliveryCount, Encoding.UTF8.GetString(message.Message.Body.Span))));
        Assert.Equal(12, ran.Count);
    }

    [Fact]
    public async Task A_failure_is_told_after_a_wait_that_grows_with_the_deliveries()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => throw new InvalidOperationException("not today"));

        var answer = await PassUntilAsync(hub, hub.PostAsync("TriageReportFlash", Payload));
        Assert.Equal([RunStage.LongestRun, TimeSpan.FromSeconds(1)], hub.Waits);
        await PassUntilAsync(hub, hub.PostAsync("TriageReportFlash", Payload.Replace("\"DeliveryCount\":\"1\"", "\"DeliveryCount\":\"4\"", StringComparison.Ordinal)));
        Assert.Equal([RunStage.LongestRun, TimeSpan.FromSeconds(8)], hub.Waits.Skip(2));

        Assert.Equal(500, answer.Status);
        Assert.NotEqual("", answer.Body);
    }

    [Fact]
    public async Task While_the_store_is_out_a_failure_is_held_back_so_that_deliveries_are_not_used_up()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => throw new IOException("The store is cut off."));
        hub.Hub.Store.IsDown = true;
        var answer = hub.PostAsync("FanOutAlertUrgent", Payload);

        await Eventually.TrueAsync(
            () =>
            {
                hub.Hub.Time.Advance(TimeSpan.FromSeconds(1));
                return hub.Waits.Count >= 4;
            },
            "the store asked for twice");
        Assert.False(answer.IsCompleted);
        hub.Hub.Store.IsDown = false;

        Assert.Equal(503, (await PassUntilAsync(hub, answer)).Status);
    }

    [Fact]
    public async Task A_store_that_stays_out_is_not_waited_for_longer_than_the_host_waits()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => throw new IOException("The store is cut off."));
        hub.Hub.Store.IsDown = true;

        var began = hub.Hub.Time.GetUtcNow();

        Assert.Equal(503, (await PassUntilAsync(hub, hub.PostAsync("FanOutAlertUrgent", Payload))).Status);

        Assert.True(hub.Hub.Time.GetUtcNow() - began >= RunStage.LongestOutageWait);
    }

    [Fact]
    public async Task A_stage_that_does_not_end_is_given_up_before_the_host_would_kill_the_process()
    {
        await using var hub = await HostedHub.StartAsync(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return StageResult.Done;
        });

        var began = hub.Hub.Time.GetUtcNow();

        Assert.Equal(500, (await PassUntilAsync(hub, hub.PostAsync("DeliverAlertRoutine", Payload))).Status);

        Assert.True(hub.Hub.Time.GetUtcNow() - began >= RunStage.LongestRun);
    }

    [Fact]
    public async Task What_can_never_be_handled_is_set_aside_whole_once_and_can_be_replayed()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => Task.FromResult<StageResult>(new StageResult.Poison("no such report")));
        const string Binary = """{"Data":{"input":"/wCOkw=="},"Metadata":{"MessageId":"\"m1\"","DeliveryCount":"2","EnqueuedTimeUtc":"2026-11-24T05:59:58"}}""";

        Assert.Equal(200, (await hub.PostAsync("TriageReportUrgent", Binary)).Status);
        Assert.Equal(200, (await hub.PostAsync("TriageReportUrgent", Binary)).Status);

        var letters = hub.Hub.Services.GetRequiredService<DeadLetters>();
        var letter = Assert.Single((await letters.ListAsync(null, 10, default)).Items);
        Assert.Equal(("reports", "no such report", 2), (letter.Queue, letter.Reason, letter.Attempts));
        Assert.Equal([0xFF, 0x00, 0x8E, 0x93], letter.Body.ToArray());

        Assert.Equal(ReplayResult.Replayed, await letters.ReplayAsync(letter.Id, default));
        var queue = hub.Hub.Services.GetRequiredService<IMessageQueue>();
        var again = Assert.Single(await queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default));
        Assert.Equal([0xFF, 0x00, 0x8E, 0x93], again.Message.Body.ToArray());
        Assert.Equal(Lane.UrgentActual, again.Message.Lane);
        Assert.NotEqual("m1", again.Message.Id);
        Assert.Empty((await letters.ListAsync(null, 10, default)).Items);
    }

    [Fact]
    public async Task Two_messages_that_claim_one_id_are_both_set_aside()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => Task.FromResult<StageResult>(new StageResult.Poison("nonsense")));

        await hub.PostAsync("TriageReportFlash", Payload);
        await hub.PostAsync("TriageReportFlash", Payload.Replace("{}", "[]", StringComparison.Ordinal));

        Assert.Equal(2, (await hub.Hub.Services.GetRequiredService<DeadLetters>().ListAsync(null, 10, default)).Items.Count);
    }

    [Fact]
    public async Task Poison_that_cannot_be_set_aside_stays_with_the_broker()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => Task.FromResult<StageResult>(new StageResult.Poison("nonsense")));
        hub.Hub.Store.IsDown = true;

        Assert.Equal(503, (await PassUntilAsync(hub, hub.PostAsync("TriageReportFlash", Payload))).Status);
    }

    [Fact]
    public async Task A_batch_fails_as_a_whole_and_each_of_it_was_tried()
    {
        var ran = new ConcurrentQueue<string>();
        await using var hub = await HostedHub.StartAsync((message, _) =>
        {
            ran.Enqueue(message.Message.Id);
            return message.Message.Id == "m2" ? throw new InvalidOperationException("not this one") : Task.FromResult(StageResult.Done);
        });

        var answer = await PassUntilAsync(hub, hub.PostAsync("TriageReportFlash", """{"Data":{"input":"[\"1\",\"2\",\"3\"]"},"Metadata":{"MessageIdArray":"[\"m1\",\"m2\",\"m3\"]"}}"""));

        Assert.Equal(500, answer.Status);
        Assert.Equal(["m1", "m2", "m3"], ran.Order());
    }

    [Fact]
    public async Task An_invocation_that_cannot_be_read_is_not_taken_for_done()
    {
        await using var hub = await HostedHub.StartAsync((_, _) => Task.FromResult(StageResult.Done));

        Assert.Equal(400, (await hub.PostAsync("TriageReportFlash", "{}")).Status);
    }

    [Fact]
    public async Task A_message_of_the_brokers_largest_size_is_read_however_it_is_escaped()
    {
        var size = 0;
        await using var hub = await HostedHub.StartAsync((message, _) =>
        {
            size = message.Message.Body.Length;
            return Task.FromResult(StageResult.Done);
        });
        var quotes = new StringBuilder().Insert(0, "\\\\\\\"", 256 * 1024);

        var (status, _, _) = await hub.PostAsync("TriageReportFlash", $$$"""{"Data":{"input":"\"{{{quotes}}}\""},"Metadata":{}}""");

        Assert.Equal((200, 256 * 1024), (status, size));
    }

    [Fact]
    public async Task A_timer_runs_its_sweep()
    {
        await using var hub = await HostedHub.StartAsync();
        var sessions = hub.Hub.Services.GetRequiredService<SessionTable>();
        var now = hub.Hub.Time.GetUtcNow();
        await sessions.IssueTicketAsync("forgotten", HubRole.Auditor, now, default);
        var kept = await sessions.IssueTicketAsync("in use", HubRole.Auditor, now + TimeSpan.FromDays(1), default);
        hub.Hub.Time.Advance(SessionTable.TicketLifetime);

        const string Due = """{"Data":{"input":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{"sys":{"MethodName":"Housekeeping"}}}""";
        Assert.Equal((200, "application/json", "{}"), await hub.PostAsync("Housekeeping", Due));
        Assert.Equal(200, (await hub.PostAsync("EscalateUnanswered", Due)).Status);

        Assert.Equal(0, await sessions.RemoveEndedAsync(hub.Hub.Time.GetUtcNow(), default));
        Assert.NotNull(await sessions.RedeemAsync(kept, hub.Hub.Time.GetUtcNow(), default));
    }

    [Fact]
    public async Task A_sweep_that_fails_is_told_to_the_host()
    {
        await using var hub = await HostedHub.StartAsync();
        hub.Hub.Store.IsDown = true;

        Assert.Equal(503, (await hub.PostAsync("EscalateUnanswered", "{}")).Status);
    }

    [Fact]
    public async Task The_hubs_own_pumps_and_sweeps_are_off()
    {
        await using var hub = await HostedHub.StartAsync();

        Assert.DoesNotContain(hub.Hub.Services.GetServices<IHostedService>(), service => service is QueuePump or SweepPump);
    }

    /// <summary>Lets time pass, ten seconds at once, until the answer is there.</summary>
    private static async Task<T> PassUntilAsync<T>(HostedHub hub, Task<T> answer)
    {
        await Eventually.TrueAsync(
            () =>
            {
                hub.Hub.Time.Advance(TimeSpan.FromSeconds(10));
                return answer.IsCompleted;
            },
            "the invocation answered");
        return await answer;
    }
}
