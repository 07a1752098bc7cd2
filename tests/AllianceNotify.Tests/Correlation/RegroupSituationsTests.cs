using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Journeys;
using AllianceNotify.Tests.Triage;
using AllianceNotify.Triage;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;
using static AllianceNotify.Tests.Journeys.HubInProcess;

namespace AllianceNotify.Tests.Correlation;

/// <summary>A duty officer's word on what is one event.</summary>
public sealed class RegroupSituationsTests : IDisposable
{
    private readonly HubInProcess hub = new();

    [Fact]
    public async Task Who_was_told_of_a_merged_situation_hears_the_all_clear_of_the_one_that_goes_on()
    {
        await hub.SubscribeAsync("missiles", CategoryFilter.Actual("missile-launch"), Person("m-1"));
        await hub.SubscribeAsync("incursions", CategoryFilter.Actual("aerial-incursion"), Person("i-1"));
        var launch = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake));
        var incursion = await hub.TakeAsync(Own("air-watch", "4", "Military aircraft aircraft violated Japanese airspace; Air Self-Defense Force fighters scrambled", Quake));
        var (goesOn, merged) = ((await hub.PlaceOfAsync(launch))!.Value, (await hub.PlaceOfAsync(incursion))!.Value);

        var done = Assert.IsType<DirectionResult.Done>(await Regroup.MergeAsync(merged, goesOn, "one event", "officer", default));
        await hub.SettleAsync();
        Assert.Equal(goesOn, done.Situation.Id);
        Assert.DoesNotContain(await hub.AlertsAsync(merged), alert => alert.Kind == AlertKind.AllClear);
        var closed = (await hub.Situations.GetAsync(merged, default))!.Value.Value;
        Assert.Equal((SituationStatus.Closed, goesOn), (closed.Status, closed.MergedInto!.Value));

        var sends = hub.Channel.Sends.Count;
        await hub.Get<DirectSituation>().CloseAsync(goesOn, "over", "officer", default);
        await hub.SettleAsync();
        Assert.Equal(["i-1", "m-1"], hub.Channel.Sends.Skip(sends).Select(send => send.Contact.Value).Order());
    }

    [Fact]
    public async Task Later_reports_of_a_merged_situation_go_to_the_one_that_goes_on()
    {
        var one = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake));
        var other = await hub.TakeAsync(Own("coast-guard", "9", "Ballistic missile launched, ships warned", Quake));
        var (goesOn, merged) = ((await hub.PlaceOfAsync(one))!.Value, (await hub.PlaceOfAsync(other))!.Value);
        Assert.NotEqual(goesOn, merged);

        await Regroup.MergeAsync(merged, goesOn, "one launch", "officer", default);
        var update = await hub.TakeAsync(Own("coast-guard", "10", "The missile fell into the sea", Quake.AddMinutes(9), action: "update", extra: ",\"references\":[{\"source\":\"coast-guard\",\"sourceId\":\"9\"}]"));

        Assert.Equal(goesOn, await hub.PlaceOfAsync(update));
        Assert.Contains(await hub.AlertsAsync(goesOn), alert => alert.Report == update);
    }

    [Fact]
    public async Task Ordering_it_twice_or_both_ways_merges_once()
    {
        var one = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake))))!.Value;
        var other = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("coast-guard", "9", "Ballistic missile launched, ships warned", Quake))))!.Value;

        var results = await Task.WhenAll(
            Regroup.MergeAsync(one, other, "same", "a", default),
            Regroup.MergeAsync(other, one, "same", "b", default),
            Regroup.MergeAsync(one, other, "same", "a", default));

        Assert.Contains(results, result => result is DirectionResult.Done);
        var states = await Task.WhenAll(new[] { one, other }.Select(async id => (await hub.Situations.GetAsync(id, default))!.Value.Value));
        Assert.Single(states, state => state.Status == SituationStatus.Open);
        Assert.Single(states, state => state.MergedInto is not null);
    }

    [Fact]
    public async Task What_is_real_and_what_is_exercised_is_never_merged()
    {
        var real = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake))))!.Value;
        var played = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("drill", "1", "Ballistic missile launched", Quake, mode: "exercise"))))!.Value;

        Assert.IsType<DirectionResult.NotPossible>(await Regroup.MergeAsync(played, real, "same", "a", default));
        Assert.IsType<DirectionResult.NotPossible>(await Regroup.MergeAsync(real, played, "same", "a", default));
        Assert.IsType<DirectionResult.NotPossible>(await Regroup.MergeAsync(real, real, "same", "a", default));
        Assert.IsType<DirectionResult.UnknownSituation>(await Regroup.MergeAsync(real, new SituationId("s-none"), "same", "a", default));
    }

    [Fact]
    public async Task Asking_about_a_merged_alert_goes_on_unless_the_one_that_goes_on_asks_itself()
    {
        await hub.SubscribeAsync("missiles", CategoryFilter.Actual("missile-launch"), Person("m-1"));
        var quiet = TriageDecision.Untold(
            new SituationId("s-quiet"), TriageDecisionTests.Report("quiet"), TriageDecisionTests.Recognised("missile-launch", Urgency.Flash), hub.Time.GetUtcNow());
        await hub.Situations.WriteAsync(quiet.Id, new SituationChange { Situation = quiet }, default);
        var launch = (await hub.PlaceOfAsync(await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake))))!.Value;

        Assert.IsType<DirectionResult.Done>(await Regroup.MergeAsync(launch, quiet.Id, "same", "a", default));
        await hub.SettleAsync();
        var sends = hub.Channel.Sends.Count;
        await hub.PassAsync(TimeSpan.FromHours(1));
        Assert.True(hub.Channel.Sends.Count > sends, "Nobody was asked again.");

        await hub.Get<AcknowledgeAlert>().ByContactAsync(Alert.IdOf(launch, 1), new ContactId("m-1"), null, default);
        sends = hub.Channel.Sends.Count;
        await hub.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(sends, hub.Channel.Sends.Count);
    }

    [Fact]
    public async Task A_report_split_off_is_a_new_situation_told_as_new_and_keeps_its_later_reports()
    {
        await hub.SubscribeAsync("missiles", CategoryFilter.Actual("missile-launch"), Person("m-1"));
        var radar = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        var coast = await hub.TakeAsync(Own("coast-guard", "9", "Second ballistic missile launched", Quake.AddMinutes(4), (40.9, 133.0)));
        var origin = (await hub.PlaceOfAsync(radar))!.Value;
        Assert.Equal(origin, await hub.PlaceOfAsync(coast));

        var sends = hub.Channel.Sends.Count;
        var part = Assert.IsType<DirectionResult.Done>(await Regroup.SplitAsync(origin, [coast], "two launches", "officer", default));
        await hub.SettleAsync();

        Assert.Equal((origin, AlertKind.New), (part.Situation.SplitFrom!.Value, part.Alert!.Kind));
        Assert.Equal(["m-1"], hub.Channel.Sends.Skip(sends).Select(send => send.Contact.Value));
        Assert.Equal(part.Situation.Id, await hub.PlaceOfAsync(coast));
        var update = await hub.TakeAsync(Own("coast-guard", "10", "It fell into the sea", Quake.AddMinutes(9), action: "update", extra: ",\"references\":[{\"source\":\"coast-guard\",\"sourceId\":\"9\"}]"));
        Assert.Equal(part.Situation.Id, await hub.PlaceOfAsync(update));
        Assert.Equal(["radar-7"], (await hub.SituationOfAsync(radar)).Voices!.Keys);

        var again = Assert.IsType<DirectionResult.Done>(await Regroup.SplitAsync(origin, [coast], "two launches", "officer", default));
        Assert.Equal(part.Situation.Id, again.Situation.Id);
        Assert.Null(again.Alert);
    }

    [Fact]
    public async Task Not_every_report_can_be_split_off_and_no_foreign_one()
    {
        var radar = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        var foreign = await hub.TakeAsync(Own("cert-a", "1", "Ransomware attack takes hospital systems offline", Quake));
        var origin = (await hub.PlaceOfAsync(radar))!.Value;

        Assert.IsType<DirectionResult.NotPossible>(await Regroup.SplitAsync(origin, [radar], "x", "a", default));
        Assert.IsType<DirectionResult.NotPossible>(await Regroup.SplitAsync(origin, [foreign], "x", "a", default));
    }

    [Fact]
    public async Task A_wrong_merger_is_undone_by_splitting_its_reports_off()
    {
        var one = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake));
        var other = await hub.TakeAsync(Own("coast-guard", "9", "Ballistic missile launched, ships warned", Quake));
        var goesOn = (await hub.PlaceOfAsync(one))!.Value;
        await Regroup.MergeAsync((await hub.PlaceOfAsync(other))!.Value, goesOn, "one launch", "officer", default);

        var part = Assert.IsType<DirectionResult.Done>(await Regroup.SplitAsync(goesOn, [other], "two after all", "officer", default));

        Assert.Equal(SituationStatus.Open, part.Situation.Status);
        Assert.Equal(part.Situation.Id, await hub.PlaceOfAsync(other));
    }

    private RegroupSituations Regroup => hub.Get<RegroupSituations>();

    private static Contact Person(string id) => HubInProcess.Person(id, "JPN", "ja");

    public void Dispose() => hub.Dispose();
}
