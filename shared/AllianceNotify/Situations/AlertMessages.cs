using System.Text.Json;
using AllianceNotify.Messaging;

namespace AllianceNotify.Situations;

/// <summary>Messages on <see cref="QueueName.Alerts"/>.</summary>
public static class AlertMessages
{
    /// <summary>Asks the fan-out stage to plan an alert's deliveries, or those of a further round of asking.</summary>
    public static ValueTask SendAsync(IMessageQueue queue, Alert alert, int round, CancellationToken cancellationToken, DateTimeOffset? notBefore = null)
    {
        var message = new QueueMessage
        {
            Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{alert.Id}.{round}"),
            Body = JsonSerializer.SerializeToUtf8Bytes(new AlertToFanOut(alert.Id) { Round = round }, StageJson.Default.AlertToFanOut),
            NotBefore = notBefore,
            Lane = Lanes.For(alert.Urgency, alert.Mode),
        };
        return queue.SendAsync(QueueName.Alerts, [message.WithTrace()], cancellationToken);
    }
}
