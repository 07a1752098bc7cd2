using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

/// <summary>
/// One way out of the hub. A channel makes one attempt and says what came of it; retries, limits, circuit breaking and
/// fallback are the delivery stage's.
/// </summary>
public interface IAlertChannel
{
    /// <summary>The name that contacts' channels and configuration use: <c>smtp</c>, <c>graph-mail</c>, <c>teams</c>, <c>webhook</c>, <c>teams-workflow</c>, <c>outbox</c>.</summary>
    string Name { get; }

    /// <summary>The most recipients one <see cref="SendAsync"/> call takes: 1 for individual sending, more for grouped mail or bulk calls.</summary>
    int MaxRecipients { get; }

    /// <summary>
    /// What shares limits and a circuit breaker with this address: the server or account behind it (<c>webhook:host:port</c>,
    /// <c>smtp:host:port</c>). One failing target never holds up another.
    /// </summary>
    string TargetOf(string address);

    /// <summary>
    /// One attempt for up to <see cref="MaxRecipients"/> recipients of one alert, all of one <see cref="TargetOf"/> and language.
    /// Returns one outcome a recipient, in their order. Network failures and time-outs are <see cref="DeliveryOutcome.Deferred"/>;
    /// an exception is a bug and settles nothing.
    /// </summary>
    Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken);
}

/// <summary>One alert, rendered, for recipients who read the same language first.</summary>
public sealed record AlertDispatch(Alert Alert, RenderedAlert Content, IReadOnlyList<DispatchRecipient> Recipients)
{
    /// <summary>0 for the alert itself; each escalation asks in a round of its own.</summary>
    public int Round { get; init; }
}

public sealed record DispatchRecipient
{
    public required ContactId Contact { get; init; }

    public required string Address { get; init; }

    public required string? DisplayName { get; init; }

    /// <summary>RFC 5322 Message-ID without angle brackets; the same on every attempt, so that clients fold a double.</summary>
    public required string MessageId { get; init; }

    /// <summary>Message-ID of the first alert of the situation to this recipient; null where this is the first.</summary>
    public string? ThreadMessageId { get; init; }

    /// <summary>
    /// Where this recipient answers: a personal link where the channel sends one by one, else the alert's page behind sign-in,
    /// since a message to several must not carry the right of one of them to answer.
    /// </summary>
    public required Uri AcknowledgeUrl { get; init; }
}
