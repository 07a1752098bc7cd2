using System.Collections.Concurrent;
using System.Globalization;
using AllianceNotify.Classification;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Triage;

namespace AllianceNotify.Feeds;

/// <summary>
/// The timer's work: a source that is expected to report and has been silent for longer than its heartbeat becomes a routine question
/// to the duty desk, once, which ends when it is heard again.
/// </summary>
public sealed class WatchSources(
    SourceTable sources, SourceStatusTable statuses, SituationTable situations, ReportTable reports, DirectSituation direct, IMessageQueue queue, TimeProvider time)
{
    private const string Hub = "AllianceNotify";
    private const int MaxNames = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> heard = new(StringComparer.Ordinal);

    /// <summary>A report of this source has come. Kept in memory; the next sweep writes it down.</summary>
    internal void Heard(string source, DateTimeOffset at)
    {
        if (heard.Count < MaxNames || heard.ContainsKey(source))
        {
            heard.AddOrUpdate(source, at, (_, before) => at > before ? at : before);
        }
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await foreach (var source in sources.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            await WatchAsync(source.Value, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(ReportSource source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = await statuses.GetAsync(source.Id, cancellationToken).ConfigureAwait(false);
        var last = source is { Kind: SourceKind.Reports, ReportsAs: { } name } && heard.TryGetValue(name, out var at) ? at : (DateTimeOffset?)null;
        if (known is null || last > (known.Value.Value.LastHeard ?? DateTimeOffset.MinValue))
        {
            await statuses.ChangeAsync(
                source.Id, now, before => before with { LastHeard = last > (before.LastHeard ?? DateTimeOffset.MinValue) ? last : before.LastHeard }, cancellationToken).ConfigureAwait(false);
            known = await statuses.GetAsync(source.Id, cancellationToken).ConfigureAwait(false);
        }

        var status = known!.Value.Value;
        var since = status.LastHeard ?? status.Since;
        var isSilent = source.IsEnabled && now - since > source.Heartbeat;
        if (isSilent && status.Silent is null)
        {
            var situation = await RaiseAsync(source, since, now, cancellationToken).ConfigureAwait(false);
            await statuses.ChangeAsync(source.Id, now, before => before with { Silent = situation }, cancellationToken).ConfigureAwait(false);
        }
        else if (!isSilent && status.Silent is { } silent)
        {
            var reason = source is { IsEnabled: true, Heartbeat: not null } ? $"{source.Id} is heard again." : $"{source.Id} is not expected to report any more.";
            await direct.CloseAsync(silent, reason, Hub, cancellationToken).ConfigureAwait(false);
            await statuses.ChangeAsync(source.Id, now, before => before with { Silent = null }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Keyed by source and the time it was last heard: a repeat finds what is there and makes sure that it is told.</summary>
    private async Task<SituationId> RaiseAsync(ReportSource source, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stamp = since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var id = new SituationId(DeterministicId.Of("s-", "silent", source.Id.Value, stamp));
        var report = ReportOf(source, since, now);
        await reports.InsertAsync(report, cancellationToken).ConfigureAwait(false);
        var classification = new ClassificationResult
        {
            Category = CategoryId.Unclassified,
            Confidence = 1,
            Urgency = Urgency.Routine,
            Categories = [],
            Guidelines = null,
            Evidence = [],
            Alternatives = [],
            NeedsReview = true,
            ReviewReason = "A source that is expected to report is silent.",
        };
        var decision = TriageDecision.Decide(id, null, report, classification, now);
        if (await situations.GetAsync(id, cancellationToken).ConfigureAwait(false) is null)
        {
            await situations.ListNewAsync(decision.Situation!, cancellationToken).ConfigureAwait(false);
            await situations.WriteAsync(
                id,
                new SituationChange
                {
                    Situation = decision.Situation,
                    Applied = new AppliedReport(report.Id, decision.Alert!.Id, decision.Reason, now),
                    Alert = decision.Alert,
                    Timeline = [(new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Report = report.Id, Alert = decision.Alert.Id, Detail = decision.Reason }, decision.Alert.Id.Value)],
                },
                cancellationToken).ConfigureAwait(false);
        }

        await AlertMessages.SendAsync(queue, decision.Alert!, round: 0, cancellationToken).ConfigureAwait(false);
        await reports.InsertOutcomeAsync(
            report.Id,
            new TriageOutcome { State = TriageState.Triaged, Classification = classification, Situation = id, Alerts = [decision.Alert!.Id], Reason = decision.Reason, At = now },
            cancellationToken).ConfigureAwait(false);
        return id;
    }

    private static SituationReport ReportOf(ReportSource source, DateTimeOffset since, DateTimeOffset now)
    {
        var stamp = since.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var sourceId = $"silent/{source.Id}/{since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}";
        return new SituationReport
        {
            Id = SituationReport.IdOf(Hub, sourceId),
            Source = Hub,
            SourceId = sourceId,
            Action = ReportAction.New,
            Mode = ReportMode.Actual,
            ObservedAt = now,
            ReceivedAt = now,
            Texts =
            [
                new ReportText("en", $"No reports from {source.Name.En}", $"Nothing was heard of {source.Name.En} ({source.Id}) since {stamp} UTC. Check it and the line to it: what it should report may not reach this hub."),
                new ReportText("ja", $"{source.Name.Ja}からの報告が途絶", $"{source.Name.Ja}（{source.Id}）から{stamp} UTC以降、受信がありません。装置と回線を確認してください。報告すべき事態がこのハブに届いていない可能性があります。"),
            ],
            Marking = Marking.Default,
            Format = "hub",
        };
    }
}
