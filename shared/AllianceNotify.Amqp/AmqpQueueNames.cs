using AllianceNotify.Messaging;

namespace AllianceNotify.Amqp;

/// <summary>
/// What the hub's queues are called on a broker. Brokers have no priorities that all of them share (Service Bus has none at
/// all), so each lane is a queue of its own and receivers take from the first lane that has something: <c>reports-flash</c>,
/// <c>reports-urgent</c>, <c>reports-routine</c>, <c>reports-exercise</c>. Where the broker has no dead letters and no delays
/// that AMQP 1.0 can reach, two more queues hold those: <c>reports-dead</c>, <c>reports-delayed</c>.
/// </summary>
/// <param name="prefix">Put before every name, so that several hubs can share a broker; empty for none.</param>
public sealed class AmqpQueueNames(string prefix = "")
{
    /// <summary>In the order in which they are received.</summary>
    public static readonly IReadOnlyList<Lane> Lanes = [Lane.FlashActual, Lane.UrgentActual, Lane.RoutineActual, Lane.Exercise];

    public string Of(QueueName queue, Lane lane) => $"{prefix}{queue.Value}-{WordOf(lane)}";

    /// <summary>The queues of all lanes, first to be received first.</summary>
    public IReadOnlyList<string> LanesOf(QueueName queue) => [.. Lanes.Select(lane => Of(queue, lane))];

    /// <summary>Messages whose time has not come. Not on Service Bus, which schedules.</summary>
    public string DelayedOf(QueueName queue) => $"{prefix}{queue.Value}-delayed";

    /// <summary>Messages set aside. Not on Service Bus, where each lane's queue has a dead-letter queue of its own.</summary>
    public string DeadOf(QueueName queue) => $"{prefix}{queue.Value}-dead";

    /// <summary>Every queue that Service Bus must have.</summary>
    public IReadOnlyList<string> OnServiceBus => [.. QueueName.All.SelectMany(LanesOf)];

    /// <summary>Every queue on any other broker.</summary>
    public IReadOnlyList<string> OnOtherBrokers => [.. QueueName.All.SelectMany(queue => LanesOf(queue).Append(DelayedOf(queue)).Append(DeadOf(queue)))];

    public static string WordOf(Lane lane) => lane switch
    {
        Lane.FlashActual => "flash",
        Lane.UrgentActual => "urgent",
        Lane.RoutineActual => "routine",
        Lane.Exercise => "exercise",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, "No lane."),
    };

    /// <summary>Null where the word names none.</summary>
    public static Lane? LaneOf(string? word) => word switch
    {
        "flash" => Lane.FlashActual,
        "urgent" => Lane.UrgentActual,
        "routine" => Lane.RoutineActual,
        "exercise" => Lane.Exercise,
        _ => null,
    };
}
