using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

[JsonConverter(typeof(KebabEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    Queued,

    /// <summary>Claimed by a worker; nobody else may send it until the claim ends.</summary>
    Sending,
    Sent,

    /// <summary>Refused, misconfigured or out of time on this channel; the fallback, if any, is a record of its own.</summary>
    Failed,

    /// <summary>The contact may not be told: by its marking, or because the contact or its place in a list is gone.</summary>
    Withheld,
    Cancelled,
}

/// <summary>
/// One alert to one contact over one channel in one round of asking. Key: alert (partition), contact | channel | round
/// (row), so that planning it twice is planning it once.
/// </summary>
public sealed record DeliveryRecord
{
    public required AlertId Alert { get; init; }

    public required ContactId Contact { get; init; }

    public required string Channel { get; init; }

    /// <summary>0 for the alert itself; each escalation counts up.</summary>
    public int Round { get; init; }

    public required DeliveryState State { get; init; }

    /// <summary>Address on this channel when it was planned; empty for withheld.</summary>
    public required string Address { get; init; }

    public string? DisplayName { get; init; }

    public required string Agency { get; init; }

    /// <summary>Language of the reader: <c>en</c> or <c>ja</c>.</summary>
    public required string Language { get; init; }

    /// <summary>Channels still to try after this one, in order.</summary>
    public IReadOnlyList<ContactChannel> Fallbacks { get; init; } = [];

    /// <summary>Why this contact is told or not: the subscriptions, lists or the marking rule.</summary>
    public required string Reason { get; init; }

    /// <summary>The lists that the contact was reached by, one of which still has to hold it when it is sent; null or empty: reached in another way.</summary>
    public IReadOnlyList<ListId>? Lists { get; init; }

    /// <summary>When the last look before sending withheld it; null where planning did, or nobody.</summary>
    public DateTimeOffset? WithheldAt { get; init; }

    /// <summary>Sends begun. Carried with the delivery and never reset by a re-queue.</summary>
    public int Attempts { get; init; }

    /// <summary>After this no further attempt begins on this channel; one that never came to its end, because the hub was down, is still made.</summary>
    public required DateTimeOffset Deadline { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public string? LastError { get; init; }

    public required string MessageId { get; init; }

    public string? ThreadMessageId { get; init; }

    /// <summary>Which queue message holds the claim while <see cref="DeliveryState.Sending"/>.</summary>
    public string? ClaimTicket { get; init; }

    public DateTimeOffset? ClaimUntil { get; init; }

    public required DateTimeOffset PlannedAt { get; init; }

    public DateTimeOffset? FirstAttemptAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public string? ProviderId { get; init; }

    [JsonIgnore]
    public string Row => RowOf(Contact, Channel, Round);

    public static string RowOf(ContactId contact, string channel, int round) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{contact}|{channel}|{round:D3}");
}
