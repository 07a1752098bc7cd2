using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>
/// One kind of situation of the 2015 Guidelines for Japan-U.S. Defense Cooperation, as the taxonomy data states it
/// (<c>Classification/Taxonomy/*.json</c>).
/// </summary>
public sealed record TaxonomyCategory
{
    public required CategoryId Id { get; init; }

    public required LocalizedText Name { get; init; }

    public required GuidelinesReference Guidelines { get; init; }

    /// <summary>Who has primary responsibility, in our words; says so where the Guidelines name nobody.</summary>
    public required LocalizedText Responsibility { get; init; }

    public required IReadOnlyList<Phase> Phases { get; init; }

    /// <summary>Urgency where the evidence says nothing of it.</summary>
    public required Urgency DefaultUrgency { get; init; }

    /// <summary>Evidence never lowers the urgency below this.</summary>
    public required Urgency UrgencyFloor { get; init; }

    /// <summary>What is asked of the reader, a line an action.</summary>
    public required IReadOnlyList<LocalizedText> Playbook { get; init; }

    /// <summary>Only a government recognises it: the hub relays an official statement and never infers it.</summary>
    public bool OfficialStatementOnly { get; init; }

    /// <summary>When reports of several sources are about one event; empty where only names join reports.</summary>
    public IReadOnlyList<CorrelationRule> Correlation { get; init; } = [];
}
