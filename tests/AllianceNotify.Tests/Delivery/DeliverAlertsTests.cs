using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class DeliverAlertsTests
{
    private static (string Contact, string Address)[] People(int count, string target = "host") =>
        [.. Enumerable.Range(1, count).Select(i => ($"c{i:D3}", $"{target}/{i}"))];

    [Fact]
    public async Task A_chunk_is_sent_and_each_delivery_says_so()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Delivered("provider-7"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(3));

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(["c001", "c002", "c003"], channel.Sends.Select(send => send.Contact.Value).Order());
        var record = await rig.GetAsync(alert, "c002");
        Assert.Equal(DeliveryState.Sent, record.State);
        Assert.Equal(1, record.Attempts);
        Assert.Equal(rig.Time.GetUtcNow(), record.SentAt);
        Assert.Equal("provider-7", record.ProviderId);
        Assert.Null(record.ClaimTicket);
    }

    [Fact]
    public async Task A_chunk_of_a_hundred_is_claimed_in_one_write_and_recorded_in_one()
    {
        using var rig = new DeliveryRig();
        rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(100));
        var message = await rig.TryReceiveAsync();

        Assert.Null(await rig.RunAsync(message!));

        // Alert, situation, records, contacts; claim; outcome; completing the message.
        Assert.Equal(7, rig.Crash.Steps);
        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c100")).State);
    }

    [Theory]
    [InlineData(DeliveryState.Sent)]
    [InlineData(DeliveryState.Withheld)]
    [InlineData(DeliveryState.Cancelled)]
    public async Task What_is_settled_is_skipped(DeliveryState state)
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(2));
        await rig.ChangeAsync(alert, "c001", record => record with { State = state });

        await rig.DrainAsync();

        Assert.Equal("c002", Assert.Single(channel.Sends).Contact.Value);
        Assert.Equal(state, (await rig.GetAsync(alert, "c001")).State);
    }

    [Fact]
    public async Task Copies_of_a_chunk_handled_at_once_tell_each_recipient_exactly_once()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var release = new TaskCompletionSource();
        channel.Answer = async (_, _) =>
        {
            await release.Task;
            return new DeliveryOutcome.Delivered();
        };
        var alert = SampleAlerts.Alert();
        var chunk = await rig.PlanAsync(alert, People(50));
        await rig.QueueAsync(chunk with { Ticket = "copy-1" }, alert);
        await rig.QueueAsync(chunk with { Ticket = "copy-2", Contacts = [.. chunk.Contacts.Skip(25)] }, alert);
        var messages = new List<LeasedMessage>();
        while (await rig.TryReceiveAsync() is { } message)
        {
            messages.Add(message);
        }

        var running = messages.Select(message => Task.Run(() => rig.RunAsync(message))).ToList();
        release.SetResult();
        Assert.All(await Task.WhenAll(running), Assert.Null);
        await rig.DrainAsync();

        Assert.Equal(3, messages.Count);
        Assert.Equal(50, channel.Sends.Count);
        Assert.Equal(50, channel.Sends.Select(send => send.Contact).Distinct().Count());
    }

    [Fact]
    public async Task What_another_message_holds_is_looked_at_again_when_its_claim_ends()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));
        var until = rig.Time.GetUtcNow().AddSeconds(40);
        await rig.ChangeAsync(alert, "c001", record => record with { State = DeliveryState.Sending, ClaimTicket = "other", ClaimUntil = until, Attempts = 1 });

        await rig.DrainAsync();

        var send = Assert.Single(channel.Sends);
        Assert.InRange(send.At, until, until.AddSeconds(1));
        Assert.Equal(2, (await rig.GetAsync(alert, "c001")).Attempts);
    }

    [Fact]
    public async Task A_retry_after_is_obeyed_to_the_letter()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var asked = rig.Time.GetUtcNow().AddSeconds(97.128);
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(
            rig.Time.GetUtcNow() < asked ? new DeliveryOutcome.Deferred(asked, "429") : new DeliveryOutcome.Delivered());
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));

        var first = await rig.TryReceiveAsync();
        await rig.RunAsync(first!);
        Assert.Equal(asked, (await rig.GetAsync(alert, "c001")).NotBefore);
        await rig.DrainAsync();

        Assert.Equal(2, channel.Sends.Count);
        Assert.InRange(channel.Sends[1].At, asked, asked.AddSeconds(1));
    }

    [Fact]
    public async Task A_retry_after_beyond_the_deadline_goes_to_the_next_channel_at_once()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var second = rig.AddChannel("second");
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Deferred(rig.Time.GetUtcNow().AddDays(1), "429"));
        var alert = SampleAlerts.Alert();
        var start = rig.Time.GetUtcNow();
        await rig.PlanAsync(alert, People(1), fallbacks: [new ContactChannel("second", "other/1")]);

        await rig.DrainAsync();

        Assert.Equal(start, Assert.Single(second.Sends).At);
        Assert.Equal(DeliveryState.Failed, (await rig.GetAsync(alert, "c001")).State);
    }

    [Fact]
    public async Task Attempts_are_counted_across_queue_messages_until_they_are_used_up()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:scripted:MaxAttempts", "4"));
        var channel = rig.AddChannel();
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Deferred(null, "451 try later"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));
        var deadline = (await rig.GetAsync(alert, "c001")).Deadline;

        await rig.DrainAsync();

        var record = await rig.GetAsync(alert, "c001");
        Assert.Equal(4, channel.Sends.Count);
        Assert.Equal((DeliveryState.Failed, 4, deadline), (record.State, record.Attempts, record.Deadline));
        Assert.Equal("Not sent in 4 attempts. 451 try later", record.LastError);
        Assert.Single(channel.Sends.Select(send => send.MessageId).Distinct());
    }

    [Fact]
    public async Task After_the_deadline_no_attempt_begins()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Deferred(null, "451 try later"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1), fallbacks: [new ContactChannel("scripted", "host/1")]);
        var deadline = (await rig.GetAsync(alert, "c001")).Deadline;

        await rig.DrainAsync();

        Assert.True(channel.Sends.Count > 3);
        Assert.All(channel.Sends, send => Assert.True(send.At < deadline));
        Assert.Equal(DeliveryState.Failed, (await rig.GetAsync(alert, "c001")).State);
    }

    [Fact]
    public async Task Channels_are_tried_in_the_contacts_order_under_one_message_id()
    {
        using var rig = new DeliveryRig();
        var first = rig.AddChannel("first");
        var second = rig.AddChannel("second");
        var third = rig.AddChannel("third");
        first.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Refused("550 unknown"));
        second.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Misconfigured("535 password"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(2), "first", [new ContactChannel("second", "b/1"), new ContactChannel("third", "c/1")]);

        await rig.DrainAsync();

        Assert.Equal((2, 2, 2), (first.Sends.Count, second.Sends.Count, third.Sends.Count));
        Assert.Equal("550 unknown", (await rig.GetAsync(alert, "c001", "first")).LastError);
        Assert.Equal("535 password", (await rig.GetAsync(alert, "c001", "second")).LastError);
        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c001", "third")).State);
        Assert.Equal(2, first.Sends.Concat(second.Sends).Concat(third.Sends).Select(send => send.MessageId).Distinct().Count());
        Assert.Empty((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
    }

    [Fact]
    public async Task A_second_address_on_the_same_channel_is_tried_after_the_first()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = (recipient, _) => Task.FromResult<DeliveryOutcome>(
            recipient.Address == "home/1" ? new DeliveryOutcome.Delivered() : new DeliveryOutcome.Refused("550 unknown"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, [("c001", "office/1")], fallbacks: [new ContactChannel("scripted", "desk/1"), new ContactChannel("scripted", "home/1")]);

        await rig.DrainAsync();

        Assert.Equal(["office/1", "desk/1", "home/1"], channel.Sends.Select(send => send.Address));
        Assert.Equal((DeliveryState.Sent, "home/1"), ((await rig.GetAsync(alert, "c001")).State, (await rig.GetAsync(alert, "c001")).Address));
    }

    [Fact]
    public async Task A_channel_that_is_not_set_up_leads_to_the_next_one()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1), "pager", [new ContactChannel("scripted", "host/1")]);

        await rig.DrainAsync();

        Assert.Single(channel.Sends);
        Assert.Equal("No channel named pager is set up.", (await rig.GetAsync(alert, "c001", "pager")).LastError);
    }

    [Fact]
    public async Task A_group_goes_out_as_one_send_with_the_page_behind_sign_in()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel(maxRecipients: 20);
        channel.Answer = (recipient, _) => Task.FromResult<DeliveryOutcome>(
            recipient.Contact.Value == "c007" ? new DeliveryOutcome.Refused("550") : new DeliveryOutcome.Delivered());
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(45));

        await rig.DrainAsync();

        Assert.Equal([20, 20, 5], channel.Sends.GroupBy(send => send.Group).Select(group => group.Count()).OrderDescending());
        Assert.All(channel.Sends, send => Assert.Equal($"https://hub.example/alerts/{alert.Id}", send.AcknowledgeUrl.AbsoluteUri));
        Assert.Equal(DeliveryState.Failed, (await rig.GetAsync(alert, "c007")).State);
        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c008")).State);
    }

    [Fact]
    public async Task Single_sends_carry_each_recipients_own_link()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        await rig.PlanAsync(SampleAlerts.Alert(), People(3));

        await rig.DrainAsync();

        Assert.Equal(3, channel.Sends.Select(send => send.AcknowledgeUrl).Distinct().Count());
        Assert.All(channel.Sends, send => Assert.StartsWith("https://hub.example/a/", send.AcknowledgeUrl.AbsoluteUri, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_larger_chunk_is_taken_apart()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        await rig.PlanAsync(SampleAlerts.Alert(), People(250));

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(250, channel.Sends.Select(send => send.Contact).Distinct().Count());
    }

    [Theory]
    [InlineData(ReportMode.Exercise, ReportMode.Actual)]
    [InlineData(ReportMode.Actual, ReportMode.Exercise)]
    [InlineData(ReportMode.Test, ReportMode.Actual)]
    public async Task An_alert_whose_mode_is_not_its_situations_is_never_sent(ReportMode alertMode, ReportMode situationMode)
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert(alertMode);
        await rig.PlanAsync(alert, People(1), situation: SampleAlerts.Situation(situationMode));

        await rig.DrainAsync();

        Assert.Empty(channel.Sends);
        Assert.Equal((DeliveryState.Queued, 0), ((await rig.GetAsync(alert, "c001")).State, (await rig.GetAsync(alert, "c001")).Attempts));
        var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
        Assert.Equal($"Alert {alert.Id} says {alertMode}, its situation s-sample says {situationMode}: not sent.", letter.Reason);
    }

    [Fact]
    public async Task Words_without_the_marking_are_never_sent()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        rig.Render = (alert, language, _) => Task.FromResult(SampleAlerts.Render(alert with { Marking = Marking.Public }, language));
        await rig.PlanAsync(SampleAlerts.Alert(), People(1));

        await rig.DrainAsync();

        Assert.Empty(channel.Sends);
        Assert.Contains("does not show its marking (TLP:AMBER)", Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"alert":"a-x-1","channel":"scripted","round":0,"language":"en","contacts":[],"ticket":"t"}""")]
    [InlineData("""{"alert":"a-x-1","channel":"scripted","round":-1,"language":"en","contacts":["c"],"ticket":"t"}""")]
    [InlineData("""{"alert":"a-x-1","channel":"scripted","round":0,"language":"en","contacts":["c"]}""")]
    public async Task An_unreadable_message_is_set_aside_with_the_reason(string body)
    {
        using var rig = new DeliveryRig();
        rig.AddChannel();
        await rig.Queue.SendAsync(
            QueueName.Deliveries, [new QueueMessage { Id = "m", Body = System.Text.Encoding.UTF8.GetBytes(body), Lane = Lane.FlashActual }], default);

        Assert.Empty(await rig.DrainAsync());

        Assert.Contains("delivery chunk", Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_that_does_not_exist_is_set_aside()
    {
        using var rig = new DeliveryRig();
        rig.AddChannel();
        await rig.QueueAsync(DeliveryChunkMessage.NewChunk(new AlertId("a-none-1"), "scripted", 0, "en", [new ContactId("c001")]), SampleAlerts.Alert());

        await rig.DrainAsync();

        Assert.Equal("There is no alert a-none-1.", Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items).Reason);
    }

    [Fact]
    public async Task A_contact_without_a_planned_delivery_is_named_and_the_others_are_told()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        var chunk = await rig.PlanAsync(alert, People(1));
        await rig.QueueAsync(chunk with { Ticket = "other", Contacts = [new ContactId("c001"), new ContactId("stranger")] }, alert);

        await rig.DrainAsync();

        Assert.Single(channel.Sends);
        Assert.EndsWith("is planned for stranger.", Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_exception_settles_nothing_of_its_own_and_the_others_are_recorded_first()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var broken = true;
        channel.Answer = (recipient, _) => recipient.Contact.Value == "c002" && broken
            ? throw new InvalidOperationException("a bug")
            : Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Delivered());
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(3));

        var failure = await rig.RunAsync((await rig.TryReceiveAsync())!);

        Assert.Equal("a bug", Assert.IsType<InvalidOperationException>(failure).Message);
        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c001")).State);
        Assert.Equal(DeliveryState.Sending, (await rig.GetAsync(alert, "c002")).State);
        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c003")).State);

        broken = false;
        await rig.DrainAsync();
        Assert.Equal(3, channel.Sends.Count);
        Assert.Equal((DeliveryState.Sent, 2), ((await rig.GetAsync(alert, "c002")).State, (await rig.GetAsync(alert, "c002")).Attempts));
    }

    [Fact]
    public async Task A_send_that_ended_after_its_claim_is_still_recorded_as_sent()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        channel.Answer = async (_, _) =>
        {
            await rig.ChangeAsync(alert, "c001", record => record with { State = DeliveryState.Cancelled });
            return new DeliveryOutcome.Delivered();
        };
        await rig.PlanAsync(alert, People(1));

        await rig.DrainAsync();

        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c001")).State);
    }

    [Fact]
    public async Task A_cancellation_during_an_attempt_that_failed_stays()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        channel.Answer = async (_, _) =>
        {
            await rig.ChangeAsync(alert, "c001", record => record with { State = DeliveryState.Cancelled });
            return new DeliveryOutcome.Deferred(null, "451");
        };
        await rig.PlanAsync(alert, People(1));

        await rig.DrainAsync();

        Assert.Equal(DeliveryState.Cancelled, (await rig.GetAsync(alert, "c001")).State);
        Assert.Single(channel.Sends);
    }

    [Fact]
    public async Task A_stopping_process_begins_nothing_new_and_loses_nothing()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:scripted:MaxConcurrency", "1"));
        var channel = rig.AddChannel();
        using var stopping = new CancellationTokenSource();
        channel.Answer = async (_, _) =>
        {
            await stopping.CancelAsync();
            return new DeliveryOutcome.Delivered();
        };
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(3));

        Assert.Null(await rig.RunAsync((await rig.TryReceiveAsync())!, stopping.Token));

        Assert.Equal("c001", Assert.Single(channel.Sends).Contact.Value);
        Assert.Equal((DeliveryState.Queued, 0), ((await rig.GetAsync(alert, "c002")).State, (await rig.GetAsync(alert, "c002")).Attempts));
        await rig.DrainAsync();
        Assert.Equal(3, channel.Sends.Select(send => send.Contact).Distinct().Count());
        Assert.Equal(3, channel.Sends.Count);
    }

    [Fact]
    public async Task With_too_little_lease_left_the_chunk_waits_for_another_turn()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        await rig.PlanAsync(SampleAlerts.Alert(), People(1));
        var message = (await rig.TryReceiveAsync())!;

        rig.Time.Advance(DeliveryRig.Lease - TimeSpan.FromSeconds(1));
        await rig.RunAsync(message);
        Assert.Empty(channel.Sends);

        await rig.DrainAsync();
        Assert.Single(channel.Sends);
    }
}
