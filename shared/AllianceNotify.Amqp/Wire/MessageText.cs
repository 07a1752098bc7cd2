using System.Globalization;
using System.Text;
using AllianceNotify.Messaging;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AllianceNotify.Amqp.Wire;

/// <summary>A message of the hub with what travels beside it.</summary>
/// <param name="Message">Without a time before which it is not due.</param>
/// <param name="EnqueuedAt">When it was first sent.</param>
/// <param name="Deliveries">How often earlier copies were handed out.</param>
internal sealed record Carried(QueueMessage Message, DateTimeOffset EnqueuedAt, int Deliveries);

/// <summary>The one place that knows how a message of the hub looks on the wire.</summary>
internal static class MessageText
{
    private const string MomentFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public static readonly Symbol ScheduledEnqueueTime = "x-opt-scheduled-enqueue-time";

    private static readonly Symbol EnqueuedTime = "x-opt-enqueued-time";

    /// <param name="queue">Whose stage it is for.</param>
    /// <param name="carried">What to send.</param>
    /// <param name="copy">False for the first copy, whose message-id lets the broker drop what is sent twice.</param>
    public static Message Write(string queue, Carried carried, bool copy)
    {
        var message = carried.Message;
        var properties = new ApplicationProperties
        {
            [AmqpProperties.Id] = message.Id,
            [AmqpProperties.EnqueuedAt] = Moment(carried.EnqueuedAt),
            [AmqpProperties.Lane] = AmqpQueueNames.WordOf(message.Lane),
        };
        if (carried.Deliveries > 0)
        {
            properties[AmqpProperties.Deliveries] = carried.Deliveries;
        }

        if (message.TraceParent is { } trace)
        {
            properties[AmqpProperties.TraceParent] = trace;
        }

        return new Message
        {
            Header = new Header { Durable = true },
            Properties = new Properties
            {
                MessageId = copy ? DeterministicId.Random("copy-") : message.Id,
                CorrelationId = message.Id,
                Subject = queue,
                ContentType = "application/json",
                CreationTime = carried.EnqueuedAt.UtcDateTime,
            },
            ApplicationProperties = properties,
            BodySection = new Data { Binary = message.Body.ToArray() },
        };
    }

    /// <param name="message">Whatever came: systems put reports on the queue with none of our properties.</param>
    /// <param name="lane">Where it came from; null: its own property says.</param>
    /// <param name="now">Its age starts here where nothing says when it was sent.</param>
    public static Carried Read(Message message, Lane? lane, DateTimeOffset now) => new(
        new QueueMessage
        {
            Id = Text(message, AmqpProperties.Id) ?? IdOf(message) ?? DeterministicId.Random("message-"),
            Body = Body(message),
            Lane = lane ?? AmqpQueueNames.LaneOf(Text(message, AmqpProperties.Lane)) ?? Lane.RoutineActual,
            TraceParent = Text(message, AmqpProperties.TraceParent),
        },
        Moment(message, AmqpProperties.EnqueuedAt) ?? Sent(message) ?? now,
        Number(message, AmqpProperties.Deliveries));

    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString(MomentFormat, CultureInfo.InvariantCulture);

    public static DateTimeOffset? Moment(Message message, string property) =>
        DateTimeOffset.TryParseExact(Text(message, property), MomentFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    public static string? Text(Message message, string property) => message.ApplicationProperties?[property]?.ToString();

    /// <summary>Never negative; nought where it is missing or no number.</summary>
    public static int Number(Message message, string property) =>
        int.TryParse(Text(message, property), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public static DateTimeOffset? Sent(Message message) => message switch
    {
        { MessageAnnotations: { } annotations } when annotations[EnqueuedTime] is DateTime enqueued => Utc(enqueued),
        { Properties: { } properties } when properties.CreationTime > DateTime.UnixEpoch => Utc(properties.CreationTime),
        _ => null,
    };

    public static DateTimeOffset Utc(DateTime moment) => new(DateTime.SpecifyKind(moment, DateTimeKind.Utc), TimeSpan.Zero);

    private static string? IdOf(Message message) => message.Properties?.GetMessageId()?.ToString() is { Length: > 0 } id ? id : null;

    private static byte[] Body(Message message) => message.Body switch
    {
        byte[] bytes => bytes,
        Data[] parts => [.. parts.SelectMany(part => part.Binary)],
        string text => Encoding.UTF8.GetBytes(text),
        // A list or a map is no JSON; the stage says so.
        _ => [],
    };
}
