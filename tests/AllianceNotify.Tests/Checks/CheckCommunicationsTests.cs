using AllianceNotify.Acknowledgement;
using AllianceNotify.Checks;
using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Delivery;
using AllianceNotify.Publishing;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Delivery;
using AllianceNotify.Tests.Journeys;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace AllianceNotify.Tests.Checks;

/// <summary>A test to those whose lists ask for it, on Mondays at 01:00 UTC. The hub's clock starts on a Tuesday.</summary>
public sealed class CheckCommunicationsTests : IDisposable
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 30, 1, 0, 0, TimeSpan.Zero);

    private readonly HubInProcess hub = HubWith("watch");

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task Contacts_of_the_lists_named_are_told_once_a_week_and_nobody_else()
    {
        await SubscribeAsync(hub);

        await SweepAtAsync(Monday.AddSeconds(-1));
        Assert.Empty(hub.Channel.Sends);
        for (var minute = 0; minute < 3; minute++)
        {
            await SweepAtAsync(Monday.AddMinutes(minute));
        }

        Assert.Equal(["jp-1", "us-1"], hub.Told(0));
        await SweepAtAsync(Monday.AddDays(6));
        Assert.Equal(2, hub.Channel.Sends.Count);
        await SweepAtAsync(Monday.AddDays(7));
        Assert.Equal(["jp-1", "us-1"], hub.Told(2));
    }

    [Fact]
    public async Task Without_a_list_that_asks_for_it_nobody_is_ever_told()
    {
        using var silent = HubWith();
        await SubscribeAsync(silent);

        silent.Time.SetUtcNow(Monday);
        await silent.Get<CheckCommunications>().SweepAsync(default);
        await silent.SettleAsync();

        Assert.Empty(silent.Channel.Sends);
        Assert.Empty(await silent.Situations.ListAsync(null, default).ToListAsync());
    }

    [Fact]
    public async Task A_hub_started_at_night_waits_for_the_next_turn()
    {
        await SubscribeAsync(hub);

        await SweepAtAsync(Monday + CheckCommunications.BeginsWithin);

        Assert.Empty(hub.Channel.Sends);
    }

    [Fact]
    public async Task It_cannot_be_taken_for_an_alert()
    {
        await SubscribeAsync(hub);

        await SweepAtAsync(Monday);
        await hub.PassAsync(TimeSpan.FromDays(3));

        Assert.Equal(2, hub.Channel.Sends.Count);
        var situation = Assert.Single(await hub.Situations.ListAsync(null, default).ToListAsync()).Situation;
        Assert.Equal((ReportMode.Test, SituationStatus.Closed, "none"), (situation.Mode, situation.Status, situation.Category.Value));
        var alert = Assert.Single(await hub.Situations.ListAlertsAsync(situation.Id, default).ToListAsync()).Value;
        Assert.Equal((ReportMode.Test, Urgency.Routine, false), (alert.Mode, alert.Urgency, alert.ExpectsAnswer));
        foreach (var language in new[] { "en", "ja" })
        {
            var shown = await hub.Get<RenderAlert>()(alert, language, default);
            Assert.StartsWith(ModeBanner.SubjectMark(ShownMode.Test, language), shown.Subject, StringComparison.Ordinal);
            Assert.Contains(language == "en" ? "nothing has happened" : "事案は発生していません", shown.Subject, StringComparison.Ordinal);
        }

        Assert.Null(await hub.Get<PublishAlerts>().CapOfAsync(alert.Id, default));
    }

    [Fact]
    public async Task Its_deliveries_say_which_channel_reached_whom()
    {
        await SubscribeAsync(hub);
        hub.Channel.Answer = (recipient, _) => Task.FromResult<DeliveryOutcome>(
            recipient.Contact.Value == "us-1" ? new DeliveryOutcome.Refused("There is no such box.") : new DeliveryOutcome.Delivered());

        await SweepAtAsync(Monday);

        var situation = Assert.Single(await hub.Situations.ListAsync(null, default).ToListAsync()).Situation;
        var deliveries = await hub.Get<DeliveryTable>().ListAsync(Alert.IdOf(situation.Id, 1), default).Select(row => row.Value).ToListAsync();
        Assert.Equal(
            [("jp-1", "scripted", DeliveryState.Sent), ("us-1", "scripted", DeliveryState.Failed)],
            deliveries.Select(delivery => (delivery.Contact.Value, delivery.Channel, delivery.State)).Order());
    }

    [Fact]
    public async Task Who_confirms_by_the_link_is_verified_as_of_then()
    {
        await SubscribeAsync(hub);
        await SweepAtAsync(Monday);
        var situation = Assert.Single(await hub.Situations.ListAsync(null, default).ToListAsync()).Situation;
        hub.Time.Advance(TimeSpan.FromHours(2));
        await hub.Get<AcknowledgeAlert>().ByContactAsync(Alert.IdOf(situation.Id, 1), new ContactId("jp-1"), null, default);

        await SweepAtAsync(Monday.AddHours(3));

        Assert.Equal(Monday.AddHours(2), await VerifiedAsync("jp-1"));
        Assert.Null(await VerifiedAsync("us-1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cut_off_anywhere_it_is_completed_and_nobody_is_told_twice(bool afterTheStep)
    {
        var crash = new CrashPoint { At = 0, AfterTheStep = afterTheStep };
        do
        {
            var store = new InMemoryEntityStore();
            using var cutOff = HubWith(store, "watch");
            await SubscribeAsync(cutOff);
            cutOff.Time.SetUtcNow(Monday);
            crash.Next = crash.At + 1;
            crash.Reset();
            var crashing = new CrashingStore(store, crash);
            var check = new CheckCommunications(
                new SituationTable(crashing), new ReportTable(crashing), new ContactTable(crashing), new ListTable(crashing), new CrashingQueue(cutOff.Queue, crash),
                cutOff.Get<IOptions<CommunicationCheckOptions>>(), cutOff.Time, NullLogger<CheckCommunications>.Instance);
            var ended = await Record.ExceptionAsync(() => check.SweepAsync(default));
            Assert.True(ended is SimulatedCrashException == crash.Crashed, ended?.ToString());

            for (var minute = 10; minute <= 20; minute += 10)
            {
                cutOff.Time.SetUtcNow(Monday.AddMinutes(minute));
                await cutOff.Get<CheckCommunications>().SweepAsync(default);
                await cutOff.SettleAsync();
            }

            Assert.Equal(["jp-1", "us-1"], cutOff.Told(0));
            Assert.Single(await cutOff.Situations.ListAsync(null, default).ToListAsync());
        }
        while (crash.Crashed);
        Assert.True(crash.Steps >= 6);
    }

    [Theory]
    [InlineData("Lists:0", " ")]
    [InlineData("EveryDays", "0")]
    [InlineData("At", "24:00:00")]
    [InlineData("At", "-00:01:00")]
    public void Wrong_settings_are_named(string setting, string value)
    {
        using var wrong = new HubInProcess(null, [new($"{CommunicationCheckOptions.Section}:{setting}", value)]);

        var refused = Assert.Throws<OptionsValidationException>(() => wrong.Get<IOptions<CommunicationCheckOptions>>().Value);

        Assert.Contains($"{CommunicationCheckOptions.Section}:{setting.Split(':')[0]}", refused.Message, StringComparison.Ordinal);
    }

    private static HubInProcess HubWith(params string[] lists) => HubWith(new InMemoryEntityStore(), lists);

    private static HubInProcess HubWith(InMemoryEntityStore store, params string[] lists) =>
        new(store, lists.Select((list, index) => KeyValuePair.Create($"{CommunicationCheckOptions.Section}:Lists:{index}", (string?)list)));

    private static async Task SubscribeAsync(HubInProcess hub)
    {
        await hub.SubscribeAsync("watch", HubInProcess.CategoryFilter.Actual("missile-launch"), HubInProcess.Person("jp-1", "JPN", "ja"), HubInProcess.Person("us-1", "USA", "en"));
        await hub.SubscribeAsync("others", HubInProcess.CategoryFilter.Actual(), HubInProcess.Person("jp-2", "JPN", "ja"));
    }

    private async Task SweepAtAsync(DateTimeOffset at)
    {
        hub.Time.SetUtcNow(at);
        await hub.Get<CheckCommunications>().SweepAsync(default);
        await hub.SettleAsync();
    }

    private async Task<DateTimeOffset?> VerifiedAsync(string contact) =>
        (await hub.Get<ContactTable>().GetAsync(new ContactId(contact), default))!.Value.Value.LastVerifiedAt;
}
