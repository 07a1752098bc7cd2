using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Situations;

namespace AllianceNotify.Reports;

[JsonConverter(typeof(KebabEnumConverter<TriageState>))]
public enum TriageState
{
    /// <summary>Classified, and applied to a situation where it is about one.</summary>
    Triaged,

    /// <summary>Set aside for good, with the reason: a person decided, or no stage can use it.</summary>
    Refused,
}

/// <summary>What triage made of a report. Its presence means that triage is done with the report.</summary>
public sealed record TriageOutcome
{
    public required TriageState State { get; init; }

    /// <summary>Null only where the report was refused before it was classified.</summary>
    public required ClassificationResult? Classification { get; init; }

    /// <summary>The situation that the report opened, updated or closed; null where it is about none.</summary>
    public SituationId? Situation { get; init; }

    /// <summary>The alerts made because of the report.</summary>
    public IReadOnlyList<AlertId> Alerts { get; init; } = [];

    /// <summary>Why it was decided so, for people: also where nothing was alerted.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }
}
