using System.Text.RegularExpressions;
using AllianceNotify.Contracts.FunctionsHost;
using AllianceNotify.Contracts.Graph;
using AllianceNotify.Contracts.Journeys;
using Xunit;

namespace AllianceNotify.Journeys.Tests;

/// <summary>One journey in every arrangement of the hub, and in each over the outbox and over Microsoft Graph.</summary>
[Collection(OnBacking.Name)]
public sealed partial class JourneyTests(Backing backing)
{
    private const string Person = "jp-1@agency.example", Account = "6f1c2a54-3f0e-4d1c-9f4e-0a8d5b7c9e21";

    [SkippableTheory]
    [InlineData(Arrangement.Embedded)]
    [InlineData(Arrangement.TwoInstances)]
    [InlineData(Arrangement.FunctionsHost)]
    public async Task A_report_becomes_alerts_that_somebody_answers_and_an_all_clear(Arrangement arrangement)
    {
        Backing.Require();
        await using var hub = await RunningHub.StartAsync(arrangement, backing);

        await new HubJourney(hub.First, hub.Last).RunAsync();

        await RunTimersAsync(hub);
        Assert.Equal(4, hub.OutboxEntries);
    }

    [SkippableTheory]
    [InlineData(Arrangement.Embedded)]
    [InlineData(Arrangement.TwoInstances)]
    [InlineData(Arrangement.FunctionsHost)]
    public async Task By_Graph_each_is_told_once_and_answers_by_the_link_in_the_mail(Arrangement arrangement)
    {
        Backing.Require();
        await using var graph = await FakeGraph.StartAsync(TimeProvider.System);
        await using var hub = await RunningHub.StartAsync(arrangement, backing, new Dictionary<string, string>
        {
            ["Graph__BaseAddress"] = graph.Address.AbsoluteUri,
            ["Graph__Instances"] = arrangement == Arrangement.TwoInstances ? "2" : "1",
            ["Graph__Mail__Senders__0"] = "alerts@agency.example",
            ["Graph__Teams__AppId"] = "00000000-0000-0000-0000-00000000000a",
        });
        var journey = new HubJourney(hub.First, hub.Last)
        {
            Contacts = [new JourneyContact("jp-1", "graph-mail", Person), new JourneyContact("us-1", "teams", Account)],
            PersonalLink = alert => Link().Match(MailOf(graph, alert).Html).Value,
        };

        await journey.RunAsync();

        await RunTimersAsync(hub);
        Assert.Equal(0, hub.OutboxEntries);
        Assert.All(graph.Mails, mail => Assert.Equal([Person], mail.Recipients));
        Assert.Equal([Account, Account], graph.Activities.Select(activity => activity.User));
        Assert.Equal(2, graph.Mails.Select(mail => mail.Headers["x-alliancenotify-alert"]).Distinct().Count());
        // Nothing beside these four was ever asked of it: no second try, and nobody told twice.
        Assert.Equal(4, graph.Calls.Count);
        Assert.Empty(graph.Violations);
    }

    /// <summary>Each timer of the app, as the host lets it run; and nothing that the host handed over had failed.</summary>
    private async Task RunTimersAsync(RunningHub hub)
    {
        if (hub.Host is not { } host)
        {
            return;
        }

        foreach (var timer in FunctionFolder.ReadAll(backing.App.Root).Where(function => function.Type == "timerTrigger"))
        {
            Assert.True(await host.RunTimerAsync(timer.Name), timer.Name);
        }

        Assert.Empty(host.Failures);
    }

    private static SentMail MailOf(FakeGraph graph, string alert) => Assert.Single(graph.Mails, mail => mail.Headers["x-alliancenotify-alert"] == alert);

    [GeneratedRegex(@"/a/[\w.~-]+")]
    private static partial Regex Link();
}
