using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

/// <summary>What changed between planning and sending is looked at just before sending.</summary>
public sealed class LastLookTests
{
    private static readonly ListId Watch = new("watch");
    private static readonly ListId Staff = new("staff");

    private static (string Contact, string Address)[] People(int count) => [.. Enumerable.Range(1, count).Select(i => ($"c{i:D3}", $"host/{i}"))];

    [Fact]
    public async Task Whoever_may_not_read_it_any_more_gets_nothing_and_the_record_says_why()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert() with { Marking = Marking.Default };
        await rig.PlanAsync(alert, People(2));
        var contact = (await rig.Contacts.GetAsync(new ContactId("c001"), default))!.Value;
        await rig.Contacts.ReplaceAsync(contact.Value with { Nation = "AUS" }, contact.ETag, default);

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(["c002"], channel.Sends.Select(send => send.Contact.Value));
        await AssertWithheldAsync(rig, alert, "c001", "Withheld before sending: The text is TLP:AMBER and is not released to this contact's nation or agency.");
        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c002")).State);
    }

    [Fact]
    public async Task Whoever_was_deleted_after_planning_gets_nothing_on_any_channel()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var other = rig.AddChannel("other");
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(3), fallbacks: [new ContactChannel("other", "elsewhere/1")]);
        await DeleteAsync(rig, "c002");

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(["c001", "c003"], channel.Sends.Select(send => send.Contact.Value).Order());
        Assert.Empty(other.Sends);
        await AssertWithheldAsync(rig, alert, "c002", "Withheld before sending: The contact was deleted.");
        Assert.Empty((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
    }

    [Fact]
    public async Task Whoever_was_taken_out_of_every_list_that_reached_them_gets_nothing()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(4), lists: [Watch, Staff]);
        await ListAsync(rig, Watch, "c001", "c003");
        await ListAsync(rig, Staff, "c002");

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(["c001", "c002", "c003"], channel.Sends.Select(send => send.Contact.Value).Order());
        await AssertWithheldAsync(rig, alert, "c004", "Withheld before sending: The contact was taken out of list watch, list staff.");
    }

    [Fact]
    public async Task The_members_of_a_deleted_list_are_not_told_for_its_sake()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(2), lists: [Watch]);
        await ListAsync(rig, Watch, "c001", "c002");
        await rig.Lists.DeleteAsync(Watch, (await rig.Lists.GetAsync(Watch, default))!.Value.ETag, default);

        Assert.Empty(await rig.DrainAsync());

        Assert.Empty(channel.Sends);
    }

    [Fact]
    public async Task A_few_recipients_are_found_in_a_list_of_many()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, [("c001", "host/1"), ("c200", "host/200"), ("c400", "host/400")], lists: [Watch]);
        await ListAsync(rig, Watch, [.. Enumerable.Range(1, 400).Where(i => i != 200).Select(i => $"c{i:D3}")]);

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(["c001", "c400"], channel.Sends.Select(send => send.Contact.Value).Order());
    }

    [Fact]
    public async Task Who_was_told_once_is_not_told_again_after_a_deletion()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Deferred(rig.Time.GetUtcNow().AddSeconds(5), "429"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));
        Assert.Null(await rig.RunAsync((await rig.TryReceiveAsync())!));
        await DeleteAsync(rig, "c001");

        Assert.Empty(await rig.DrainAsync());

        Assert.Single(channel.Sends);
        Assert.Equal(DeliveryState.Withheld, (await rig.GetAsync(alert, "c001")).State);
    }

    [Fact]
    public async Task An_attempt_that_was_cut_short_is_not_denied()
    {
        using var rig = new DeliveryRig();
        rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));
        await rig.ChangeAsync(alert, "c001", record => record with
        {
            State = DeliveryState.Sending,
            ClaimTicket = "of-a-dead-worker",
            ClaimUntil = rig.Time.GetUtcNow().AddSeconds(10),
            Attempts = 1,
        });
        await DeleteAsync(rig, "c001");

        Assert.Empty(await rig.DrainAsync());

        Assert.EndsWith("An attempt before was cut short; it may have arrived.", (await rig.GetAsync(alert, "c001")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whenever_the_process_dies_the_timeline_says_it_once()
    {
        for (var step = 1; ; step++)
        {
            using var rig = new DeliveryRig();
            rig.AddChannel();
            var alert = SampleAlerts.Alert();
            await rig.PlanAsync(alert, People(2));
            await DeleteAsync(rig, "c001");
            rig.Crash.At = step;

            await rig.DrainAsync();

            var line = Assert.Single(await WithheldLinesAsync(rig, alert));
            Assert.Equal(alert.Id, line.Alert);
            Assert.Equal("Round 0: 1 not told by scripted after all. c001: Withheld before sending: The contact was deleted.", line.Detail);
            if (rig.Crash.At is not null)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task An_address_that_was_corrected_after_planning_is_the_one_that_is_sent_to()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var other = rig.AddChannel("other");
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(2), fallbacks: [new ContactChannel("other", "elsewhere/1")]);
        await ChangeChannelsAsync(rig, "c001", new ContactChannel("other", "elsewhere/1"), new ContactChannel("scripted", "host/corrected"));

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal(["host/2", "host/corrected"], channel.Sends.Select(send => send.Address).Order());
        Assert.Empty(other.Sends);
        var record = await rig.GetAsync(alert, "c001");
        Assert.Equal((DeliveryState.Sent, "host/corrected", 1), (record.State, record.Address, record.Attempts));
        Assert.Equal("sample; planned for an address by scripted that the contact no longer has", record.Reason);
        Assert.Equal("sample", (await rig.GetAsync(alert, "c002")).Reason);
    }

    [Fact]
    public async Task A_channel_that_was_taken_away_after_planning_gives_way_to_the_next_the_contact_still_has()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var gone = rig.AddChannel("gone");
        var added = rig.AddChannel("added");
        var kept = rig.AddChannel("kept");
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1), fallbacks: [new ContactChannel("gone", "gone/1"), new ContactChannel("kept", "kept/1")]);
        await ChangeChannelsAsync(rig, "c001", new ContactChannel("added", "added/1"), new ContactChannel("kept", "kept/1"));

        Assert.Empty(await rig.DrainAsync());

        Assert.Empty(channel.Sends.Concat(gone.Sends).Concat(added.Sends));
        Assert.Equal("kept/1", Assert.Single(kept.Sends).Address);
        var record = await rig.GetAsync(alert, "c001");
        Assert.Equal((DeliveryState.Failed, "The contact no longer has this address."), (record.State, record.LastError));
        Assert.Equal(
            [new ContactChannel("added", "added/1")], (await rig.GetAsync(alert, "c001", "kept")).Fallbacks);
    }

    [Fact]
    public async Task What_failed_before_is_not_tried_again_for_want_of_a_channel()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var next = rig.AddChannel("next");
        channel.Answer = async (_, _) =>
        {
            await ChangeChannelsAsync(rig, "c001", new ContactChannel("scripted", "host/1"));
            return new DeliveryOutcome.Refused("550");
        };
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1), fallbacks: [new ContactChannel("next", "next/1")]);

        Assert.Empty(await rig.DrainAsync());

        Assert.Single(channel.Sends);
        Assert.Empty(next.Sends);
        var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
        Assert.Equal("Contact c001 was not told by next, their last channel. The contact no longer has this address.", letter.Reason);
    }

    [Fact]
    public async Task Who_has_no_channel_any_more_is_set_aside_for_a_person_and_told_when_they_have_one_again()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));
        await ChangeChannelsAsync(rig, "c001");

        Assert.Empty(await rig.DrainAsync());

        Assert.Empty(channel.Sends);
        var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
        await ChangeChannelsAsync(rig, "c001", new ContactChannel("scripted", "host/new"));
        await rig.DeadLetters.ReplayAsync(letter.Id, default);
        Assert.Empty(await rig.DrainAsync());
        Assert.Equal("host/new", Assert.Single(channel.Sends).Address);
    }

    [Fact]
    public async Task An_address_that_changed_does_not_end_the_quiet_hours()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, People(1));
        var morning = rig.Time.GetUtcNow().AddMinutes(5);
        await rig.ChangeAsync(alert, "c001", record => record with { NotBefore = morning, Deadline = morning.AddMinutes(5) });
        await ChangeChannelsAsync(rig, "c001", new ContactChannel("scripted", "host/new"));

        Assert.Empty(await rig.DrainAsync());

        Assert.Equal("host/new", Assert.Single(channel.Sends).Address);
        Assert.True((await rig.GetAsync(alert, "c001")).SentAt >= morning);
    }

    [Fact]
    public async Task Whenever_the_process_dies_the_new_address_is_sent_to_and_the_old_one_is_not()
    {
        for (var step = 1; ; step++)
        {
            using var rig = new DeliveryRig();
            var channel = rig.AddChannel();
            var alert = SampleAlerts.Alert();
            await rig.PlanAsync(alert, People(2));
            await ChangeChannelsAsync(rig, "c001", new ContactChannel("scripted", "host/new"));
            rig.Crash.At = step;

            await rig.DrainAsync();

            Assert.Equal(["host/2", "host/new"], channel.Sends.Select(send => send.Address).Distinct().Order());
            Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c001")).State);
            if (rig.Crash.At is not null)
            {
                return;
            }
        }
    }

    private static async Task AssertWithheldAsync(DeliveryRig rig, Alert alert, string contact, string reason)
    {
        var record = await rig.GetAsync(alert, contact);
        Assert.Equal(DeliveryState.Withheld, record.State);
        Assert.Equal(reason, record.Reason);
        Assert.Equal(0, record.Attempts);
        Assert.Contains(reason, Assert.Single(await WithheldLinesAsync(rig, alert)).Detail, StringComparison.Ordinal);
    }

    private static async Task<List<TimelineEntry>> WithheldLinesAsync(DeliveryRig rig, Alert alert) =>
        await rig.Situations.TimelineAsync(alert.Situation, default).Select(row => row.Value).Where(entry => entry.Kind == TimelineKind.Withheld).ToListAsync();

    private static async Task DeleteAsync(DeliveryRig rig, string contact)
    {
        var read = (await rig.Contacts.GetAsync(new ContactId(contact), default))!.Value;
        await rig.Contacts.DeleteAsync(read.Value.Id, read.ETag, default);
    }

    private static async Task ChangeChannelsAsync(DeliveryRig rig, string contact, params ContactChannel[] channels)
    {
        var read = (await rig.Contacts.GetAsync(new ContactId(contact), default))!.Value;
        await rig.Contacts.ReplaceAsync(read.Value with { Channels = channels }, read.ETag, default);
    }

    private static async Task ListAsync(DeliveryRig rig, ListId list, params string[] members)
    {
        await rig.Lists.InsertAsync(new ContactList { Id = list, Name = new LocalizedText(list.Value, list.Value) }, default);
        await rig.Lists.AddMembersAsync(list, members.Select(member => new ContactId(member)), default);
    }
}
