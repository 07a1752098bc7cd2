using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AllianceNotify.Amqp;
using AllianceNotify.Messaging;

namespace AllianceNotify.Contracts.FunctionsHost;

/// <summary>What the Functions host posts for a message or a timer, written by its rules.</summary>
public static class Invocation
{
    public static string Of(FunctionFolder function, LeasedMessage message)
    {
        var body = message.Message.Body.Span;
        var metadata = new JsonObject
        {
            ["MessageId"] = Text(message.LeaseId),
            ["DeliveryCount"] = message.DeliveryCount.ToString(CultureInfo.InvariantCulture),
            ["LockToken"] = Text(Guid.NewGuid().ToString()),
            ["EnqueuedTimeUtc"] = message.EnqueuedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            ["EnqueuedTime"] = message.EnqueuedAt.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
            ["SequenceNumber"] = "7",
            ["ApplicationProperties"] = new JsonObject
            {
                [AmqpProperties.Id] = message.Message.Id,
                [AmqpProperties.EnqueuedAt] = message.EnqueuedAt.UtcDateTime.ToString("o", CultureInfo.InvariantCulture),
                [AmqpProperties.TraceParent] = message.Message.TraceParent,
            },
        };
        PutBodyOver(metadata, body);
        return Whole(function, function.Text("dataType") == "binary" ? Convert.ToBase64String(body) : Text(Encoding.UTF8.GetString(body)), metadata);
    }

    public static string OfTimer(FunctionFolder function) => Whole(
        function,
        new JsonObject
        {
            ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
            ["ScheduleStatus"] = null,
            ["IsPastDue"] = false,
        },
        []);

    private static string Whole(FunctionFolder function, JsonNode input, JsonObject metadata)
    {
        metadata["sys"] = new JsonObject { ["MethodName"] = function.Name, ["UtcNow"] = "2026-11-24T06:09:02.1234567Z", ["RandGuid"] = Guid.NewGuid().ToString() };
        return new JsonObject { ["Data"] = new JsonObject { [function.Text("name")] = input }, ["Metadata"] = metadata }.ToJsonString();
    }

    /// <summary>Top-level properties of a JSON body take the place of what the broker said.</summary>
    private static void PutBodyOver(JsonObject metadata, ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("{"u8))
        {
            return;
        }

        foreach (var (name, value) in JsonNode.Parse(body)!.AsObject())
        {
            if (value is not null and not JsonArray)
            {
                var key = metadata.Select(pair => pair.Key).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;
                metadata[key] = value is JsonObject ? value.DeepClone() : Text(value.ToString());
            }
        }
    }

    /// <summary>A text as JSON text, which then is put into a JSON string.</summary>
    private static string Text(string text) => JsonSerializer.Serialize(text);
}
