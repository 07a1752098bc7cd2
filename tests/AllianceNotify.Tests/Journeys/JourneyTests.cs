using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Xunit;
using static AllianceNotify.Tests.Journeys.HubInProcess;

namespace AllianceNotify.Tests.Journeys;

/// <summary>From a report to an answer and the all-clear, through every stage.</summary>
public sealed class JourneyTests : IDisposable
{
    private readonly HubInProcess hub = new();

    [Fact]
    public async Task A_launch_is_told_in_each_readers_thread_asked_again_answered_and_cleared()
    {
        await hub.SubscribeAsync("watch", CategoryFilter.Actual("missile-launch"), Person("jp-1", "JPN", "ja"), Person("us-1", "USA", "en"));

        var report = await hub.PostAsync(Launch("1"));
        await hub.SettleAsync();

        Assert.Equal(["jp-1", "us-1"], hub.Told(0));
        var situation = await hub.SituationOfAsync(report);
        Assert.Equal(("missile-launch", Urgency.Flash, ReportMode.Actual), (situation.Category.Value, situation.Urgency, situation.Mode));

        await hub.PassAsync(TimeSpan.FromHours(1));
        Assert.True(hub.Channel.Sends.Count > 2, "Nobody was asked again.");
        var asked = hub.Channel.Sends.Count;

        var alert = Alert.IdOf(situation.Id, 1);
        Assert.IsType<AnswerResult.Recorded>(await hub.Get<AcknowledgeAlert>().ByContactAsync(alert, new ContactId("jp-1"), "確認した", default));
        await hub.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(asked, hub.Channel.Sends.Count);

        await hub.PostAsync(Launch("2").Replace("\"new\"", "\"cancel\"", StringComparison.Ordinal)
            .Replace("\"references\": []", "\"references\": [{\"source\":\"radar-7\",\"sourceId\":\"1\"}]", StringComparison.Ordinal));
        await hub.SettleAsync();

        Assert.Equal(["jp-1", "us-1"], hub.Told(asked));
        var cleared = (await hub.Situations.GetAsync(situation.Id, default))!.Value.Value;
        Assert.Equal(SituationStatus.Closed, cleared.Status);
        Assert.Equal(AlertKind.AllClear, (await hub.Situations.GetAlertAsync(Alert.IdOf(situation.Id, 2), default))!.Kind);
    }

    [Fact]
    public async Task An_exercise_reaches_only_those_who_asked_for_exercises_and_keeps_its_mode()
    {
        await hub.SubscribeAsync("watch", CategoryFilter.Actual("missile-launch"), Person("real", "JPN", "ja"));
        await hub.SubscribeAsync("players", CategoryFilter.Exercise("missile-launch"), Person("player", "JPN", "ja"));

        var report = await hub.PostAsync(Launch("1").Replace("\"actual\"", "\"exercise\"", StringComparison.Ordinal));
        await hub.SettleAsync();

        Assert.Equal(["player"], hub.Told(0));
        Assert.Equal(ReportMode.Exercise, (await hub.SituationOfAsync(report)).Mode);
    }

    [Fact]
    public async Task A_report_that_calls_itself_a_drill_and_says_actual_wakes_nobody_but_is_shown_to_the_duty_desk()
    {
        await hub.SubscribeAsync("watch", CategoryFilter.Actual("missile-launch"), Person("real", "JPN", "ja"));
        await hub.SubscribeAsync("duty-desk", CategoryFilter.Actual("none"), Person("desk", "JPN", "ja"));

        var report = await hub.PostAsync(Launch("1").Replace("弾道", "＊＊＊これは訓練です＊＊＊弾道", StringComparison.Ordinal));
        await hub.SettleAsync();

        Assert.Equal(["desk"], hub.Told(0));
        Assert.Equal(SituationStatus.Held, (await hub.SituationOfAsync(report)).Status);
    }

    [Fact]
    public async Task Who_may_not_know_is_not_told_in_any_round()
    {
        await hub.SubscribeAsync("watch", CategoryFilter.Actual("missile-launch"), Person("jp-1", "JPN", "ja"), Person("au-1", "AUS", "en"));

        await hub.PostAsync(Launch("1"));
        await hub.SettleAsync();
        await hub.PassAsync(TimeSpan.FromHours(1));
        await hub.PassAsync(TimeSpan.FromHours(1));

        Assert.DoesNotContain(hub.Channel.Sends, send => send.Contact == new ContactId("au-1"));
        Assert.Contains(hub.Channel.Sends, send => send.Contact == new ContactId("jp-1"));
    }

    [Fact]
    public async Task The_same_report_twice_is_told_once()
    {
        await hub.SubscribeAsync("watch", CategoryFilter.Actual("missile-launch"), Person("jp-1", "JPN", "ja"));

        await hub.PostAsync(Launch("1"));
        await hub.PostAsync(Launch("1"));
        await hub.SettleAsync();

        Assert.Equal(["jp-1"], hub.Told(0));
    }

    public void Dispose() => hub.Dispose();

    private static string Launch(string sourceId) => $$"""
        {
          "source": "radar-7", "sourceId": "{{sourceId}}", "action": "new", "references": [], "mode": "actual",
          "observedAt": "2026-11-24T05:4{{sourceId}}:00Z",
          "title": "弾道ミサイルの可能性があるものが発射された",
          "body": "北朝鮮から弾道ミサイルの可能性があるものが発射された。日本海に向けて飛翔中。",
          "marking": { "tlp": "amber", "releasableTo": ["JPN", "USA"] }
        }
        """;
}
