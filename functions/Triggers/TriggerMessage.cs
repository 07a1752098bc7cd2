using System.Globalization;
using System.Text;
using System.Text.Json;
using AllianceNotify.Amqp;

namespace AllianceNotify.Functions.Triggers;

/// <summary>
/// A message of the broker as the host hands it over. All but the body is for information: the host lets top-level properties
/// of a JSON body take the place of the system properties of the same name, so a sender can make them say anything.
/// </summary>
internal sealed record TriggerMessage(ReadOnlyMemory<byte> Body)
{
    public string? Id { get; init; }

    /// <summary>1 the first time; earlier copies of a delayed message are counted.</summary>
    public int DeliveryCount { get; init; } = 1;

    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>W3C trace context of the sender.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>
/// Reads what the Functions host posts to a custom handler: <c>{"Data":{"input":…},"Metadata":{…}}</c>. The host writes most
/// values as JSON text inside a JSON string: text <c>hello</c> as <c>"\"hello\""</c>, a batch as <c>"[\"one\",\"two\"]"</c>,
/// a number as <c>"7"</c>; bytes as base64, once. The first character tells the three forms of a body apart.
/// </summary>
internal static class TriggerPayload
{
    private const int MostDeliveries = 1_000;

    /// <exception cref="FormatException">Not what the host writes.</exception>
    public static IReadOnlyList<TriggerMessage> ReadMessages(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var input = document.RootElement.GetProperty("Data").GetProperty(TriggerFunctions.Binding).GetString()
                ?? throw new FormatException("The input is null.");
            document.RootElement.TryGetProperty("Metadata", out var metadata);
            if (!input.StartsWith('['))
            {
                return [Describe(BodyOf(input), name => Value(metadata, name))];
            }

            using var batch = JsonDocument.Parse(input);
            return
            [
                .. batch.RootElement.EnumerateArray().Select((text, index) => Describe(
                    Encoding.UTF8.GetBytes(text.GetString() ?? throw new FormatException("A message of the batch is null.")),
                    name => Element(metadata, name, index))),
            ];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("The invocation is not as the Functions host writes it.", exception);
        }
    }

    private static byte[] BodyOf(string input) => input.StartsWith('"')
        ? Encoding.UTF8.GetBytes(JsonSerializer.Deserialize(input, TriggerJson.Default.String)!)
        : Convert.FromBase64String(input);

    private static TriggerMessage Describe(byte[] body, Func<string, JsonElement?> value)
    {
        var properties = value("ApplicationProperties") is { ValueKind: JsonValueKind.Object } given ? given : default;
        return new TriggerMessage(body)
        {
            Id = Text(Value(properties, AmqpProperties.Id)) ?? Text(value("MessageId")),
            DeliveryCount = Math.Max(Count(value("DeliveryCount")), 1) + Count(Value(properties, AmqpProperties.Deliveries)),
            EnqueuedAt = Time(Value(properties, AmqpProperties.EnqueuedAt)) ?? Time(value("EnqueuedTimeUtc")),
            TraceParent = Text(Value(properties, AmqpProperties.TraceParent)),
        };
    }

    private static int Count(JsonElement? value) =>
        int.TryParse(Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Min(count, MostDeliveries) : 0;

    private static DateTimeOffset? Time(JsonElement? value) => DateTimeOffset.TryParse(
        Text(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static JsonElement? Value(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) ? value : null;

    /// <summary>One message's value in a batch, from the array that has them all.</summary>
    private static JsonElement? Element(JsonElement metadata, string name, int index)
    {
        if (Value(metadata, name + "Array") is not { ValueKind: JsonValueKind.String } written || Parsed(written.GetString()!) is not { ValueKind: JsonValueKind.Array } array)
        {
            return null;
        }

        return index < array.GetArrayLength() ? array[index] : null;
    }

    /// <summary>A scalar's text, however many times it was encoded.</summary>
    private static string? Text(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { ValueKind: JsonValueKind.String } written => Parsed(written.GetString()!) is { ValueKind: JsonValueKind.String } inner
            ? inner.GetString()
            : written.GetString(),
        _ => null,
    };

    private static JsonElement? Parsed(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TriggerJson : System.Text.Json.Serialization.JsonSerializerContext;
