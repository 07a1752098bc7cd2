using AllianceNotify.Contacts;

namespace AllianceNotify.Delivery;

/// <summary>A delivery record's next value, and the name of what happened to it (for metrics and logs).</summary>
internal sealed record DeliveryStep(DeliveryRecord Record, string Outcome)
{
    public const string Sent = "sent";
    public const string Deferred = "deferred";
    public const string Released = "released";
    public const string Refused = "refused";
    public const string Misconfigured = "misconfigured";
    public const string GaveUp = "gave-up";
    public const string Withheld = "withheld";

    /// <summary>Not sent here, because the contact has the address no more; goes to what it has now.</summary>
    public const string Redirected = "redirected";

    private const int MaxErrorLength = 500;

    public static DeliveryRecord Claim(DeliveryRecord record, string ticket, DateTimeOffset now, DateTimeOffset until) => record with
    {
        State = DeliveryState.Sending,
        ClaimTicket = ticket,
        ClaimUntil = until,
        Attempts = record.Attempts + 1,
        FirstAttemptAt = record.FirstAttemptAt ?? now,
        NotBefore = null,
    };

    /// <summary>After an attempt. <paramref name="backoff"/> holds where the other side named no time of its own.</summary>
    public static DeliveryStep After(
        DeliveryRecord claimed, DeliveryOutcome outcome, DateTimeOffset now, ChannelLimits limits, Func<int, TimeSpan> backoff) => outcome switch
        {
            DeliveryOutcome.Delivered delivered => new(
                Unclaimed(claimed) with { State = DeliveryState.Sent, SentAt = now, ProviderId = delivered.ProviderId, LastError = null }, Sent),
            DeliveryOutcome.Refused refused => Fail(claimed, refused.Reason, Refused),
            DeliveryOutcome.Misconfigured misconfigured => Fail(claimed, misconfigured.Reason, Misconfigured),
            DeliveryOutcome.Deferred deferred => Defer(claimed, deferred, now, limits, backoff),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
        };

    /// <summary>Claimed, but not begun: as it was read, for another try at <paramref name="due"/>.</summary>
    public static DeliveryStep Release(DeliveryRecord read, DateTimeOffset due) =>
        new(Unclaimed(read) with { State = DeliveryState.Queued, NotBefore = due }, Released);

    public static DeliveryStep Fail(DeliveryRecord record, string reason, string outcome) =>
        new(Unclaimed(record) with { State = DeliveryState.Failed, LastError = Cut(reason) }, outcome);

    /// <summary>Not sent, because its contact may not be told any more.</summary>
    public static DeliveryStep Withhold(DeliveryRecord record, string reason, DateTimeOffset now) => new(
        Unclaimed(record) with { State = DeliveryState.Withheld, Reason = $"Withheld before sending: {reason}{Perhaps(record)}", WithheldAt = now }, Withheld);

    /// <summary>Not sent, because the contact has this address no more. The reason goes with it to wherever it is sent instead.</summary>
    public static DeliveryStep Redirect(DeliveryRecord record, IReadOnlyList<ContactChannel> instead) => Fail(
        record with { Fallbacks = instead, Reason = $"{record.Reason}; planned for an address by {record.Channel} that the contact no longer has" },
        $"The contact no longer has this address.{Perhaps(record)}",
        Redirected);

    private static DeliveryStep Defer(
        DeliveryRecord claimed, DeliveryOutcome.Deferred deferred, DateTimeOffset now, ChannelLimits limits, Func<int, TimeSpan> backoff)
    {
        var due = now + backoff(claimed.Attempts);
        if (deferred.Until is { } until)
        {
            // To the letter and never earlier; an answer of "at once" still waits the shortest back-off.
            due = until > now + limits.BackoffBase ? until : now + limits.BackoffBase;
        }

        if (claimed.Attempts >= limits.MaxAttempts)
        {
            return Fail(claimed, $"Not sent in {claimed.Attempts} attempts. {deferred.Reason}", GaveUp);
        }

        if (due >= claimed.Deadline)
        {
            return Fail(claimed, $"The next attempt would be after its deadline. {deferred.Reason}", GaveUp);
        }

        return new(Unclaimed(claimed) with { State = DeliveryState.Queued, NotBefore = due, LastError = Cut(deferred.Reason) }, Deferred);
    }

    // A worker died over it: whether what it sent arrived is not known, and must not be denied.
    private static string Perhaps(DeliveryRecord record) =>
        record.State == DeliveryState.Sending ? " An attempt before was cut short; it may have arrived." : "";

    private static DeliveryRecord Unclaimed(DeliveryRecord record) => record with { ClaimTicket = null, ClaimUntil = null, NotBefore = null };

    private static string Cut(string reason) => reason.Length <= MaxErrorLength ? reason : reason[..MaxErrorLength];
}
