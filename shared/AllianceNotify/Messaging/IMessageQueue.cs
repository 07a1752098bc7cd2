namespace AllianceNotify.Messaging;

/// <summary>
/// The queues between the stages. At-least-once: a message is handed out until it is completed or dead-lettered, and
/// stages are written so that handling one twice changes nothing.
/// </summary>
/// <remarks>
/// <see cref="SendAsync"/> returns when all messages are durable. A lower lane is received before a higher one; inside a
/// lane roughly in order of becoming visible. A message whose lease ends without an answer is handed out again with its
/// delivery count raised; one handed out more often than <see cref="QueueName.MaxDeliveries"/> becomes a dead letter.
/// An exception means the queue could not be reached.
/// </remarks>
public interface IMessageQueue
{
    ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken);

    /// <summary>Waits until there is at least one message, then leases up to <paramref name="max"/> for <paramref name="lease"/>.</summary>
    ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Done: the message is gone. False where the lease had ended and another receiver may have it.</summary>
    ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken);

    /// <summary>Not done: visible again after <paramref name="delay"/>.</summary>
    ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Can never be done: kept aside with a reason a person can act on (at most 4,096 characters).</summary>
    ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken);

    /// <summary>Keeps the lease for another <paramref name="lease"/>. False where it had ended.</summary>
    ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Dead letters, oldest first, after the one named (null: from the start).</summary>
    ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken);

    /// <summary>Sends a dead letter's message again with a fresh delivery count and removes the dead letter. False where there is none of that id.</summary>
    ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken);

    /// <summary>What the queue holds. A broker may count what was settled a moment ago as still in hand.</summary>
    ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken);
}

/// <summary>A queue by name, and how often one message is handed out before it is set aside.</summary>
public sealed record QueueName(string Value, int MaxDeliveries = 10)
{
    /// <summary>Accepted reports, and reports that systems put there themselves (own JSON).</summary>
    public static readonly QueueName Reports = new("reports");

    /// <summary>Alerts to fan out.</summary>
    public static readonly QueueName Alerts = new("alerts");

    /// <summary>Chunks of deliveries to send.</summary>
    public static readonly QueueName Deliveries = new("deliveries");

    public static readonly IReadOnlyList<QueueName> All = [Reports, Alerts, Deliveries];

    public override string ToString() => Value;
}

/// <summary>Priority of a message: what is leased first. Fixed by urgency and mode when the message is made.</summary>
public enum Lane
{
    FlashActual,
    UrgentActual,
    RoutineActual,
    Exercise,
}

public sealed record QueueMessage
{
    /// <summary>Id for tracing and for brokers that detect duplicates; the queue itself does not compare it.</summary>
    public required string Id { get; init; }

    /// <summary>UTF-8 JSON of the stage's message, at most 192 KiB (so that a 256 KiB broker message holds it).</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required Lane Lane { get; init; }

    /// <summary>Not handed out before this time; null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>W3C trace context of the span that sent it; set by <see cref="QueueTracing"/>.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>A message in hand. <see cref="DeliveryCount"/> is 1 the first time.</summary>
public sealed record LeasedMessage(QueueName Queue, QueueMessage Message, string LeaseId, int DeliveryCount, DateTimeOffset EnqueuedAt, DateTimeOffset LeasedUntil);

public sealed record DeadLetter(string Id, QueueName Queue, QueueMessage Message, string Reason, int DeliveryCount, DateTimeOffset EnqueuedAt, DateTimeOffset DeadAt);

/// <summary>Messages waiting or leased, dead letters, and when the oldest waiting message was sent (null: none waits, or it is not known).</summary>
public sealed record QueueDepth(long Active, long DeadLetters, DateTimeOffset? OldestEnqueuedAt)
{
    /// <summary>False where something may wait and the broker does not let the oldest be looked at without taking it.</summary>
    public bool OldestKnown { get; init; } = true;

    /// <summary>False where the broker does not tell what it holds: the numbers are those of this process alone.</summary>
    public bool Counted { get; init; } = true;
}
