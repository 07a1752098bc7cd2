using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.Situations;

/// <summary>What a new alert says, besides what its situation fixes.</summary>
public sealed record AlertContent
{
    public required AlertKind Kind { get; init; }

    public required Urgency Urgency { get; init; }

    public required double Confidence { get; init; }

    public required IReadOnlyList<ReportText> Texts { get; init; }

    public ReportLocation? Location { get; init; }

    public IReadOnlyDictionary<string, FactValue> Facts { get; init; } = SituationReport.EmptyFacts;

    public required DateTimeOffset ObservedAt { get; init; }

    public required string Source { get; init; }

    public ReportId? Report { get; init; }

    public string? ReviewReason { get; init; }

    /// <summary>A doubt about this alert's mode besides that about its situation's.</summary>
    public string? ModeDoubt { get; init; }

    public string? MadeBy { get; init; }

    public IReadOnlyList<ListId>? Lists { get; init; }
}

/// <summary>
/// The one place where alerts are made. Mode and the doubt about it, category and marking come from the situation and from nowhere else, so no
/// caller can send an exercise as real or the reverse.
/// </summary>
public static class AlertGate
{
    /// <summary>The situation's next alert, and the situation with its revision counted up: to be written together.</summary>
    public static (Situation Situation, Alert Alert) Make(Situation situation, AlertContent content, DateTimeOffset now)
    {
        var urgency = (content.Kind, content.Urgency) switch
        {
            // An alert that is made is told: info would reach nobody.
            (_, Urgency.Info) => Urgency.Routine,
            // Good news wakes nobody.
            (AlertKind.AllClear, Urgency.Flash) => Urgency.Urgent,
            (_, var asked) => asked,
        };
        var revised = situation with { Revision = situation.Revision + 1, UpdatedAt = now };
        var alert = new Alert
        {
            Id = Alert.IdOf(situation.Id, revised.Revision),
            Situation = situation.Id,
            Revision = revised.Revision,
            Kind = content.Kind,
            Mode = situation.Mode,
            ModeDoubt = content.ModeDoubt ?? situation.ModeDoubt,
            Category = situation.Category,
            Categories = situation.Categories,
            Confidence = content.Confidence,
            Urgency = urgency,
            Marking = situation.Marking,
            Texts = content.Texts,
            ThreadTitles = situation.Revision == 0 ? [] : situation.ThreadTitles,
            Location = content.Location,
            Facts = content.Facts,
            ObservedAt = content.ObservedAt,
            MadeAt = now,
            Source = content.Source,
            Report = content.Report,
            ReviewReason = content.Kind == AlertKind.Review ? content.ReviewReason : null,
            ExpectsAnswer = content.Kind switch
            {
                AlertKind.New or AlertKind.Review => urgency >= Urgency.Urgent,
                AlertKind.Update => urgency == Urgency.Flash,
                _ => false,
            },
            MadeBy = content.MadeBy,
            Lists = content.Lists,
        };
        return (revised, alert);
    }
}
