namespace AllianceNotify.Classification;

/// <summary>
/// When reports of different sources are about one event of a kind, as the taxonomy data states it for a category
/// (<c>correlation</c>). Categories that share a kind of event state the same rule for it.
/// </summary>
public sealed record CorrelationRule
{
    /// <summary>The kind of event: <c>earthquake</c>, <c>tsunami</c>, <c>launch</c>… Only reports of one kind are compared.</summary>
    public required string Event { get; init; }

    /// <summary>
    /// What makes a report one of this kind, any of them: <c>fact:NAME</c>, a code as <c>SCHEME=VALUE</c> or <c>SCHEME=BEGINNING*</c>, words as
    /// <c>SCHEME~WORDS</c> or <c>title~WORDS</c>. None: every report of the category is.
    /// </summary>
    public IReadOnlyList<string>? Signs { get; init; }

    /// <summary>Furthest apart in time, in minutes.</summary>
    public required double Minutes { get; init; }

    /// <summary>Furthest apart on the ground, in kilometres; null where place says nothing.</summary>
    public double? Km { get; init; }

    /// <summary>Furthest apart in magnitude, where both state one.</summary>
    public double? Magnitude { get; init; }

    /// <summary>Furthest apart in time, in minutes, where one of the two names areas only; null: such reports are not compared.</summary>
    public double? MinutesByArea { get; init; }

    /// <summary>Where one of the two names no point, "in Japan" on both sides is the same area.</summary>
    public bool Nationwide { get; init; }

    /// <summary>Identifiers that two reports may share, by kind, with their weight; a sum of 1 is enough.</summary>
    public IReadOnlyDictionary<string, double>? Shared { get; init; }

    /// <summary>The kind of event that one of this kind comes of, and how far it may be from it.</summary>
    public FollowingRule? Follows { get; init; }
}

/// <summary>A tsunami follows an earthquake of some magnitude, within minutes and kilometres.</summary>
public sealed record FollowingRule
{
    public required string Event { get; init; }

    /// <summary>How long after it, in minutes.</summary>
    public required double Minutes { get; init; }

    /// <summary>How far from it, in kilometres.</summary>
    public required double Km { get; init; }

    /// <summary>Weaker ones are not followed by it.</summary>
    public double? LeastMagnitude { get; init; }
}
