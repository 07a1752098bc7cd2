using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;
using static AllianceNotify.Tests.FanOut.FanOutFixture;

namespace AllianceNotify.Tests.FanOut;

public sealed class FanOutAlertTests
{
    private readonly FanOutFixture hub = new();

    [Fact]
    public async Task Everybody_in_the_audience_gets_one_delivery_over_their_first_channel()
    {
        await hub.SubscribeAsync("a", null, Person("c1", channels: ["webhook", "smtp"]), Person("c2"));
        await hub.SubscribeAsync("b", null, Person("c3"));
        await hub.Lists.AddMembersAsync(new ListId("b"), [new ContactId("c1")], default);
        var alert = await hub.AlertAsync();

        Assert.Equal(StageResult.Done, await hub.RunAsync(alert));

        var deliveries = await hub.DeliveriesAsync(alert);
        Assert.Equal(["c1|webhook|000", "c2|smtp|000", "c3|smtp|000"], deliveries.Select(delivery => delivery.Row));
        Assert.All(deliveries, delivery => Assert.Equal(DeliveryState.Queued, delivery.State));
        Assert.Equal([new ContactChannel("smtp", "c1@smtp.example")], deliveries[0].Fallbacks);
        Assert.Contains("List b", deliveries[0].Reason, StringComparison.Ordinal);
        var chunks = (await hub.DrainAsync(QueueName.Deliveries)).Select(message => DeliveryChunkMessage.Read(message.Body).Chunk!).ToList();
        Assert.Equal(["c1", "c2", "c3"], chunks.SelectMany(chunk => chunk.Contacts).Select(id => id.Value).Order());
    }

    [Fact]
    public async Task Who_may_not_read_it_is_recorded_as_withheld_and_queued_nowhere()
    {
        await hub.SubscribeAsync("a", null, Person("c1"), Person("c2", nation: "AUS"), Person("c3", maxTlp: Tlp.Green));
        var alert = await hub.AlertAsync(marking: new Marking(Tlp.Amber, ["JPN"]));

        await hub.RunAsync(alert);

        var deliveries = await hub.DeliveriesAsync(alert);
        Assert.Equal(
            [DeliveryState.Queued, DeliveryState.Withheld, DeliveryState.Withheld], deliveries.Select(delivery => delivery.State));
        Assert.All(deliveries.Skip(1), delivery => Assert.Equal("", delivery.Address));
        var told = (await hub.DrainAsync(QueueName.Deliveries)).SelectMany(message => DeliveryChunkMessage.Read(message.Body).Chunk!.Contacts);
        Assert.Equal([new ContactId("c1")], told);
    }

    [Fact]
    public async Task Fanning_out_twice_plans_once_and_changes_no_delivery_that_has_moved_on()
    {
        await hub.SubscribeAsync("a", null, Person("c1"), Person("c2"), Person("c3"));
        var alert = await hub.AlertAsync();
        await hub.RunAsync(alert);
        var first = (await hub.Deliveries.GetAsync(alert.Id, new ContactId("c1"), "smtp", 0, default))!.Value;
        await hub.Deliveries.ReplaceAsync(alert.Id, [(first.Value with { State = DeliveryState.Sent }, first.ETag)], default);
        await hub.Contacts.InsertAsync(Person("c4"), default);
        await hub.Lists.AddMembersAsync(new ListId("a"), [new ContactId("c4")], default);

        await hub.RunAsync(alert);

        var deliveries = await hub.DeliveriesAsync(alert);
        Assert.Equal(["c1", "c2", "c3", "c4"], deliveries.Select(delivery => delivery.Contact.Value));
        Assert.Equal(DeliveryState.Sent, deliveries[0].State);
    }

    [Fact]
    public async Task An_update_reaches_those_told_before_in_their_thread_also_when_they_subscribe_no_more()
    {
        await hub.SubscribeAsync("a", null, Person("c1"), Person("c2"));
        var first = await hub.AlertAsync();
        await hub.RunAsync(first);
        await hub.Lists.RemoveMembersAsync(new ListId("a"), [new ContactId("c2")], default);
        var update = await hub.AlertAsync(AlertKind.Update);

        await hub.RunAsync(update);

        var before = await hub.DeliveriesAsync(first);
        var after = await hub.DeliveriesAsync(update);
        Assert.Equal(["c1", "c2"], after.Select(delivery => delivery.Contact.Value));
        Assert.Equal(before.Select(delivery => delivery.MessageId), after.Select(delivery => delivery.ThreadMessageId!));
        Assert.Empty(before.Select(delivery => delivery.MessageId).Intersect(after.Select(delivery => delivery.MessageId)));
    }

