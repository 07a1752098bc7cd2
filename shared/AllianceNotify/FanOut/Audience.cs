using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.FanOut;

/// <summary>For what kind of alert an audience is asked: a real alert's properties, or a hypothetical one's.</summary>
public sealed record AudienceQuery
{
    public required CategoryId Category { get; init; }

    public required Urgency Urgency { get; init; }

    public required ReportMode Mode { get; init; }

    public required Marking Marking { get; init; }

    public ReportLocation? Location { get; init; }

    /// <summary>Categories besides the primary one; a subscription to any of them matches.</summary>
    public IReadOnlyList<CategoryId> AlsoCategories { get; init; } = [];

    /// <summary>Only these lists, whatever is subscribed (a review for the duty desk, a duty officer's own audience).</summary>
    public IReadOnlyList<ListId>? Lists { get; init; }
}

/// <summary>One contact's answer: told or withheld, and why. A contact in several lists appears once, with every reason.</summary>
public sealed record AudienceMember
{
    public required Contact Contact { get; init; }

    /// <summary>Lists and subscriptions that reach this contact.</summary>
    public required IReadOnlyList<AudienceReason> Reasons { get; init; }

    /// <summary>Null: may be told. Else the marking rule that withholds it.</summary>
    public required string? Withheld { get; init; }

    /// <summary>End of the quiet hours that hold this alert back; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public PolicyId? Policy { get; init; }
}

/// <summary><paramref name="Subscription"/> is null where a list was named directly.</summary>
public sealed record AudienceReason(ListId List, SubscriptionId? Subscription);
