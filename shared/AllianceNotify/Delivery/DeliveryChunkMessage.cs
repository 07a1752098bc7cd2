using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

/// <summary>A <see cref="DeliveryChunk"/> as it travels on <see cref="QueueName.Deliveries"/>: camel-case JSON.</summary>
public static class DeliveryChunkMessage
{
    /// <summary>The most contacts one chunk names, so that one batch of the store claims them.</summary>
    public const int MaxContacts = Storage.IEntityStore.MaxBatch;

    /// <summary>A chunk with a ticket of its own.</summary>
    public static DeliveryChunk NewChunk(AlertId alert, string channel, int round, string language, IReadOnlyList<ContactId> contacts) =>
        new(alert, channel, round, language, contacts) { Ticket = DeterministicId.Random("t-") };

    /// <summary>The message for it, with the current trace; <paramref name="notBefore"/> null: at once.</summary>
    public static QueueMessage ToMessage(this DeliveryChunk chunk, Lane lane, DateTimeOffset? notBefore = null) => new QueueMessage
    {
        Id = chunk.Ticket,
        Body = JsonSerializer.SerializeToUtf8Bytes(chunk, DeliveryChunkJson.Default.DeliveryChunk),
        Lane = lane,
        NotBefore = notBefore,
    }.WithTrace();

    /// <summary>The chunk in a message's body, or why there is none.</summary>
    public static (DeliveryChunk? Chunk, string? Unreadable) Read(ReadOnlyMemory<byte> body)
    {
        DeliveryChunk? chunk;
        try
        {
            chunk = JsonSerializer.Deserialize(body.Span, DeliveryChunkJson.Default.DeliveryChunk);
        }
        catch (JsonException exception)
        {
            return (null, $"Not a delivery chunk: {exception.Message}");
        }

        return chunk switch
        {
            null => (null, "Not a delivery chunk: null."),
            { Channel.Length: 0 } => (null, "The delivery chunk names no channel."),
            { Contacts.Count: 0 } => (null, "The delivery chunk names no contact."),
            { Ticket.Length: 0 } => (null, "The delivery chunk has no ticket."),
            { Round: < 0 or > 999 } => (null, $"The delivery chunk's round {chunk.Round} is not between 0 and 999."),
            _ => (chunk, null),
        };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DeliveryChunk))]
internal sealed partial class DeliveryChunkJson : JsonSerializerContext;
