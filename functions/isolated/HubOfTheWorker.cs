using System.Globalization;
using AllianceNotify.Amqp;
using AllianceNotify.Functions.Hosting;
using AllianceNotify.Functions.Triggers;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace AllianceNotify.Isolated;

/// <summary>The hub that the worker's functions call.</summary>
public sealed class HubOfTheWorker : IHostedService, IAsyncDisposable
{
    private readonly HandedHub hub;

    public HubOfTheWorker()
        : this(new HandedHub())
    {
    }

    internal HubOfTheWorker(HandedHub hub) => this.hub = hub;

    public Task StartAsync(CancellationToken cancellationToken) => hub.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => hub.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    internal Task AnswerAsync(HttpContext context) => hub.AnswerAsync(context);

    internal Task RunSweepAsync(string function, CancellationToken cancellationToken) => hub.RunSweepAsync(function, cancellationToken);

    internal Task RunStageAsync(string function, ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        var earlier = int.TryParse(Property(message, AmqpProperties.Deliveries), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
        var told = DateTimeOffset.TryParse(
            Property(message, AmqpProperties.EnqueuedAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at);
        return hub.RunStageAsync(
            function,
            new TriggerMessage(message.Body.ToMemory())
            {
                Id = Property(message, AmqpProperties.Id) ?? message.MessageId,
                DeliveryCount = message.DeliveryCount + Math.Clamp(earlier, 0, 1_000),
                EnqueuedAt = told ? at : message.EnqueuedTime,
                TraceParent = Property(message, AmqpProperties.TraceParent),
            },
            cancellationToken);
    }

    private static string? Property(ServiceBusReceivedMessage message, string name) =>
        message.ApplicationProperties.TryGetValue(name, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}
