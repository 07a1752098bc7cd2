using AllianceNotify.Classification;
using AllianceNotify.Correlation;
using AllianceNotify.Feeds;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Publishing;
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
    EventIndex events,
    OwnAlerts own,
    WatchSources watch,
    ReportClassifier classifier,
    Taxonomy taxonomy,
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
        watch.Heard(report.Source, report.ReceivedAt);
        var classification = classifier.Classify(report);
        if (await own.FindAsync(report, cancellationToken).ConfigureAwait(false) is { } ours)
        {
            if (ours.Mode == report.Mode)
            {
                await CameBackAsync(report, classification, ours, cancellationToken).ConfigureAwait(false);
                return;
            }

            classification = classification with { ModeDoubt = $"This hub's own alert {ours.Id} is {ours.Mode}, and this copy of it says {report.Mode}." };
        }

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
        if (situation is { } found)
        {
            Log.Triaged(logger, id, classification.Category, found, applied.Alert);
        }
        else
        {
            Log.Passed(logger, id, classification.Category);
        }
    }

    /// <summary>An alert of this hub that another passed on is no news, whoever sends it.</summary>
    private async Task CameBackAsync(SituationReport report, ClassificationResult classification, Alert ours, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var reason = $"This hub's own alert {ours.Id}, come back from {report.Source}: alerts nobody.";
        var line = new TimelineEntry { At = now, Kind = TimelineKind.CameBack, Report = report.Id, Alert = ours.Id, Detail = reason };
        await situations.NoteAsync(ours.Situation, line, report.Id.Value, cancellationToken).ConfigureAwait(false);
        var outcome = new TriageOutcome
        {
            State = TriageState.Triaged,
            Classification = classification,
            Situation = ours.Situation,
            Reason = reason,
            At = now,
        };
        await reports.InsertOutcomeAsync(report.Id, outcome, cancellationToken).ConfigureAwait(false);
        Log.CameBack(logger, report.Id, ours.Id);
    }

    private async Task<(SituationId? Situation, AppliedReport Applied)> ApplyAsync(
        SituationReport report, ClassificationResult classification, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            var known = await own.ReferredAsync(report, cancellationToken).ConfigureAwait(false)
                ?? await correlation.FindAsync(report, cancellationToken).ConfigureAwait(false);
            if (known is null && TriageDecision.Decide(CorrelationTable.NewIdFor(report), null, report, classification, now) is { Situation: null } nothing)
            {
                return (null, new AppliedReport(report.Id, null, nothing.Reason, now));
            }

            var claimed = await correlation.ClaimAsync(report, known ?? CorrelationTable.NewIdFor(report), cancellationToken).ConfigureAwait(false);
            var (standing, current, before) = await situations.StandOfAsync(claimed, report.Id, cancellationToken).ConfigureAwait(false);
            if (before is not null)
            {
                return (standing, before);
            }

            var (id, why, apart) = await FindEventAsync(report, classification, standing, now, cancellationToken).ConfigureAwait(false);
            if (id != standing)
            {
                current = await situations.GetAsync(id, cancellationToken).ConfigureAwait(false);
                if (current?.Value.MergedInto is not null)
                {
                    continue;
                }
            }

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

            foreach (var (other, alike) in apart)
            {
                await ProposeMergerAsync(decision.Situation, other, report, alike, now, cancellationToken).ConfigureAwait(false);
            }

            var joined = current is not null && report.Id != current.Value.Value.FirstReport ? why : null;
            var applied = new AppliedReport(report.Id, decision.Alert?.Id, joined is null ? decision.Reason : $"{joined} {decision.Reason}", now);
            var change = new SituationChange
            {
                Situation = decision.Situation,
                IfMatch = current?.ETag,
                Applied = applied,
                Alert = decision.Alert,
                Timeline = LinesOf(report, decision, joined, now),
            };
            if (await situations.WriteAsync(id, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                return (id, applied);
            }

            // Another report changed, opened or merged the situation meanwhile: decide again on what it is now.
        }
    }

    /// <summary>The situation that another source opened for the same event, else the one that the report's names lead to.</summary>
    private async Task<EventPlace> FindEventAsync(
        SituationReport report, ClassificationResult classification, SituationId standing, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (EventTraits.Of(report, classification, taxonomy) is not { } traits)
        {
            return new EventPlace(standing, null, []);
        }

        await events.AddAsync(traits, cancellationToken).ConfigureAwait(false);
        return await events.FindAsync(traits, standing, id => TriageDecision.Untold(id, report, classification, now), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Two open situations are never joined by themselves: people were told of both, in different words. Both timelines say once that they
    /// look like one. Not where a duty officer has split them.
    /// </summary>
    private async Task ProposeMergerAsync(
        Situation mine, SituationId other, SituationReport report, string alike, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (mine.Status == SituationStatus.Closed
            || await situations.GetAsync(other, cancellationToken).ConfigureAwait(false) is not { Value: { Status: not SituationStatus.Closed } theirs }
            || theirs.SplitFrom == mine.Id || mine.SplitFrom == theirs.Id)
        {
            return;
        }

        foreach (var (at, with) in new[] { (mine.Id, other), (other, mine.Id) })
        {
            var said = await situations.TimelineAsync(at, cancellationToken)
                .AnyAsync(row => row.Value.Kind == TimelineKind.LooksLikeOne && row.Value.Situation == with, cancellationToken).ConfigureAwait(false);
            if (!said)
            {
                var line = new TimelineEntry
                {
                    At = now,
                    Kind = TimelineKind.LooksLikeOne,
                    Report = report.Id,
                    Situation = with,
                    Detail = $"Looks like one event with {with}, which is open as well: a duty officer may merge them. {alike}",
                };
                await situations.NoteAsync(at, line, with.Value, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static List<(TimelineEntry, string)> LinesOf(SituationReport report, TriageDecision decision, string? joined, DateTimeOffset now)
    {
        var lines = new List<(TimelineEntry, string)>
        {
            (new TimelineEntry { At = now, Kind = TimelineKind.ReportApplied, Report = report.Id, Detail = decision.Reason }, report.Id.Value),
        };
        if (joined is not null)
        {
            lines.Add((new TimelineEntry { At = now, Kind = TimelineKind.Joined, Report = report.Id, Detail = joined }, report.Id.Value));
        }

        if (decision.Alert is { } alert)
        {
            lines.Add((new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Report = report.Id, Alert = alert.Id }, alert.Id.Value));
        }

        return lines;
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Report {Report} is this hub's own alert {Alert}, come back.")]
        public static partial void CameBack(ILogger logger, ReportId report, AlertId alert);

        [LoggerMessage(1, LogLevel.Information, "Report {Report} is {Category}: situation {Situation}, alert {Alert}.")]
        public static partial void Triaged(ILogger logger, ReportId report, CategoryId category, SituationId situation, AlertId? alert);

        [LoggerMessage(2, LogLevel.Information, "Report {Report} is {Category} and opens no situation.")]
        public static partial void Passed(ILogger logger, ReportId report, CategoryId category);
    }
}
