using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// The body of a webhook (<c>docs/webhooks.md</c>), in the shape that Standard Webhooks 1.0 advises. The mode stands in the type:
/// a receiver that looks at nothing else cannot take an exercise for the real thing.
/// </summary>
internal sealed record WebhookEvent(string Type, DateTime Timestamp, WebhookData Data)
{
    public static byte[] Write(AlertDispatch dispatch, DispatchRecipient recipient)
    {
        var alert = dispatch.Alert;
        var content = dispatch.Content;
        var @event = new WebhookEvent(
            $"alert.{alert.ShownMode.Wire()}.{Kebab(alert.Kind.ToString())}",
            alert.MadeAt.UtcDateTime,
            new WebhookData(
                alert.ShownMode,
                new WebhookAlert(
                    alert.Id,
                    alert.Situation,
                    alert.Revision,
                    alert.Kind,
                    alert.Category.Value,
                    alert.Urgency,
                    alert.Confidence,
                    new WebhookMarking(alert.Marking.Tlp, alert.Marking.Label, alert.Marking.ReleasableTo),
                    alert.ObservedAt.UtcDateTime,
                    alert.MadeAt.UtcDateTime,
                    alert.Source,
                    alert.Location is { } location
                        ? new WebhookLocation(location.Name, location.Latitude, location.Longitude, location.RadiusKm, location.AreaCodes)
                        : null,
                    alert.Facts,
                    [.. alert.Texts.Select(text => new WebhookText(text.Language, text.Title, text.Body))]),
                new WebhookMessage(recipient.MessageId, recipient.ThreadMessageId, dispatch.Round, content.Language, content.Subject, content.TextFor(recipient.AcknowledgeUrl)),
                recipient.Contact.Value,
                recipient.AcknowledgeUrl.AbsoluteUri));
        return JsonSerializer.SerializeToUtf8Bytes(@event, WebhookJson.Readable.WebhookEvent);
    }

    private static string Kebab(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}

internal sealed record WebhookData(ShownMode Mode, WebhookAlert Alert, WebhookMessage Message, string Contact, string AcknowledgeUrl);

internal sealed record WebhookAlert(
    AlertId Id,
    SituationId Situation,
    int Revision,
    AlertKind Kind,
    string Category,
    Urgency Urgency,
    double Confidence,
    WebhookMarking Marking,
    DateTime ObservedAt,
    DateTime MadeAt,
    string Source,
    WebhookLocation? Location,
    IReadOnlyDictionary<string, FactValue> Facts,
    IReadOnlyList<WebhookText> Texts);

internal sealed record WebhookMarking(Tlp Tlp, string Label, IReadOnlyList<string> ReleasableTo);

internal sealed record WebhookLocation(string? Name, double? Latitude, double? Longitude, double? RadiusKm, IReadOnlyList<string> AreaCodes);

internal sealed record WebhookText(string Language, string Title, string Body);

internal sealed record WebhookMessage(string Id, string? Thread, int Round, string Language, string Subject, string Text);

[JsonSerializable(typeof(WebhookEvent))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    /// <summary>Japanese as it is: a third of the size of escapes, and what is sent is JSON and never part of a page.</summary>
    public static readonly WebhookJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
