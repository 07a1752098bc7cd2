using System.Net;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Journeys;
using Xunit;
using static AllianceNotify.Tests.Journeys.HubInProcess;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>From a report to the all-clear through every stage, on a store whose answers are lost time and again.</summary>
[Collection(SharedAzurite.Name)]
public sealed class JourneyTests : IDisposable
{
    private readonly FaultyNetwork network = new();
    private readonly HubInProcess hub;

    public JourneyTests(AzuriteServer azurite)
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);
        hub = new HubInProcess(AzuriteStore.Open(azurite, AzuriteStore.NewPrefix(), network, new SkippingClock(), TimeSpan.FromMinutes(5)));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_launch_is_told_once_asked_again_answered_and_cleared(int seed)
    {
        await hub.SubscribeAsync("watch", CategoryFilter.Actual("missile-launch"), Person("jp-1", "JPN", "ja"), Person("us-1", "USA", "en"));
        if (seed > 0)
        {
            LoseAnswersAtRandom(new Random(seed));
        }

        var report = await hub.PostAsync(Launch("1", "new", "[]"));
        await hub.SettleAsync();
        Assert.Equal(["jp-1", "us-1"], hub.Told(0));
        var situation = await hub.SituationOfAsync(report);
        Assert.Equal(("missile-launch", ReportMode.Actual), (situation.Category.Value, situation.Mode));

        await hub.PassAsync(TimeSpan.FromHours(1));
        var asked = hub.Channel.Sends.Count;
        Assert.True(asked > 2, "Nobody was asked again.");

        var alert = Alert.IdOf(situation.Id, 1);
        Assert.IsType<AnswerResult.Recorded>(await hub.Get<AcknowledgeAlert>().ByContactAsync(alert, new ContactId("jp-1"), "確認した", default));
        await hub.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(asked, hub.Channel.Sends.Count);

        await hub.PostAsync(Launch("2", "cancel", """[{"source":"radar-7","sourceId":"1"}]"""));
        await hub.SettleAsync();

        Assert.Equal(["jp-1", "us-1"], hub.Told(asked));
        Assert.Equal(SituationStatus.Closed, (await hub.Situations.GetAsync(situation.Id, default))!.Value.Value.Status);
        Assert.Equal(AlertKind.AllClear, (await hub.Situations.GetAlertAsync(Alert.IdOf(situation.Id, 2), default))!.Kind);
    }

    public void Dispose() => hub.Dispose();

    /// <summary>Of the next requests some are done and their answers lost, some never arrive and some are put off.</summary>
    private void LoseAnswersAtRandom(Random random)
    {
        for (var i = 0; i < 60; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    network.LoseAnswer();
                    break;
                case 1:
                    network.LoseRequest();
                    break;
                case 2:
                    network.Answer(HttpStatusCode.ServiceUnavailable, retryAfter: "1");
                    break;
                default:
                    network.Pass();
                    break;
            }
        }
    }

    private static string Launch(string sourceId, string action, string references) => $$"""
        {
          "source": "radar-7", "sourceId": "{{sourceId}}", "action": "{{action}}", "references": {{references}}, "mode": "actual",
          "observedAt": "2026-11-24T05:4{{sourceId}}:00Z",
          "title": "弾道ミサイルの可能性があるものが発射された",
          "body": "北朝鮮から弾道ミサイルの可能性があるものが発射された。日本海に向けて飛翔中。",
          "marking": { "tlp": "amber", "releasableTo": ["JPN", "USA"] }
        }
        """;
}
