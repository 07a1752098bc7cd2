using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Triage;

/// <summary>What a report does to its situation: the situation afterwards (null: it opens none), the alert if one is due, and why.</summary>
public sealed record TriageDecision(Situation? Situation, Alert? Alert, string Reason)
{
    /// <summary>UTF-16 units of one body that an alert carries; the report itself keeps the rest.</summary>
    private const int MaxBodyInAlert = 16_000;

    /// <summary>Pure: the same report, classification, situation and time give the same decision.</summary>
    /// <param name="id">Id of the situation, known before it exists.</param>
    /// <param name="current">The situation as it stands; null where the report would open it.</param>
    /// <param name="report">The report.</param>
    /// <param name="classification">What the classifier says of it.</param>
    /// <param name="now">Time of the decision.</param>
    /// <exception cref="InvalidOperationException">Report and situation differ in mode.</exception>
    public static TriageDecision Decide(
        SituationId id, Situation? current, SituationReport report, ClassificationResult classification, DateTimeOffset now)
    {
        if (current is { } known && known.Mode != report.Mode)
        {
            throw new InvalidOperationException($"Report {report.Id} is {report.Mode}, situation {known.Id} is {known.Mode}: their names must never meet.");
        }

        return current is null ? Open(id, report, classification, now) : Apply(current, report, classification, now);
    }

    private static TriageDecision Open(SituationId id, SituationReport report, ClassificationResult classification, DateTimeOffset now)
    {
        var opened = NewSituation(id, report, classification, now);
        if (report.Action == ReportAction.Cancel)
        {
            // What it withdraws may still arrive, and must then alert nobody.
            return new TriageDecision(
                opened with { Status = SituationStatus.Closed, ClosedAt = now, ClosedReason = "Withdrawn by its source before the report itself arrived." },
                null,
                "Cancels a report that this hub has not had.");
        }

        if (classification.ModeDoubt is { } doubt)
        {
            return WithAlert(
                opened with { Status = SituationStatus.Held, NeedsReview = true, ReviewReason = doubt },
                report, classification.Confidence, AlertKind.Review, now, $"Held for a person: {doubt}");
        }

        if (classification.Category == CategoryId.None)
        {
            return new TriageDecision(null, null, "About no situation.");
        }

        if (classification.NeedsReview || classification.Category == CategoryId.Unclassified)
        {
            var reason = classification.ReviewReason ?? "No category of the taxonomy fits.";
            return WithAlert(opened with { NeedsReview = true, ReviewReason = reason }, report, classification.Confidence, AlertKind.Review, now, reason);
        }

        return classification.Urgency == Urgency.Info
            ? new TriageDecision(opened, null, "For information: pages nobody.")
            : WithAlert(opened, report, classification.Confidence, AlertKind.New, now, "A new situation.");
    }

    private static TriageDecision Apply(Situation current, SituationReport report, ClassificationResult classification, DateTimeOffset now)
    {
        if (current.Status == SituationStatus.Closed)
        {
            return new TriageDecision(current with { UpdatedAt = now }, null, "The situation is closed; a late report does not reopen it.");
        }

        if (report.Action == ReportAction.Cancel)
        {
            return Close(current, report, classification, now);
        }

        if (report.ObservedAt < current.ObservedAt)
        {
            return new TriageDecision(
                current with { UpdatedAt = now, Marking = current.Marking.Strictest(report.Marking) }, null, "Older than what is known.");
        }

        if (current.Status == SituationStatus.Held)
        {
            return new TriageDecision(Updated(current, report, classification, now, recognised: false), null, "The situation is held for a person.");
        }

        if (classification.ModeDoubt is { } doubt)
        {
            // The open situation stays as it is: a doubtful update may neither change it nor silence it.
            var doubted = current with { UpdatedAt = now, Marking = current.Marking.Strictest(report.Marking) };
            return WithAlert(doubted, report, classification.Confidence, AlertKind.Review, now, $"The mode of an update is in doubt: {doubt}", doubt);
        }

        // A correction of a few words often carries no evidence of its own: it is still about its situation.
        var recognised = classification is { NeedsReview: false } && classification.Category != CategoryId.None
            && classification.Category != CategoryId.Unclassified;
        var updated = Updated(current, report, classification, now, recognised);
        if (ChangeOf(current, updated, report) is not { } change)
        {
            return new TriageDecision(updated, null, "Says nothing new that people must act on.");
        }

        if (updated.Urgency == Urgency.Info)
        {
            return new TriageDecision(updated, null, "For information: pages nobody.");
        }

        if (updated.NeedsReview)
        {
            return WithAlert(updated, report, classification.Confidence, AlertKind.Review, now, $"{change} The situation still waits for a person's decision.");
        }

        // Told to the duty desk only so far, or to nobody: for everybody else this is the first word.
        var first = current.Revision == 0 || current.NeedsReview;
        return WithAlert(updated, report, classification.Confidence, first ? AlertKind.New : AlertKind.Update, now, change);
    }

