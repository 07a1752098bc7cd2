using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Telemetry;

namespace AllianceNotify.Delivery;

/// <summary>
/// What has to be durable before a chunk's message may go: those that wait are queued for their time, those given up on this
/// channel are planned on the contact's next one, and those without a next one are set aside for a person.
/// Every step may be done twice.
/// </summary>
internal sealed class FollowUps(
    DeliveryTable table, DeadLetterTable deadLetters, IMessageQueue queue, DeliveryOptions options, TimeProvider time, HubMetrics metrics)
{
    // Due times this close together share a message, which comes at the latest of them.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(250);

    public async Task ApplyAsync(
        Alert alert,
        DeliveryChunk chunk,
        IReadOnlyDictionary<ContactId, DateTimeOffset> waiting,
        IReadOnlyCollection<DeliveryRecord> lapsed,
        CancellationToken cancellationToken)
    {
        var lane = Lanes.For(alert.Urgency, alert.Mode);
        var messages = Later(chunk, waiting, lane);
        var next = lapsed.Select(NextOn).OfType<DeliveryRecord>().Select(record => record with
        {
            Deadline = options.DeadlineFor(record.Channel, alert.Urgency, time.GetUtcNow(), record.Fallbacks.Count == 0),
        });
        foreach (var group in next.GroupBy(record => (record.Channel, record.Round, record.Language)).ToList())
        {
            var toSend = await PlanAsync(alert.Id, group.Key.Channel, group.Key.Round, [.. group], cancellationToken).ConfigureAwait(false);
            messages.AddRange(toSend.Chunk(DeliveryChunkMessage.MaxContacts).Select(contacts =>
                DeliveryChunkMessage.NewChunk(alert.Id, group.Key.Channel, group.Key.Round, group.Key.Language, contacts).ToMessage(lane)));
        }

        foreach (var record in lapsed.Where(record => NextOn(record) is null))
        {
            await SetAsideAsync(record, lane, cancellationToken).ConfigureAwait(false);
        }

        if (messages.Count > 0)
        {
            await queue.SendAsync(QueueName.Deliveries, messages, cancellationToken).ConfigureAwait(false);
        }
    }

    private static List<QueueMessage> Later(DeliveryChunk chunk, IReadOnlyDictionary<ContactId, DateTimeOffset> waiting, Lane lane)
    {
        var messages = new List<QueueMessage>();
        var byTime = waiting.OrderBy(pair => pair.Value).ToList();
        for (var first = 0; first < byTime.Count;)
        {
            var end = first;
            while (end < byTime.Count && byTime[end].Value - byTime[first].Value <= Together)
            {
                end++;
            }

            var contacts = byTime[first..end].Select(pair => pair.Key).Order(ByValue).ToList();
            messages.Add(DeliveryChunkMessage.NewChunk(chunk.Alert, chunk.Channel, chunk.Round, chunk.Language, contacts)
                .ToMessage(lane, byTime[end - 1].Value));
            first = end;
        }

        return messages;
    }

    private static readonly Comparer<ContactId> ByValue = Comparer<ContactId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));

    /// <summary>The same alert to the same person by their next channel, under the same Message-ID; null where there is none.</summary>
    private static DeliveryRecord? NextOn(DeliveryRecord failed)
    {
        var untried = failed.Fallbacks.SkipWhile(channel => channel.Channel == failed.Channel && channel.Address == failed.Address).ToList();
        return untried is not [var next, .. var rest] ? null : failed with
        {
            Channel = next.Channel,
            Address = next.Address,
            Fallbacks = rest,
            State = DeliveryState.Queued,
            Attempts = 0,
            NotBefore = null,
            LastError = null,
            ClaimTicket = null,
            ClaimUntil = null,
            FirstAttemptAt = null,
            SentAt = null,
            ProviderId = null,
        };
    }

    /// <summary>Plans what is not planned yet; answers who has something to send.</summary>
    private async Task<List<ContactId>> PlanAsync(
        AlertId alert, string channel, int round, IReadOnlyList<DeliveryRecord> planned, CancellationToken cancellationToken)
    {
        var there = await table.GetManyAsync(alert, [.. planned.Select(record => record.Contact)], channel, round, cancellationToken).ConfigureAwait(false);
        var present = there.ToDictionary(record => record.Value.Contact);
        var toSend = new List<ContactId>();
        foreach (var record in planned)
        {
            if (!present.TryGetValue(record.Contact, out var other))
            {
                toSend.Add(record.Contact);
            }
            else if (other.Value is { State: DeliveryState.Queued } && other.Value.Address == record.Address)
            {
                // Planned before; whether its chunk was sent nobody knows.
                toSend.Add(record.Contact);
            }
            else if (other.Value is { State: DeliveryState.Failed } && other.Value.Address != record.Address)
            {
                // A second address on a channel whose first address failed: the row moves on to it.
                await table.ReplaceAsync(alert, [(record, other.ETag)], cancellationToken).ConfigureAwait(false);
                toSend.Add(record.Contact);
            }
        }

        await table.PlanAsync(alert, [.. planned.Where(record => !present.ContainsKey(record.Contact))], cancellationToken).ConfigureAwait(false);
        return toSend;
    }

    private async Task SetAsideAsync(DeliveryRecord record, Lane lane, CancellationToken cancellationToken)
    {
        var again = DeliveryChunkMessage.NewChunk(record.Alert, record.Channel, record.Round, record.Language, [record.Contact]).ToMessage(lane);
        var letter = new StoredDeadLetter
        {
            Id = StoredDeadLetter.IdOf(
                record.PlannedAt, record.Alert.Value, record.Contact.Value, record.Channel, record.Round.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Queue = QueueName.Deliveries.Value,
            Body = System.Text.Encoding.UTF8.GetString(again.Body.Span),
            Lane = lane,
            Reason = $"Contact {record.Contact} was not told by {record.Channel}, their last channel. {record.LastError}".TrimEnd(),
            Attempts = record.Attempts,
            PlannedAt = record.PlannedAt,
            DeadAt = time.GetUtcNow(),
        };
        if (await deadLetters.AddAsync(letter, cancellationToken).ConfigureAwait(false))
        {
            metrics.DeadLettered(QueueName.Deliveries.Value);
        }
    }
}
