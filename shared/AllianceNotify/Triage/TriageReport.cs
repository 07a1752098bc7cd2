using AllianceNotify.Classification;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Triage;

/// <summary>
/// The triage stage: says what a stored report is, finds or opens its situation, and decides whether people are told.
/// Keyed by report: the decision is written together with the situation, so a repeat finds it and only makes sure that what
/// follows from it has happened.
/// </summary>
public sealed partial class TriageReport(
    AcceptReports intake,
    ReportTable reports,
    SituationTable situations,
    CorrelationTable correlation,
    ReportClassifier classifier,
    IMessageQueue queue,
    HubMetrics metrics,
    TimeProvider time,
    ILogger<TriageReport> logger) : IQueueStage
{
    public QueueName Queue => QueueName.Reports;

    public async Task<StageResult> RunAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        switch (await intake.ReadQueuedAsync(message, cancellationToken).ConfigureAwait(false))
        {
            case QueuedReports.Poison poison:
                return new StageResult.Poison(poison.Reason);
            case QueuedReports.Refused:
                return StageResult.Done;
            case QueuedReports.Stored stored:
                foreach (var id in stored.Ids)
                {
                    await TriageAsync(id, cancellationToken).ConfigureAwait(false);
                }

                return StageResult.Done;
            default:
                throw new InvalidOperationException("Intake gave an answer that triage does not know.");
        }
    }

    private async Task TriageAsync(ReportId id, CancellationToken cancellationToken)
    {
        using var activity = HubTelemetry.Source.StartActivity("triage report");
        activity?.SetTag("alliancenotify.report.id", id.Value);
        if (await reports.GetWithOutcomeAsync(id, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            throw new InvalidOperationException($"Report {id} is queued but not stored.");
        }

        if (stored.Outcome is not null)
        {
            return;
        }

        var report = stored.Report;
        var classification = classifier.Classify(report);
        activity?.SetTag("alliancenotify.category", classification.Category.Value);
        var (situation, applied) = await ApplyAsync(report, classification, cancellationToken).ConfigureAwait(false);
        if (applied.Alert is { } alertId)
        {
            var alert = await situations.GetAlertAsync(alertId, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"Alert {alertId} was decided but is not stored.");
            await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken).ConfigureAwait(false);
            metrics.AlertMade(time.GetUtcNow() - report.ReceivedAt, alert.Category.Value, alert.Mode.ToString());
        }

        var outcome = new TriageOutcome
        {
            State = TriageState.Triaged,
            Classification = classification,
            Situation = situation,
            Alerts = applied.Alert is { } made ? [made] : [],
            Reason = applied.Reason,
            At = time.GetUtcNow(),
        };
        await reports.InsertOutcomeAsync(id, outcome, cancellationToken).ConfigureAwait(false);
        Log.Triaged(logger, id, classification.Category, situation, applied.Alert);
    }

    private async Task<(SituationId? Situation, AppliedReport Applied)> ApplyAsync(
        SituationReport report, ClassificationResult classification, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            var known = await correlation.FindAsync(report, cancellationToken).ConfigureAwait(false);
            var proposed = known ?? CorrelationTable.NewIdFor(report);
            if (known is null && TriageDecision.Decide(proposed, null, report, classification, now) is { Situation: null } nothing)
            {
                return (null, new AppliedReport(report.Id, null, nothing.Reason, now));
            }

            var id = await correlation.ClaimAsync(report, proposed, cancellationToken).ConfigureAwait(false);
            if (await situations.GetAppliedAsync(id, report.Id, cancellationToken).ConfigureAwait(false) is { } before)
            {
                return (id, before.Value);
            }

            var current = await situations.GetAsync(id, cancellationToken).ConfigureAwait(false);
            var decision = TriageDecision.Decide(id, current?.Value, report, classification, now);
            if (decision.Situation is null)
            {
                // Its names lead to a situation that was never opened: the same as having none.
                return (null, new AppliedReport(report.Id, null, decision.Reason, now));
            }

            if (current is null)
            {
                await situations.ListNewAsync(decision.Situation, cancellationToken).ConfigureAwait(false);
            }

            var applied = new AppliedReport(report.Id, decision.Alert?.Id, decision.Reason, now);
            var change = new SituationChange
            {
                Situation = decision.Situation,
                IfMatch = current?.ETag,
                Applied = applied,
                Alert = decision.Alert,
                Timeline = LinesOf(report, decision, now),
            };
            if (await situations.WriteAsync(id, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                return (id, applied);
            }

            // Another report changed the situation meanwhile: decide again on what it is now.
        }
    }

    private static List<(TimelineEntry, string)> LinesOf(SituationReport report, TriageDecision decision, DateTimeOffset now)
    {
        var lines = new List<(TimelineEntry, string)>
        {
            (new TimelineEntry { At = now, Kind = TimelineKind.ReportApplied, Report = report.Id, Detail = decision.Reason }, report.Id.Value),
        };
        if (decision.Alert is { } alert)
        {
            lines.Add((new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Report = report.Id, Alert = alert.Id }, alert.Id.Value));
        }

        return lines;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Report {Report} is {Category}: situation {Situation}, alert {Alert}.")]
        public static partial void Triaged(ILogger logger, ReportId report, CategoryId category, SituationId? situation, AlertId? alert);
    }
}
