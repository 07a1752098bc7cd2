using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Delivery;

/// <summary>A delivery that is ours to send: as it was read, and as we claimed it.</summary>
internal sealed record ClaimedDelivery(DeliveryRecord Read, DeliveryRecord Record, ETag ETag);

/// <summary>Deliveries of one chunk that go to one target, and the room it gave them.</summary>
internal sealed record TargetShare(ChannelTarget Target, ChannelTarget.Entry Entry)
{
    public List<ClaimedDelivery> Claimed { get; } = [];
}

/// <summary>
/// Takes what a chunk may send now: reads its records, withholds from whoever may not be told any more, gives up addresses that are
/// nobody's any more, asks the targets for room, and claims, all in one write. The write is conditional, so that of two workers with copies of one chunk each delivery has one.
/// </summary>
internal sealed class ChunkClaims(DeliveryTable table, LastLook look, DeliveryOptions options, ChannelPipelines pipelines, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ContactId, Room> rooms = [];
    private IReadOnlyDictionary<ContactId, Objection> objections = new Dictionary<ContactId, Objection>();
    private readonly Dictionary<string, TargetShare> shares = new(StringComparer.Ordinal);

    /// <summary>What to send, by target.</summary>
    public IEnumerable<TargetShare> Shares => shares.Values.Where(share => share.Claimed.Count > 0);

    /// <summary>Contacts whose delivery has to wait, and until when.</summary>
    public Dictionary<ContactId, DateTimeOffset> Waiting { get; } = [];

    /// <summary>Given up on this channel, by us now or by an earlier run: the next channel or a person has to have them.</summary>
    public List<DeliveryRecord> Lapsed { get; } = [];

    /// <summary>Those that this run gave up.</summary>
    public List<DeliveryStep> GivenUp { get; } = [];

    /// <summary>Withheld just before sending, by us now or by an earlier run.</summary>
    public List<DeliveryRecord> Withheld { get; } = [];

    /// <summary>Contacts without a record.</summary>
    public List<ContactId> Unplanned { get; } = [];

    public async Task TakeAsync(
        Alert alert, DeliveryChunk chunk, IAlertChannel? channel, Lane lane, DateTimeOffset claimUntil, CancellationToken cancellationToken)
    {
        var open = await table.GetManyAsync(chunk.Alert, chunk.Contacts, chunk.Channel, chunk.Round, cancellationToken).ConfigureAwait(false);
        Unplanned.AddRange(chunk.Contacts.Except(open.Select(record => record.Value.Contact)));
        Withheld.AddRange(open.Select(record => record.Value).Where(record => record is { State: DeliveryState.Withheld, WithheldAt: not null }));
        objections = await look.ObjectionsAsync(
            alert, [.. open.Select(record => record.Value).Where(record => DueDelivery.IsFree(record, chunk.Ticket, time.GetUtcNow()))], cancellationToken)
            .ConfigureAwait(false);
        AskForRoom(chunk, channel, lane, open);
        while (open.Count > 0)
        {
            var writes = Decide(chunk, channel, open, claimUntil);
            if (writes.Count == 0)
            {
                return;
            }

            var result = await table.ReplaceAsync(chunk.Alert, [.. writes.Select(write => (write.Next, write.Read.ETag))], cancellationToken)
                .ConfigureAwait(false);
            if (result is WriteResult.Applied applied)
            {
                Keep(writes, applied.ETags);
                return;
            }

            // Somebody was faster with at least one. What they are now decides anew.
            open = await table.GetManyAsync(
                chunk.Alert, [.. writes.Select(write => write.Next.Contact)], chunk.Channel, chunk.Round, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var share in shares.Values)
        {
            share.Entry.Dispose();
        }
    }

    private void AskForRoom(DeliveryChunk chunk, IAlertChannel? channel, Lane lane, List<Versioned<DeliveryRecord>> open)
    {
        if (channel is null)
        {
            return;
        }

        var now = time.GetUtcNow();
        var limits = options.For(chunk.Channel);
        var byTarget = open
            .Where(record => !objections.ContainsKey(record.Value.Contact) && DueDelivery.Of(record.Value, chunk.Ticket, now, limits) is DueDelivery.Claimable)
            .GroupBy(record => channel.TargetOf(record.Value.Address), StringComparer.Ordinal);
        foreach (var group in byTarget)
        {
            var members = group.ToList();
            var target = pipelines.For(chunk.Channel, group.Key);
            var entry = target.Enter(lane, (members.Count + channel.MaxRecipients - 1) / channel.MaxRecipients);
            var share = shares[group.Key] = new TargetShare(target, entry);
            for (var i = 0; i < members.Count; i++)
            {
                var admitted = i < (long)entry.Granted * channel.MaxRecipients;
                rooms[members[i].Value.Contact] = new Room(share, admitted ? null : entry.RestAt ?? now + AskAgain);
            }
        }
    }

    private List<Write> Decide(DeliveryChunk chunk, IAlertChannel? channel, List<Versioned<DeliveryRecord>> open, DateTimeOffset claimUntil)
    {
        var now = time.GetUtcNow();
        var limits = options.For(chunk.Channel);
        var writes = new List<Write>();
        foreach (var read in open)
        {
            var record = read.Value;
            var objection = objections.GetValueOrDefault(record.Contact);
            if (objection is Objection.MayNotBeTold { Reason: var why } && DueDelivery.IsFree(record, chunk.Ticket, now))
            {
                writes.Add(new Write(read, null, DeliveryStep.Withhold(record, why, now)));
                continue;
            }

            switch (DueDelivery.Of(record, chunk.Ticket, now, limits))
            {
                case DueDelivery.Lapsed:
                    Lapsed.Add(record);
                    break;
                case DueDelivery.Waiting waiting:
                    Waiting[record.Contact] = waiting.Until;
                    break;
                case DueDelivery.GivenUp given:
                    writes.Add(new Write(read, null, DeliveryStep.Fail(record, given.Reason, DeliveryStep.GaveUp)));
                    break;
                case DueDelivery.Claimable when objection is Objection.IsElsewhere { Instead: var instead }:
                    writes.Add(new Write(read, null, DeliveryStep.Redirect(record, instead)));
                    break;
                case DueDelivery.Claimable when channel is null:
                    var reason = $"No channel named {record.Channel} is set up.";
                    writes.Add(new Write(read, null, DeliveryStep.Fail(record, reason, DeliveryStep.Misconfigured)));
                    break;
                case DueDelivery.Claimable when rooms.GetValueOrDefault(record.Contact) is { Later: null } room:
                    writes.Add(new Write(read, room.Share, new DeliveryStep(DeliveryStep.Claim(record, chunk.Ticket, now, claimUntil), "")));
                    break;
                case DueDelivery.Claimable:
                    var later = rooms.GetValueOrDefault(record.Contact)?.Later ?? now + AskAgain;
                    if (later < record.Deadline || (record.Fallbacks.Count == 0 && DueDelivery.IsUntried(record)))
                    {
                        Waiting[record.Contact] = later;
                    }
                    else
                    {
                        var full = $"The target takes nothing until after the deadline. {record.LastError}".TrimEnd();
                        writes.Add(new Write(read, null, DeliveryStep.Fail(record, full, DeliveryStep.GaveUp)));
                    }

                    break;
            }
        }

        return writes;
    }

    private void Keep(List<Write> writes, IReadOnlyList<ETag> etags)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            if (writes[i].Share is { } share)
            {
                share.Claimed.Add(new ClaimedDelivery(writes[i].Read.Value, writes[i].Next, etags[i]));
            }
            else if (writes[i].Next.State == DeliveryState.Withheld)
            {
                Withheld.Add(writes[i].Next);
            }
            else
            {
                Lapsed.Add(writes[i].Next);
                GivenUp.Add(writes[i].Step);
            }
        }
    }

    /// <summary><paramref name="Later"/> null: there is room now.</summary>
    private sealed record Room(TargetShare Share, DateTimeOffset? Later);

    private sealed record Write(Versioned<DeliveryRecord> Read, TargetShare? Share, DeliveryStep Step)
    {
        public DeliveryRecord Next => Step.Record;
    }
}
