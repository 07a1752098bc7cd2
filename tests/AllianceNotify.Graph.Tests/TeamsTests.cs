using System.Text.Json.Nodes;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Graph;
using AllianceNotify.Delivery;
using AllianceNotify.Graph.Teams;
using AllianceNotify.Situations;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Graph.Tests;

/// <summary>What is particular to Teams, against the documented limits.</summary>
public sealed class TeamsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(SampleAlerts.MadeAt.AddSeconds(3));
    private FakeGraph graph = null!;

    public async Task InitializeAsync() => graph = await FakeGraph.StartAsync(time);

    public async Task DisposeAsync() => await graph.DisposeAsync();

    [Fact]
    public async Task A_hundred_people_are_told_in_one_call()
    {
        using var setup = Setup();

        var outcomes = await setup.Teams.SendAsync(Dispatch(100), default);

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        Assert.Single(graph.Calls);
        Assert.Equal(100, graph.Activities.Select(activity => activity.User).Distinct().Count());
    }

    [Fact]
    public async Task A_notification_leads_to_its_situation_in_the_tab_and_outside_teams_to_the_page()
    {
        using var setup = Setup();
        await setup.Teams.SendAsync(Dispatch(1), default);

        var activity = Assert.Single(graph.Activities);
        var link = new Uri(activity.WebUrl);
        Assert.Equal($"https://teams.microsoft.com/l/entity/{GraphSetup.AppId}/situations", link.GetLeftPart(UriPartial.Path));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(link.Query);
        Assert.Equal("https://hub.example/alerts/a-sample-1", query["webUrl"]);
        Assert.Equal("s-sample", (string?)JsonNode.Parse(query["context"].ToString())!["subEntityId"]);
        Assert.InRange(activity.Preview.Length, 1, 150);
    }

    [Fact]
    public async Task An_update_takes_the_place_of_its_situations_notification_and_of_no_others()
    {
        using var setup = Setup();
        await setup.Teams.SendAsync(Dispatch(1), default);
        await setup.Teams.SendAsync(Dispatch(1, SampleAlerts.Alert(revision: 2, kind: AlertKind.Update)), default);
        await setup.Teams.SendAsync(Dispatch(1, SampleAlerts.Alert(situation: "s-other")), default);

        var chains = graph.Activities.Select(activity => activity.ChainId).ToList();
        Assert.Equal(chains[0], chains[1]);
        Assert.NotEqual(chains[0], chains[2]);
        Assert.All(chains, chain => Assert.True(chain > 0));
    }

    [Theory]
    [InlineData(GraphCloud.Global, "https://graph.microsoft.com/", "https://login.microsoftonline.com/", "https://teams.microsoft.com/")]
    [InlineData(GraphCloud.GccHigh, "https://graph.microsoft.us/", "https://login.microsoftonline.us/", "https://gov.teams.microsoft.us/")]
    [InlineData(GraphCloud.Dod, "https://dod-graph.microsoft.us/", "https://login.microsoftonline.us/", "https://dod.teams.microsoft.us/")]
    public void One_setting_chooses_every_host_of_a_cloud(GraphCloud cloud, string graphHost, string login, string teams)
    {
        var hosts = GraphHosts.Of(cloud);

        Assert.Equal((graphHost, login, teams), (hosts.Graph.AbsoluteUri, hosts.Login.AbsoluteUri, hosts.Teams.AbsoluteUri));
        Assert.StartsWith(
            $"{teams}l/entity/", TeamsActivity.LinkTo(new SituationId("s-1"), new Uri("https://hub.example/alerts/1"), new GraphTeamsOptions { AppId = GraphSetup.AppId }, hosts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_few_are_told_one_by_one_and_whoever_has_not_got_the_app_goes_to_their_next_channel()
    {
        using var setup = Setup();
        var dispatch = Dispatch(5);
        graph.NotInstalled.Add(dispatch.Recipients[1].Address);
        graph.Unknown.Add(dispatch.Recipients[3].Address);

        var outcomes = await setup.Teams.SendAsync(dispatch, default);

        Assert.Contains("not installed", Assert.IsType<DeliveryOutcome.Refused>(outcomes[1]).Reason, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Refused>(outcomes[3]);
        Assert.Equal(new[] { 0, 2, 4 }.Select(i => dispatch.Recipients[i].Address), graph.Activities.Select(activity => activity.User));
        Assert.Equal([0, 2, 4], Enumerable.Range(0, 5).Where(i => outcomes[i] is DeliveryOutcome.Delivered));
        Assert.Equal(1, graph.Calls.Count(call => call.Kind == GraphCallKind.Batch));
        Assert.Empty(graph.Violations);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(400)]
    public async Task Where_the_bulk_call_is_refused_each_is_told_by_a_call_of_their_own(int status)
    {
        using var setup = Setup(options => options.Teams.PerUserUpTo = 0);
        graph.Script = call => call.Kind == GraphCallKind.BulkActivity ? new GraphFault.Answer(status, "Forbidden") : null;

        var outcomes = await UntilAnsweredAsync(setup.Teams.SendAsync(Dispatch(12), default));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        Assert.Equal(12, graph.Activities.Select(activity => activity.User).Distinct().Count());
        Assert.All(graph.Activities, activity => Assert.False(activity.Bulk));
        Assert.Empty(graph.Violations);

        time.Advance(TimeSpan.FromSeconds(2));
        await UntilAnsweredAsync(setup.Teams.SendAsync(Dispatch(2), default));
        Assert.Equal(status == 400 ? 2 : 1, graph.Calls.Count(call => call.Kind == GraphCallKind.BulkActivity));
    }

    [Fact]
    public async Task A_token_that_ends_too_soon_for_the_bulk_call_still_tells_everybody()
    {
        using var setup = Setup();
        graph.TokenLeft = TimeSpan.FromMinutes(30);

        var outcomes = await UntilAnsweredAsync(setup.Teams.SendAsync(Dispatch(10), default));

        Assert.All(outcomes, outcome => Assert.IsType<DeliveryOutcome.Delivered>(outcome));
        Assert.Equal(10, graph.Activities.Count);
    }

    [Fact]
    public async Task Missing_consent_is_named_and_not_asked_for_again_and_again()
    {
        using var setup = Setup();
        graph.Permissions.Remove("TeamsActivity.Send");

        var outcomes = await setup.Teams.SendAsync(Dispatch(80), default);

        Assert.All(outcomes, outcome => Assert.Contains(
            "TeamsActivity.Send", Assert.IsType<DeliveryOutcome.Misconfigured>(outcome).Reason, StringComparison.Ordinal));
        Assert.InRange(graph.Calls.Count(call => call.Kind == GraphCallKind.UserActivity), 1, 5);
    }

    [Fact]
    public async Task Of_a_batch_only_the_requests_that_failed_are_to_be_sent_again()
    {
        using var setup = Setup();
        var dispatch = Dispatch(5);
        var throttled = dispatch.Recipients[2].Address;
        graph.Script = call => call.User == throttled ? new GraphFault.Answer(429, "TooManyRequests", RetryAfter: "2.5") : null;

        var outcomes = await setup.Teams.SendAsync(dispatch, default);

        Assert.Equal(time.GetUtcNow().AddSeconds(2.5), Assert.IsType<DeliveryOutcome.Deferred>(outcomes[2]).Until);
        Assert.Equal(4, outcomes.Count(outcome => outcome is DeliveryOutcome.Delivered));
        Assert.Single(graph.Calls, call => call.User == throttled);
    }

    [Fact]
    public async Task A_batch_that_fails_as_a_whole_defers_all_that_were_in_it()
    {
        using var setup = Setup();
        graph.Script = call => call.Kind == GraphCallKind.Batch ? new GraphFault.Answer(503, "serviceNotAvailable", RetryAfter: "12") : null;

        var outcomes = await setup.Teams.SendAsync(Dispatch(5), default);

        Assert.All(outcomes, outcome => Assert.Equal(time.GetUtcNow().AddSeconds(12), Assert.IsType<DeliveryOutcome.Deferred>(outcome).Until));
        Assert.Empty(graph.Activities);
    }

    [Fact]
    public async Task More_than_there_is_room_for_are_deferred_and_nobody_told_is_forgotten()
    {
        using var setup = Setup(options => options.Teams.PerUserUpTo = 100);
        var sending = setup.Teams.SendAsync(Dispatch(100), default);

        var outcomes = await UntilAnsweredAsync(sending);

        var told = Enumerable.Range(0, 100).Where(i => outcomes[i] is DeliveryOutcome.Delivered).ToList();
        Assert.InRange(told.Count, 5, 45);
        Assert.Equal(told.Count, graph.Activities.Select(activity => activity.User).Distinct().Count());
        Assert.Equal(100, told.Count + outcomes.Count(outcome => outcome is DeliveryOutcome.Deferred));
        Assert.Empty(graph.Violations);
    }

    [Fact]
    public async Task People_named_by_principal_name_are_told_beside_those_named_by_id()
    {
        using var setup = Setup();
        var dispatch = Dispatch(10);
        dispatch = dispatch with { Recipients = [.. dispatch.Recipients, dispatch.Recipients[0] with { Address = "officer@hub.example" }, dispatch.Recipients[0] with { Address = "nobody" }] };

        var outcomes = await setup.Teams.SendAsync(dispatch, default);

        Assert.Equal([GraphCallKind.BulkActivity, GraphCallKind.UserActivity], graph.Calls.Select(call => call.Kind));
        Assert.Equal("officer@hub.example", Assert.Single(graph.Activities, activity => !activity.Bulk).User);
        Assert.IsType<DeliveryOutcome.Refused>(outcomes[11]);
    }

    private static AlertDispatch Dispatch(int count, Alert? alert = null)
    {
        alert ??= SampleAlerts.Alert();
        return new AlertDispatch(alert, SampleAlerts.Render(alert, "en"), [.. Enumerable.Range(0, count).Select(i => new DispatchRecipient
        {
            Contact = new Contacts.ContactId($"person-{i}"),
            Address = GraphSetup.IdOf($"person-{i}"),
            DisplayName = null,
            MessageId = $"{alert.Id}.person-{i}.0@hub.example",
            AcknowledgeUrl = new Uri("https://hub.example/alerts/a-sample-1"),
        })]);
    }

    /// <summary>Lets the clock run while the channel waits for turns; each step waits for what it set off.</summary>
    private async Task<IReadOnlyList<DeliveryOutcome>> UntilAnsweredAsync(Task<IReadOnlyList<DeliveryOutcome>> sending)
    {
        while (await Task.WhenAny(sending, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System)) != sending)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
        }

        return await sending;
    }

    private GraphSetup Setup(Action<GraphOptions>? configure = null) => new(graph.Address, time, configure);
}