    [Fact]
    public async Task A_delivery_names_the_lists_that_still_have_to_hold_its_contact_when_it_is_sent()
    {
        await hub.SubscribeAsync("a", null, Person("c1"), Person("c2"));
        await hub.SubscribeAsync("b", null, Person("c3"));
        await hub.Lists.AddMembersAsync(new ListId("b"), [new ContactId("c1")], default);
        var first = await hub.AlertAsync();
        await hub.RunAsync(first);
        await hub.RunAsync(first, round: 1);
        await SentAsync(first, "c1");
        await hub.Lists.RemoveMembersAsync(new ListId("a"), [new ContactId("c1"), new ContactId("c2")], default);
        var update = await hub.AlertAsync(AlertKind.Update);
        await hub.RunAsync(update);

        var asked = (await hub.DeliveriesAsync(first)).ToLookup(delivery => delivery.Round, delivery => Lists(delivery));
        Assert.Equal(["a b", "a", "b"], asked[0]);
        Assert.Equal(["a b", "a", "b"], asked[1]);

        // c1 was told and hears how it goes on, whatever lists hold it; c2 and c3 have not been told yet.
        Assert.Equal(["", "a", "b"], (await hub.DeliveriesAsync(update)).Select(Lists));

        static string Lists(DeliveryRecord delivery) => string.Join(' ', delivery.Lists ?? []);

        async Task SentAsync(Alert alert, string contact)
        {
            var read = (await hub.Deliveries.GetAsync(alert.Id, new ContactId(contact), "smtp", 0, default))!.Value;
            await hub.Deliveries.ReplaceAsync(alert.Id, [(read.Value with { State = DeliveryState.Sent }, read.ETag)], default);
        }
    }

    [Fact]
    public async Task An_alert_that_reaches_nobody_says_so()
    {
        await hub.SubscribeAsync("a", null, Person("c1", nation: "AUS"));
        var alert = await hub.AlertAsync();

        await hub.RunAsync(alert);

        Assert.Contains(await hub.TimelineAsync(alert), entry => entry.Kind == TimelineKind.NobodyTold);
    }

    [Fact]
    public async Task A_contact_without_a_channel_is_recorded_as_failed()
    {
        await hub.SubscribeAsync("a", null, Person("c1") with { Channels = [] });
        var alert = await hub.AlertAsync();

        await hub.RunAsync(alert);

        var delivery = Assert.Single(await hub.DeliveriesAsync(alert));
        Assert.Equal(DeliveryState.Failed, delivery.State);
        Assert.Contains(await hub.TimelineAsync(alert), entry => entry.Kind == TimelineKind.NobodyTold);
    }

    [Fact]
    public async Task A_message_that_is_no_request_is_set_aside()
    {
        var leased = new LeasedMessage(
            QueueName.Alerts,
            new QueueMessage { Id = "m", Body = "[1]"u8.ToArray(), Lane = Lane.Exercise },
            "lease",
            1,
            hub.Time.GetUtcNow(),
            hub.Time.GetUtcNow());

        Assert.IsType<StageResult.Poison>(await hub.FanOut.RunAsync(leased, default));
    }

    [Fact]
    public async Task Of_several_policies_the_one_that_asks_again_first_applies()
    {
        await hub.Policies.InsertAsync(PolicyOf("slow", 600), default);
        await hub.Policies.InsertAsync(PolicyOf("fast", 60), default);
        await hub.SubscribeAsync("a", new PolicyId("slow"), Person("c1"));
        await hub.SubscribeAsync("b", new PolicyId("fast"), Person("c2"));
        var alert = await hub.AlertAsync();

        await hub.RunAsync(alert);

        var state = (await hub.Situations.GetEscalationAsync(alert.Situation, alert.Revision, default))!.Value.Value;
        Assert.Equal(new PolicyId("fast"), state.Policy.Id);
        Assert.Equal(alert.MadeAt.AddSeconds(60), state.DueAt);
        Assert.Equal([new ListId("a"), new ListId("b")], state.Lists);
    }

    [Fact]
    public async Task An_all_clear_starts_no_escalation()
    {
        await hub.SubscribeAsync("a", null, Person("c1"));
        await hub.RunAsync(await hub.AlertAsync());
        var clear = await hub.AlertAsync(AlertKind.AllClear);

        await hub.RunAsync(clear);

        Assert.Null(await hub.Situations.GetEscalationAsync(clear.Situation, clear.Revision, default));
        Assert.Single(await hub.DeliveriesAsync(clear));
    }

    [Fact]
    public async Task Asking_again_goes_by_the_contacts_next_channel_and_leaves_out_who_has_answered()
    {
        await hub.Policies.InsertAsync(PolicyOf("p", 60) with { OnAnswer = OnAnswer.NarrowToOtherAgencies }, default);
        await hub.SubscribeAsync(
            "a", new PolicyId("p"), Person("c1", agency: "JCG"), Person("c2", agency: "USFJ", channels: ["webhook", "smtp"]), Person("c3", agency: "FDMA"));
        var alert = await hub.AlertAsync();
        await hub.RunAsync(alert);
        await hub.Acknowledge.ByContactAsync(alert.Id, new ContactId("c1"), "Seen", default);

        await hub.RunAsync(alert, round: 1);

        var again = (await hub.DeliveriesAsync(alert)).Where(delivery => delivery.Round == 1).ToList();
        Assert.Equal(["c2|smtp|001", "c3|smtp|001"], again.Select(delivery => delivery.Row));
        Assert.All(again, delivery => Assert.NotNull(delivery.ThreadMessageId));
    }

    internal static EscalationPolicy PolicyOf(string id, int seconds) => new()
    {
        Id = new PolicyId(id),
        Name = new LocalizedText(id, id),
        Steps = [new EscalationStep { After = TimeSpan.FromSeconds(seconds), Target = EscalationTarget.Again }],
        OnAnswer = OnAnswer.Stop,
        RepeatEvery = TimeSpan.FromSeconds(seconds),
    };
}