    private static TriageDecision Close(Situation current, SituationReport report, ClassificationResult classification, DateTimeOffset now)
    {
        var closed = current with
        {
            Status = SituationStatus.Closed,
            UpdatedAt = now,
            ClosedAt = now,
            ClosedReason = "Cancelled by its source.",
            LatestReport = report.Id,
            Marking = current.Marking.Strictest(report.Marking),
        };
        return current.Revision == 0
            ? new TriageDecision(closed, null, "Cancelled; nobody had been told.")
            : WithAlert(closed, report, classification.Confidence, AlertKind.AllClear, now, "Cancelled: an all-clear to everybody who was told.");
    }

    private static Situation Updated(
        Situation current, SituationReport report, ClassificationResult classification, DateTimeOffset now, bool recognised) => current with
        {
            UpdatedAt = now,
            ObservedAt = report.ObservedAt,
            LatestReport = report.Id,
            Texts = report.Texts.Select(Shorten).ToList(),
            Location = report.Location ?? current.Location,
            Facts = report.Facts.Count > 0 ? report.Facts : current.Facts,
            Marking = current.Marking.Strictest(report.Marking),
            Category = recognised ? classification.Category : current.Category,
            Categories = recognised ? classification.Categories : current.Categories,
            Urgency = recognised && classification.Urgency > current.Urgency ? classification.Urgency : current.Urgency,
            NeedsReview = current.NeedsReview && !recognised,
            ReviewReason = current.NeedsReview && !recognised ? current.ReviewReason : null,
        };

    private static string? ChangeOf(Situation before, Situation after, SituationReport report)
    {
        if (after.Category != before.Category)
        {
            return $"The category changed from {before.Category} to {after.Category}.";
        }

        if (after.Urgency > before.Urgency)
        {
            return $"The urgency rose from {before.Urgency} to {after.Urgency}.";
        }

        if (before.NeedsReview && !after.NeedsReview)
        {
            return "A further report settles what was in doubt.";
        }

        if (report.Action != ReportAction.Update)
        {
            return null;
        }

        var same = after.Texts.SequenceEqual(before.Texts)
            && after.Facts.Count == before.Facts.Count
            && after.Facts.All(fact => before.Facts.TryGetValue(fact.Key, out var old) && old == fact.Value)
            && (after.Location?.Name, after.Location?.Latitude, after.Location?.Longitude)
                == (before.Location?.Name, before.Location?.Latitude, before.Location?.Longitude);
        return same ? null : "Its source updated it.";
    }

    private static TriageDecision WithAlert(
        Situation situation, SituationReport report, double confidence, AlertKind kind, DateTimeOffset now, string reason, string? doubt = null)
    {
        var (revised, alert) = AlertGate.Make(
            situation,
            new AlertContent
            {
                Kind = kind,
                // A mode in doubt pages nobody until a person has looked.
                Urgency = doubt is not null || situation.Status == SituationStatus.Held ? Urgency.Routine : situation.Urgency,
                Confidence = confidence,
                Texts = report.Texts.Select(Shorten).ToList(),
                Location = report.Location ?? situation.Location,
                Facts = report.Facts,
                ObservedAt = report.ObservedAt,
                Source = report.Source,
                Report = report.Id,
                ReviewReason = doubt ?? situation.ReviewReason,
                Lists = kind == AlertKind.Review ? [ContactList.DutyDesk] : null,
            },
            now);
        return new TriageDecision(revised, alert, reason);
    }

    private static Situation NewSituation(SituationId id, SituationReport report, ClassificationResult classification, DateTimeOffset now) => new()
    {
        Id = id,
        Mode = report.Mode,
        Status = SituationStatus.Open,
        Category = classification.Category,
        Categories = classification.Categories,
        Urgency = classification.Urgency,
        Marking = report.Marking,
        Texts = report.Texts.Select(Shorten).ToList(),
        ThreadTitles = report.Texts.Select(text => text with { Body = "" }).ToList(),
        Location = report.Location,
        Facts = report.Facts,
        OpenedAt = now,
        UpdatedAt = now,
        ObservedAt = report.ObservedAt,
        FirstReport = report.Id,
        LatestReport = report.Id,
        Source = report.Source,
    };

    private static ReportText Shorten(ReportText text)
    {
        if (text.Body.Length <= MaxBodyInAlert)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text.Body[MaxBodyInAlert - 1]) ? MaxBodyInAlert - 1 : MaxBodyInAlert;
        return text with { Body = string.Concat(text.Body.AsSpan(0, end), "…") };
    }
}
