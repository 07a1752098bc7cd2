#nullable disable // As the library is.
#pragma warning disable CA1724 // Its names.

namespace Azure.Messaging.ServiceBus;

/// <summary>
/// What the head uses of Azure.Messaging.ServiceBus 7.20: names and types as its source declares them (github.com/Azure/azure-sdk-for-net).
/// It is made by <see cref="ServiceBusModelFactory"/> there as well.
/// </summary>
public class ServiceBusReceivedMessage
{
    internal ServiceBusReceivedMessage()
    {
    }

    public BinaryData Body { get; internal init; }

    public string MessageId { get; internal init; }

    public IReadOnlyDictionary<string, object> ApplicationProperties { get; internal init; }

    public int DeliveryCount { get; internal init; }

    public DateTimeOffset EnqueuedTime { get; internal init; }
}

public static class ServiceBusModelFactory
{
    /// <remarks>The library's has more parameters between these; called by name.</remarks>
    public static ServiceBusReceivedMessage ServiceBusReceivedMessage(
        BinaryData body = default,
        string messageId = default,
        IDictionary<string, object> properties = default,
        int deliveryCount = default,
        DateTimeOffset enqueuedTime = default) => new()
        {
            Body = body,
            MessageId = messageId,
            ApplicationProperties = new Dictionary<string, object>(properties ?? new Dictionary<string, object>()),
            DeliveryCount = deliveryCount,
            EnqueuedTime = enqueuedTime,
        };
}
