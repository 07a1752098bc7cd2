using System.Net.Http.Headers;
using AllianceNotify.Contracts.Journeys;
using Xunit;

namespace AllianceNotify.Journeys.Tests;

/// <summary>The journey against a hub that runs somewhere already, as <c>eng/journey-under-host</c> makes it.</summary>
public sealed class RunningHubJourneyTests
{
    [SkippableFact]
    public async Task A_report_becomes_alerts_that_somebody_answers_and_an_all_clear()
    {
        var (hub, key) = (Environment.GetEnvironmentVariable("ALLIANCENOTIFY_HUB"), Environment.GetEnvironmentVariable("ALLIANCENOTIFY_KEY"));
        Skip.If(hub is null || key is null, "ALLIANCENOTIFY_HUB and ALLIANCENOTIFY_KEY name no running hub.");
        using var client = new HttpClient { BaseAddress = new Uri(hub!) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        await new HubJourney(client).RunAsync();
    }
}
