using AllianceNotify.Classification;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Triage;

/// <summary>What the hub itself has to say (a source is silent, the ways to contacts are checked): a report of its own, with the situation and the alert that it opens.</summary>
internal sealed class HubReports(SituationTable situations, ReportTable reports, IMessageQueue queue)
{
    /// <summary>Whom such a report is from.</summary>
    public const string Source = "AllianceNotify";

    private const string Format = "hub";

    /// <param name="sourceId">Names the occasion: the same one is the same report.</param>
    public static SituationReport Make(
        string sourceId, ReportMode mode, Marking marking, DateTimeOffset observedAt, DateTimeOffset now, params IReadOnlyList<ReportText> texts) => new()
        {
            Id = SituationReport.IdOf(Source, sourceId),
            Source = Source,
            SourceId = sourceId,
            Action = ReportAction.New,
            Mode = mode,
            ObservedAt = observedAt,
            ReceivedAt = now,
            Texts = texts,
            Marking = marking,
            Format = Format,
        };

    /// <summary>
    /// Stores the report and opens its situation with the alert that tells of it. The outcome comes last: what was cut off is completed by a repeat, which finds what
    /// is there. All must be named by the occasion.
    /// </summary>
    public async Task OpenAsync(
        SituationReport report,
        Situation situation,
        Alert alert,
        ClassificationResult classification,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await reports.InsertAsync(report, cancellationToken).ConfigureAwait(false);
        if (await situations.GetAsync(situation.Id, cancellationToken).ConfigureAwait(false) is null)
        {
            await situations.ListNewAsync(situation, cancellationToken).ConfigureAwait(false);
            var entry = new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Report = report.Id, Alert = alert.Id, Detail = reason };
            await situations.WriteAsync(
                situation.Id,
                new SituationChange
                {
                    Situation = situation,
                    Applied = new AppliedReport(report.Id, alert.Id, reason, now),
                    Alert = alert,
                    Timeline = [(entry, alert.Id.Value)],
                },
                cancellationToken).ConfigureAwait(false);
        }

        await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken).ConfigureAwait(false);
        await reports.InsertOutcomeAsync(
            report.Id,
            new TriageOutcome { State = TriageState.Triaged, Classification = classification, Situation = situation.Id, Alerts = [alert.Id], Reason = reason, At = now },
            cancellationToken).ConfigureAwait(false);
    }
}
