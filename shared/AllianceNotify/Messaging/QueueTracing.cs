using System.Diagnostics;
using AllianceNotify.Telemetry;

namespace AllianceNotify.Messaging;

/// <summary>Carries one trace across the queues: the sender's span travels in the message, the stage's span continues it.</summary>
public static class QueueTracing
{
    /// <summary>The message with the current span's W3C trace context.</summary>
    public static QueueMessage WithTrace(this QueueMessage message) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? message with { TraceParent = id } : message;

    /// <summary>A consumer span named <c>process {queue}</c>, child of the sender's span; null when nobody listens.</summary>
    public static Activity? StartProcessing(LeasedMessage message)
    {
        var parent = ActivityContext.TryParse(message.Message.TraceParent, null, out var context) ? context : default;
        var activity = HubTelemetry.Source.StartActivity($"process {message.Queue}", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.system", "alliancenotify");
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag("messaging.destination.name", message.Queue.Value);
        activity?.SetTag("messaging.message.id", message.Message.Id);
        return activity;
    }
}
