using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.FanOut;

/// <summary>Somebody to be told, with what is needed to write the delivery.</summary>
internal sealed record Recipient(Contact Contact, string Reason)
{
    /// <summary>The marking rule that withholds it; null: may be told.</summary>
    public string? Withheld { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The lists that reach this contact; empty where it is told for another reason.</summary>
    public IReadOnlyList<ListId> Lists { get; init; } = [];

    /// <summary>How many of the contact's channels to pass over, where another is asked for than last time.</summary>
    public int SkipChannels { get; init; }

    /// <summary>Message-ID that this contact's thread began with.</summary>
    public string? ThreadMessageId { get; init; }
}

/// <summary>How many were planned for, and how many may not be told or cannot be reached.</summary>
internal readonly record struct PlannedCounts(int Told, int Withheld, int Unreachable);

/// <summary>
/// Writes the deliveries of one alert and round, then queues them in chunks. Records are durable before the message that
/// speaks of them is sent; planning again writes only what is missing and queues copies that the claims make harmless.
/// </summary>
internal sealed class PlanDeliveries(
    DeliveryTable deliveries, IMessageQueue queue, DeliveryOptions options, FanOutOptions fanOut, TimeProvider time, Alert alert, int round)
{
    private readonly List<DeliveryRecord> pending = new(FirstBuffer);
    private int told;
    private int withheld;
    private int unreachable;

    // The first recipients are sent to while the rest are planned; later flushes are larger because each costs a few commits.
    private const int FirstBuffer = 100;
    private const int BufferSize = 1000;
    private int buffer = FirstBuffer;

    public PlannedCounts Counts => new(told, withheld, unreachable);

    public async ValueTask AddAsync(Recipient recipient, CancellationToken cancellationToken)
    {
        pending.Add(RecordFor(recipient));
        if (pending.Count >= buffer)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (pending.Count == 0)
        {
            return;
        }

        await Task.WhenAll(pending.Chunk(IEntityStore.MaxBatch)
            .Select(batch => deliveries.PlanAsync(alert.Id, batch, cancellationToken))).ConfigureAwait(false);
        var lane = Lanes.For(alert.Urgency, alert.Mode);
        var messages = pending
            .Where(record => record.State == DeliveryState.Queued)
            .GroupBy(record => (record.Channel, record.Language, record.NotBefore))
            .SelectMany(group => group.Chunk(fanOut.ChunkSize)
                .Select(chunk => DeliveryChunkMessage
                    .NewChunk(alert.Id, group.Key.Channel, round, group.Key.Language, [.. chunk.Select(record => record.Contact)])
                    .ToMessage(lane, group.Key.NotBefore)))
            .ToList();
        if (messages.Count > 0)
        {
            await queue.SendAsync(QueueName.Deliveries, messages, cancellationToken).ConfigureAwait(false);
        }

        pending.Clear();
        buffer = Math.Min(buffer * 2, BufferSize);
    }

    private DeliveryRecord RecordFor(Recipient recipient)
    {
        var contact = recipient.Contact;
        var now = time.GetUtcNow();
        var skip = recipient.SkipChannels < contact.Channels.Count ? recipient.SkipChannels : 0;
        var channel = contact.Channels.Count > 0 ? contact.Channels[skip] : new ContactChannel("none", "");
        var fallbacks = contact.Channels.Skip(skip + 1).ToList();
        var state = (recipient.Withheld, contact.Channels.Count) switch
        {
            (not null, _) => DeliveryState.Withheld,
            (_, 0) => DeliveryState.Failed,
            _ => DeliveryState.Queued,
        };
        _ = state switch
        {
            DeliveryState.Withheld => withheld++,
            DeliveryState.Failed => unreachable++,
            _ => told++,
        };
        return new DeliveryRecord
        {
            Alert = alert.Id,
            Contact = contact.Id,
            Channel = channel.Channel,
            Round = round,
            State = state,
            Address = state == DeliveryState.Queued ? channel.Address : "",
            DisplayName = state == DeliveryState.Queued ? contact.Name.In(LanguageOf(contact)) : null,
            Agency = contact.Agency,
            Language = LanguageOf(contact),
            Fallbacks = state == DeliveryState.Queued ? fallbacks : [],
            Reason = recipient.Withheld ?? recipient.Reason,
            Lists = state == DeliveryState.Queued && recipient.Lists.Count > 0 ? recipient.Lists : null,
            Deadline = options.DeadlineFor(channel.Channel, alert.Urgency, recipient.NotBefore ?? now, lastChannel: fallbacks.Count == 0),
            NotBefore = recipient.NotBefore,
            LastError = state == DeliveryState.Failed ? "The contact has no channel." : null,
            MessageId = MessageIdOf(contact.Id, channel.Channel),
            ThreadMessageId = recipient.ThreadMessageId,
            PlannedAt = now,
        };
    }

    private string MessageIdOf(ContactId contact, string channel) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{alert.Id}.{DeterministicId.Of("", contact.Value, channel)}.{round}@{fanOut.MessageIdDomain}");

    private static string LanguageOf(Contact contact) =>
        contact.Languages.Select(language => language.StartsWith("ja", StringComparison.OrdinalIgnoreCase) ? "ja"
            : language.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? "en" : null).FirstOrDefault(language => language is not null) ?? "en";
}

/// <summary>Configuration section <c>FanOut</c>.</summary>
public sealed class FanOutOptions
{
    public const string Section = "FanOut";

    /// <summary>Recipients in one delivery message. 1 to 100.</summary>
    public int ChunkSize { get; set; } = 50;

    /// <summary>Right-hand side of every Message-ID (RFC 5322 §3.6.4): a domain of the hub's operator.</summary>
    public string MessageIdDomain { get; set; } = "alliancenotify.invalid";
}
