namespace AllianceNotify.Delivery;

/// <summary>
/// What a channel can say about one delivery. A closed set: whatever else happens is an exception, which settles nothing.
/// </summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The next system has taken responsibility (SMTP 250, HTTP 2xx). <paramref name="ProviderId"/> is its name for it, where it gave one.</summary>
    public sealed record Delivered(string? ProviderId = null) : DeliveryOutcome;

    /// <summary>
    /// Not now. <paramref name="Until"/> is the earliest time the other side allows (Retry-After, to the letter), or null where
    /// it named none and back-off decides.
    /// </summary>
    public sealed record Deferred(DateTimeOffset? Until, string Reason) : DeliveryOutcome;

    /// <summary>Never to this address (unknown mailbox, 410 Gone): go to the contact's next channel.</summary>
    public sealed record Refused(string Reason) : DeliveryOutcome;

    /// <summary>Never to anybody until an administrator acts (bad credentials, missing permission): next channel, and say so.</summary>
    public sealed record Misconfigured(string Reason) : DeliveryOutcome;
}
