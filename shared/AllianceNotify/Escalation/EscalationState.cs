using System.Text.Json.Serialization;
using AllianceNotify.Contacts;

namespace AllianceNotify.Escalation;

[JsonConverter(typeof(KebabEnumConverter<EscalationStatus>))]
public enum EscalationStatus
{
    Running,

    /// <summary>Answered as the policy asks, or the situation was closed.</summary>
    Ended,

    /// <summary>The last step is done, the policy repeats no more, and nobody has answered.</summary>
    Exhausted,
}

/// <summary>How far the asking for one alert has come. The policy is a copy: editing it changes no escalation under way.</summary>
public sealed record EscalationState
{
    public required EscalationPolicy Policy { get; init; }

    public required EscalationStatus Status { get; init; }

    /// <summary>Number of the round to ask next; the alert itself was round 0.</summary>
    public required int NextRound { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Lists that the alert was planned for.</summary>
    public required IReadOnlyList<ListId> Lists { get; init; }
}
