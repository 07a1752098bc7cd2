namespace AllianceNotify.Delivery;

/// <summary>What a chunk's worker has to do about one delivery it read.</summary>
internal abstract record DueDelivery
{
    private DueDelivery()
    {
    }

    /// <summary>Sent, withheld or cancelled: nothing.</summary>
    public sealed record Settled : DueDelivery;

    /// <summary>Failed: see to it that the next channel, or a person, has it. Done before perhaps; doing it again changes nothing.</summary>
    public sealed record Lapsed : DueDelivery;

    /// <summary>Not before <paramref name="Until"/>: its own time, or the end of another worker's claim.</summary>
    public sealed record Waiting(DateTimeOffset Until) : DueDelivery;

    /// <summary>No further attempt on this channel.</summary>
    public sealed record GivenUp(string Reason) : DueDelivery;

    /// <summary>May be claimed and sent now.</summary>
    public sealed record Claimable : DueDelivery;

    /// <summary>
    /// No attempt was made, or the last one was cut short and nobody knows its outcome. Time that passed while the hub was down
    /// must not use up a deadline unheard: such a delivery is tried once, however late.
    /// </summary>
    public static bool IsUntried(DeliveryRecord record) => record.Attempts == 0 || record.State == DeliveryState.Sending;

    /// <summary>Not settled, and no other worker's: what is decided about it now is decided by us.</summary>
    public static bool IsFree(DeliveryRecord record, string ticket, DateTimeOffset now) => record.State switch
    {
        DeliveryState.Queued => true,
        DeliveryState.Sending => record.ClaimTicket == ticket || record.ClaimUntil <= now,
        _ => false,
    };

    /// <param name="record">As read.</param>
    /// <param name="ticket">
    /// Of the message in hand. A claim under it was made by an earlier run of this very message, which has ended: its sends
    /// never outlast the lease they ran under.
    /// </param>
    /// <param name="now">The time.</param>
    /// <param name="limits">Of the record's channel.</param>
    public static DueDelivery Of(DeliveryRecord record, string ticket, DateTimeOffset now, ChannelLimits limits) => record.State switch
    {
        DeliveryState.Sent or DeliveryState.Withheld or DeliveryState.Cancelled => new Settled(),
        DeliveryState.Failed => new Lapsed(),
        DeliveryState.Sending when record.ClaimUntil > now && record.ClaimTicket != ticket => new Waiting(record.ClaimUntil.Value),
        _ when now >= record.Deadline && !IsUntried(record) => new GivenUp($"Not sent by its deadline. {record.LastError}".TrimEnd()),
        _ when record.Attempts >= limits.MaxAttempts => new GivenUp($"Not sent in {record.Attempts} attempts. {record.LastError}".TrimEnd()),
        DeliveryState.Queued when record.NotBefore > now => new Waiting(record.NotBefore.Value),
        DeliveryState.Queued or DeliveryState.Sending => new Claimable(),
        _ => throw new InvalidOperationException($"Unknown delivery state {record.State}."),
    };
}
