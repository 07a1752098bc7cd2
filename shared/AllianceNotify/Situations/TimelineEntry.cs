using System.Text.Json.Serialization;
using AllianceNotify.Reports;

namespace AllianceNotify.Situations;

[JsonConverter(typeof(KebabEnumConverter<TimelineKind>))]
public enum TimelineKind
{
    ReportApplied,
    AlertMade,

    /// <summary>Deliveries of an alert or of a round of asking were planned.</summary>
    Planned,

    /// <summary>Deliveries that were planned are withheld after all: their contacts may not be told any more.</summary>
    Withheld,

    /// <summary>Nobody may or can be told; a person must act.</summary>
    NobodyTold,
    Answered,
    Escalated,
    EscalationEnded,

    /// <summary>A duty officer changed category, mode hold or status.</summary>
    Changed,

    /// <summary>A report of another source was taken for the same event; the detail says why.</summary>
    Joined,

    /// <summary>By a report that matches both, this open situation and another look like one event: a duty officer may merge them.</summary>
    LooksLikeOne,

    /// <summary>Another situation was merged into this one, or this one into another.</summary>
    Merged,

    /// <summary>Reports were split off into a situation of their own, or this situation was.</summary>
    Split,

    /// <summary>An alert of this hub came back from another one.</summary>
    CameBack,
}

/// <summary>One line of a situation's history, in the order things happened. Facts only; pages put them into words.</summary>
public sealed record TimelineEntry
{
    public required DateTimeOffset At { get; init; }

    public required TimelineKind Kind { get; init; }

    /// <summary>Who did it: a contact's or principal's name; null for the hub itself.</summary>
    public string? Actor { get; init; }

    public ReportId? Report { get; init; }

    public AlertId? Alert { get; init; }

    /// <summary>The other situation, where the line is about two.</summary>
    public SituationId? Situation { get; init; }

    /// <summary>Reason or outcome in a sentence.</summary>
    public string? Detail { get; init; }
}
