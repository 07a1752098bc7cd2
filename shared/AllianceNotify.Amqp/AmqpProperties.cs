namespace AllianceNotify.Amqp;

/// <summary>
/// Application properties of the hub's messages. All are texts or whole numbers, and all may be missing: systems put reports
/// on the queue with none of them.
/// </summary>
public static class AmqpProperties
{
    /// <summary>
    /// <see cref="Messaging.QueueMessage.Id"/>. The broker's message-id is the same for the first copy and fresh for every later
    /// one (a delayed retry, a replay), which a broker that drops duplicates would otherwise drop.
    /// </summary>
    public const string Id = "hub-id";

    /// <summary>When the message was first sent: ISO 8601 in UTC, seven decimals.</summary>
    public const string EnqueuedAt = "hub-enqueued-at";

    /// <summary>How often earlier copies of the message were handed out. To be added to what the broker counts for this copy.</summary>
    public const string Deliveries = "hub-deliveries";

    /// <summary>The lane's word, as in the queue's name.</summary>
    public const string Lane = "hub-lane";

    /// <summary>On the delayed queue: when the message is due. ISO 8601 in UTC.</summary>
    public const string NotBefore = "hub-not-before";

    /// <summary>On a dead letter: why. At most 4,096 characters.</summary>
    public const string DeadReason = "hub-dead-reason";

    /// <summary>On a dead letter: when it was set aside. ISO 8601 in UTC.</summary>
    public const string DeadAt = "hub-dead-at";

    /// <summary>On a dead letter of our own queue: its id.</summary>
    public const string DeadId = "hub-dead-id";

    /// <summary>On a dead letter of Service Bus: how often it had been handed out, all copies together.</summary>
    public const string DeadDeliveries = "hub-dead-deliveries";

    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";
}
