using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>What a report is about, and why.</summary>
public sealed record ClassificationResult
{
    /// <summary>The primary category; <see cref="CategoryId.None"/> or <see cref="CategoryId.Unclassified"/> where none applies.</summary>
    public required CategoryId Category { get; init; }

    /// <summary>0 to 1: the share of answers given with this confidence that are right.</summary>
    public required double Confidence { get; init; }

    public required Urgency Urgency { get; init; }

    /// <summary>All that apply, primary first; empty for none and unclassified.</summary>
    public required IReadOnlyList<CategoryScore> Categories { get; init; }

    /// <summary>Where the Guidelines speak of the primary category; null for none and unclassified.</summary>
    public required GuidelinesReference? Guidelines { get; init; }

    public required IReadOnlyList<Evidence> Evidence { get; init; }

    public required IReadOnlyList<CategoryScore> Alternatives { get; init; }

    /// <summary>A person must decide before anybody but the duty desk is told.</summary>
    public required bool NeedsReview { get; init; }

    public string? ReviewReason { get; init; }

    /// <summary>
    /// Words or codes that contradict the report's stated mode ("this is a drill" in a report that says actual). A report
    /// with doubt is held for a person and pages nobody.
    /// </summary>
    public string? ModeDoubt { get; init; }
}

public sealed record CategoryScore(CategoryId Category, double Confidence);

/// <summary>Chapter, section and item of the 2015 Guidelines for Japan-U.S. Defense Cooperation, with the heading.</summary>
public sealed record GuidelinesReference(string Reference, LocalizedText Title);

/// <summary>
/// One argument. <see cref="Field"/> is <c>title</c>, <c>body</c> (with <c>[language]</c> for a second text), <c>code</c> or
/// <c>fact</c>; offset and length count UTF-16 units of the original text. A negative weight argues against.
/// </summary>
public sealed record Evidence(string Field, int Offset, int Length, string Text, string Signal, double Weight);
