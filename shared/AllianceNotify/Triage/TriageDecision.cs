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

    private const string WithdrawnEarly = "Withdrawn by its source before the report itself arrived.";
    private const string WithdrawnBySource = "Cancelled by its source.";

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
                opened with { Status = SituationStatus.Closed, ClosedAt = now, ClosedReason = WithdrawnEarly },
                null,
                "Cancels a report that this hub has not had.");
        }

        if (classification.ModeDoubt is { } doubt)
        {
            return WithAlert(
                opened with { Status = SituationStatus.Held, NeedsReview = true, ReviewReason = doubt, ModeDoubt = doubt },
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
        var recognised = IsRecognised(classification);
        if (current.Status == SituationStatus.Closed)
        {
            return ApplyToClosed(current, report, classification, recognised, now);
        }

        if (report.Action == ReportAction.Cancel)
        {
            return Cancel(current, report, classification, now);
        }

        var voice = current.VoiceOf(report.Source);
        if (report.ObservedAt < voice?.ObservedAt)
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

    /// <summary>A correction of a few words often carries no evidence of its own: it is still about its situation.</summary>
    private static bool IsRecognised(ClassificationResult classification) => classification is { NeedsReview: false }
        && classification.Category != CategoryId.None && classification.Category != CategoryId.Unclassified;

    /// <summary>
    /// Nothing reopens it. But where it ended because its source withdrew, and now a source says so that was not heard before, a person must know.
    /// </summary>
    private static TriageDecision ApplyToClosed(
        Situation current, SituationReport report, ClassificationResult classification, bool recognised, DateTimeOffset now)
    {
        var heard = current.WithVoice(report) with { UpdatedAt = now, Marking = current.Marking.Strictest(report.Marking) };
        var contradicts = current.ClosedReason is WithdrawnEarly or WithdrawnBySource && report.Action != ReportAction.Cancel
            && current.VoiceOf(report.Source) is null && recognised && classification.Urgency >= Urgency.Urgent;
        return contradicts
            ? WithAlert(
                heard with { ReviewReason = $"{report.Source} reports what its first source has cancelled." },
                report, classification.Confidence, AlertKind.Review, now, "The situation is closed, and a source not heard before reports it: a person decides.")
            : new TriageDecision(heard, null, "The situation is closed; a late report does not reopen it.");
    }

    private static TriageDecision Cancel(Situation current, SituationReport report, ClassificationResult classification, DateTimeOffset now)
    {
        var withdrawn = current.WithVoice(report, withdrawn: true) with { UpdatedAt = now, Marking = current.Marking.Strictest(report.Marking) };
        if (withdrawn.Voices!.Where(voice => !voice.Value.Withdrawn).Select(voice => voice.Key).Order(StringComparer.Ordinal).FirstOrDefault() is { } other)
        {
            // What the others say still stands; those who were told hear what this one says now.
            var lowered = withdrawn with { Hazards = HazardGrades.Lowered(current.Hazards, HazardGrades.Of(report)) };
            return current.Revision == 0 || current.Status == SituationStatus.Held || current.NeedsReview
                ? new TriageDecision(lowered, null, $"Cancelled by {report.Source}, while {other} still reports it.")
                : WithAlert(
                    lowered, report, classification.Confidence, AlertKind.Update, now,
                    $"Cancelled by {report.Source}, while {other} still reports it: told as an update.");
        }

        var closed = withdrawn with
        {
            Status = SituationStatus.Closed,
            ClosedAt = now,
            ClosedReason = WithdrawnBySource,
            LatestReport = report.Id,
        };
        return current.Revision == 0
            ? new TriageDecision(closed, null, "Cancelled; nobody had been told.")
            : WithAlert(closed, report, classification.Confidence, AlertKind.AllClear, now, "Cancelled: an all-clear to everybody who was told.");
    }

    /// <summary>
    /// The situation with what the report says. With a second source in it, what is shown stays the first one's until the other raises or
    /// settles something or updates it, and a category that either has named stays: two sources that disagree would otherwise
    /// take turns.
    /// </summary>
    private static Situation Updated(
        Situation current, SituationReport report, ClassificationResult classification, DateTimeOffset now, bool recognised)
    {
        var heard = current.WithVoice(report) with
        {
            UpdatedAt = now,
            Marking = current.Marking.Strictest(report.Marking),
            Hazards = HazardGrades.Highest(current.Hazards, HazardGrades.Of(report)),
            Urgency = recognised && classification.Urgency > current.Urgency ? classification.Urgency : current.Urgency,
            NeedsReview = current.NeedsReview && !recognised,
            ReviewReason = current.NeedsReview && !recognised ? current.ReviewReason : null,
        };
        var alone = heard.Voices!.Count == 1;
        var raises = recognised && (classification.Urgency > current.Urgency || current.NeedsReview);
        if (recognised)
        {
            heard = alone
                ? heard with { Category = classification.Category, Categories = classification.Categories }
                : WithCategories(heard, classification, raises || classification.Urgency == current.Urgency);
        }

        return alone || report.Source == current.Source || raises || (report.Action == ReportAction.Update && report.ObservedAt >= current.ObservedAt)
            ? heard with
            {
                ObservedAt = report.ObservedAt > current.ObservedAt ? report.ObservedAt : current.ObservedAt,
                LatestReport = report.Id,
                Texts = report.Texts.Select(Shorten).ToList(),
                Location = report.Location ?? current.Location,
                Facts = report.Facts.Count > 0 ? report.Facts : current.Facts,
            }
            : heard;
    }

    private static Situation WithCategories(Situation situation, ClassificationResult classification, bool leads)
    {
        var added = classification.Categories.Where(score => situation.Categories.All(known => known.Category != score.Category)).ToList();
        var isNew = added.Exists(score => score.Category == classification.Category);
        return situation with
        {
            Category = leads && isNew ? classification.Category : situation.Category,
            Categories = leads && isNew ? [.. added, .. situation.Categories] : [.. situation.Categories, .. added],
        };
    }

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

        if (after.Voices!.Count > 1 && after.Categories.FirstOrDefault(score => before.Categories.All(known => known.Category != score.Category)) is { } added)
        {
            return $"It is also of the category {added.Category}.";
        }

        if (HazardGrades.Risen(before.Hazards, after.Hazards) is { } risen)
        {
            return risen;
        }

        var repeats = before.VoiceOf(report.Source)?.Digest == SourceVoice.DigestOf(report) || report.ObservedAt < before.ObservedAt;
        return report.Action == ReportAction.Update && !repeats ? "Its source updated it." : null;
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
                ModeDoubt = doubt,
                Lists = kind == AlertKind.Review ? [ContactList.DutyDesk] : null,
            },
            now);
        return new TriageDecision(revised, alert, reason);
    }

    private static Situation NewSituation(SituationId id, SituationReport report, ClassificationResult classification, DateTimeOffset now) => new Situation
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
        Hazards = HazardGrades.Of(report) is { Count: > 0 } hazards ? hazards : null,
    }.WithVoice(report, withdrawn: report.Action == ReportAction.Cancel);

    /// <summary>A situation that nobody has been told of.</summary>
    internal static Situation Untold(SituationId id, SituationReport report, ClassificationResult classification, DateTimeOffset now) =>
        NewSituation(id, report, classification, now);

    internal static ReportText Shorten(ReportText text)
    {
        if (text.Body.Length <= MaxBodyInAlert)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text.Body[MaxBodyInAlert - 1]) ? MaxBodyInAlert - 1 : MaxBodyInAlert;
        return text with { Body = string.Concat(text.Body.AsSpan(0, end), "…") };
    }
}
