using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Reports;

namespace AllianceNotify.Contacts;

/// <summary>A person or duty desk that can be told.</summary>
public sealed record Contact
{
    public required ContactId Id { get; init; }

    public required PersonName Name { get; init; }

    /// <summary>Agency code, as markings name it (<c>JCG</c>, <c>USFJ</c>). 1 to 40 characters of A–Z, 0–9 and <c>-</c>.</summary>
    public required string Agency { get; init; }

    /// <summary>ISO 3166-1 alpha-3.</summary>
    public required string Nation { get; init; }

    public string? Role { get; init; }

    /// <summary>BCP 47, own language first; at least one of <c>en</c> and <c>ja</c>.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>In order of preference; the next one is the fallback of the one before.</summary>
    public required IReadOnlyList<ContactChannel> Channels { get; init; }

    /// <summary>The strictest TLP colour this person may read.</summary>
    public Tlp MaxTlp { get; init; } = Tlp.Amber;

    /// <summary>IANA time zone of the quiet hours.</summary>
    public string TimeZone { get; init; } = "Asia/Tokyo";

    public RotaId? Rota { get; init; }

    /// <summary>When the person last confirmed that they can be reached.</summary>
    public DateTimeOffset? LastVerifiedAt { get; init; }
}

/// <summary>A name in Latin script, in Japanese script, or both; never neither.</summary>
public sealed record PersonName(string? En, string? Ja)
{
    public string In(string language) =>
        (language.StartsWith("ja", StringComparison.OrdinalIgnoreCase) ? Ja ?? En : En ?? Ja) ?? "";
}

/// <summary>
/// One way to reach a contact: the name of a channel (<see cref="Delivery.IAlertChannel.Name"/>) and the address in its terms
/// (a mail address, a webhook URL; may be empty for the outbox).
/// </summary>
public sealed record ContactChannel(string Channel, string Address);

/// <summary>A named set of contacts with an owner. Members are rows of their own.</summary>
public sealed record ContactList
{
    public required ListId Id { get; init; }

    public required LocalizedText Name { get; init; }

    public string? Owner { get; init; }

    /// <summary>The list that is told what nothing recognises and what nobody else is told.</summary>
    public static readonly ListId DutyDesk = new("duty-desk");
}

/// <summary>The phases of the Guidelines (chapter IV) that a category belongs to.</summary>
[JsonConverter(typeof(KebabEnumConverter<Phase>))]
public enum Phase
{
    Peacetime,
    EmergingThreat,
    ArmedAttack,
    AttackElsewhere,
    Global,
}

/// <summary>Which situations a list wants to hear of.</summary>
public sealed record Subscription
{
    public required SubscriptionId Id { get; init; }

    public required ListId List { get; init; }

    /// <summary>Empty: all categories.</summary>
    public IReadOnlyList<CategoryId> Categories { get; init; } = [];

    public Urgency MinimumUrgency { get; init; } = Urgency.Routine;

    /// <summary>Null: everywhere.</summary>
    public SubscriptionArea? Area { get; init; }

    public IReadOnlyList<ReportMode> Modes { get; init; } = [ReportMode.Actual];

    /// <summary>Empty: all phases.</summary>
    public IReadOnlyList<Phase> Phases { get; init; } = [];

    /// <summary>Null: none. Urgent and flash alerts override them.</summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>Null: the hub's default policy.</summary>
    public PolicyId? Policy { get; init; }
}

/// <summary>
/// A circle (WGS 84 degrees, kilometres) or area codes; a report matches if either does, or if it names no place that
/// can be compared: none at all, or only codes of other schemes or only a point where the other is what the area has.
/// </summary>
public sealed record SubscriptionArea
{
    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    public double? RadiusKm { get; init; }

    /// <summary>Scheme first. <c>jma:130000</c> is that very code; <c>jma:13*</c> is every code that begins so.</summary>
    public IReadOnlyList<string> AreaCodes { get; init; } = [];
}

/// <summary>What happens when nobody answers.</summary>
public sealed record EscalationPolicy
{
    public required PolicyId Id { get; init; }

    public required LocalizedText Name { get; init; }

    /// <summary>In order; each waits for its own time after the alert was made.</summary>
    public required IReadOnlyList<EscalationStep> Steps { get; init; }

    public required OnAnswer OnAnswer { get; init; }

    /// <summary>After the last step, how often everybody is asked again until somebody answers; null: never.</summary>
    public TimeSpan? RepeatEvery { get; init; }

    /// <summary>
    /// What holds for flash and urgent alerts that name no policy: everybody again after 3 minutes, every member of every
    /// list that was told after 8 minutes, then everybody every 10 minutes until somebody answers. A policy stored under
    /// its id takes its place.
    /// </summary>
    public static readonly EscalationPolicy Default = new()
    {
        Id = new PolicyId("default"),
        Name = new LocalizedText("Default", "既定"),
        Steps =
        [
            new EscalationStep { After = TimeSpan.FromMinutes(3), Target = EscalationTarget.Again },
            new EscalationStep { After = TimeSpan.FromMinutes(8), Target = EscalationTarget.WholeList },
        ],
        OnAnswer = OnAnswer.Stop,
        RepeatEvery = TimeSpan.FromMinutes(10),
    };
}

[JsonConverter(typeof(KebabEnumConverter<OnAnswer>))]
public enum OnAnswer
{
    /// <summary>The first answer ends the escalation.</summary>
    Stop,

    /// <summary>The first answer of an agency ends it for that agency; the others are still asked.</summary>
    NarrowToOtherAgencies,
}

/// <summary>Whom to ask next: those already told again, the rota's person on call, or a list.</summary>
public sealed record EscalationStep
{
    /// <summary>After the alert was made. One second to seven days.</summary>
    public required TimeSpan After { get; init; }

    public required EscalationTarget Target { get; init; }

    /// <summary>For <see cref="EscalationTarget.List"/>.</summary>
    public ListId? List { get; init; }

    /// <summary>For <see cref="EscalationTarget.OnCall"/>.</summary>
    public RotaId? Rota { get; init; }
}

[JsonConverter(typeof(KebabEnumConverter<EscalationTarget>))]
public enum EscalationTarget
{
    /// <summary>Everybody told so far, again, by their next channel where they have one.</summary>
    Again,
    OnCall,
    List,

    /// <summary>Every member of every list that was told.</summary>
    WholeList,
}

/// <summary>Who is on call when. Entries may overlap: all of them are asked.</summary>
public sealed record Rota
{
    public required RotaId Id { get; init; }

    public required LocalizedText Name { get; init; }

    public required IReadOnlyList<RotaEntry> Entries { get; init; }

    /// <summary>Who is on call at this time, each once, in the order of the entries.</summary>
    public IReadOnlyList<ContactId> OnCallAt(DateTimeOffset time) =>
        [.. Entries.Where(entry => entry.From <= time && time < entry.To).Select(entry => entry.Contact).Distinct()];
}

/// <summary><paramref name="From"/> is inside, <paramref name="To"/> is not: one watch ends as the next begins.</summary>
public sealed record RotaEntry(ContactId Contact, DateTimeOffset From, DateTimeOffset To);
