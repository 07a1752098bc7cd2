using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace AllianceNotify.Amqp.Tests.ServiceBus;

/// <summary>One message in a queue of the peer.</summary>
internal sealed class PeerMessage(long sequence, byte[] encoded, DateTimeOffset enqueuedAt)
{
    public long Sequence => sequence;

    public byte[] Encoded { get; set; } = encoded;

    public DateTimeOffset EnqueuedAt => enqueuedAt;

    public DateTimeOffset? ScheduledFor { get; init; }

    public int DeliveryCount { get; set; }

    public Guid? Lock { get; set; }

    public DateTimeOffset LockedUntil { get; set; }

    public Message Decode() => Message.Decode(new ByteBuffer(Encoded, 0, Encoded.Length, Encoded.Length));
}

/// <summary>
/// One queue as Service Bus keeps it: locks that end, a count of deliveries, scheduled messages, dropped duplicates, and a
/// queue beside it for what is dead.
/// </summary>
internal sealed class PeerQueue(ServiceBusPeer peer, string name)
{
    private readonly Lock gate = new();
    private readonly List<PeerMessage> messages = [];
    private readonly List<(ListenerLink Link, int Credit)> consumers = [];
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private long sequence;

    public IReadOnlyList<PeerMessage> Messages
    {
        get
        {
            lock (gate)
            {
                return [.. messages];
            }
        }
    }

    private PeerQueue Dead => peer.Queue(name + ServiceBusPeer.Dead);

    public void Add(Message message, bool detectDuplicates, int deliveryCount = 0)
    {
        lock (gate)
        {
            if (detectDuplicates && message.Properties?.MessageId is { } id && !seen.Add(id))
            {
                return;
            }

            DateTimeOffset? scheduled = message.MessageAnnotations?[(Symbol)"x-opt-scheduled-enqueue-time"] is DateTime at
                ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc))
                : null;
            var buffer = message.Encode();
            messages.Add(new PeerMessage(++sequence, buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray(), peer.Time.GetUtcNow()) { ScheduledFor = scheduled, DeliveryCount = deliveryCount });
        }

        Serve();
    }

    public void Credit(ListenerLink link, int credit)
    {
        lock (gate)
        {
            var at = consumers.FindIndex(consumer => consumer.Link == link);
            if (at < 0)
            {
                consumers.Add((link, credit));
            }
            else
            {
                consumers[at] = (link, consumers[at].Credit + credit);
            }
        }

        Serve();
    }

    public void Leave(ListenerLink link)
    {
        lock (gate)
        {
            consumers.RemoveAll(consumer => consumer.Link == link);
        }
    }

    public void Serve()
    {
        lock (gate)
        {
            var now = peer.Time.GetUtcNow();
            foreach (var expired in messages.Where(message => message.Lock is not null && message.LockedUntil <= now).ToList())
            {
                Unlock(expired);
            }

            for (var i = 0; i < consumers.Count; i++)
            {
                while (consumers[i].Credit > 0 && messages.Find(message => message.Lock is null && !(message.ScheduledFor > now)) is { } next)
                {
                    consumers[i] = (consumers[i].Link, consumers[i].Credit - 1);
                    Deliver(consumers[i].Link, next, now);
                }
            }
        }
    }

    public void Settle(Guid lockToken, DeliveryState state)
    {
        lock (gate)
        {
            if (messages.Find(message => message.Lock == lockToken && message.LockedUntil > peer.Time.GetUtcNow()) is not { } held)
            {
                return;
            }

            switch (state)
            {
                case Accepted:
                    messages.Remove(held);
                    break;
                case Rejected rejected:
                    Bury(held, rejected.Error?.Info);
                    break;
                default:
                    Unlock(held);
                    break;
            }
        }

        Serve();
    }

    public DateTimeOffset? Renew(Guid lockToken)
    {
        lock (gate)
        {
            if (messages.Find(message => message.Lock == lockToken && message.LockedUntil > peer.Time.GetUtcNow()) is not { } held)
            {
                return null;
            }

            held.LockedUntil = peer.Time.GetUtcNow() + peer.LockDuration;
            return held.LockedUntil;
        }
    }

    /// <summary>As when a partition of the broker fails over: nobody's lock holds.</summary>
    public void DropLocks()
    {
        lock (gate)
        {
            foreach (var message in messages.Where(message => message.Lock is not null).ToList())
            {
                Unlock(message);
            }
        }

        Serve();
    }

    private void Deliver(ListenerLink link, PeerMessage next, DateTimeOffset now)
    {
        next.Lock = Guid.NewGuid();
        next.LockedUntil = now + peer.LockDuration;
        var message = Annotated(next);
        message.MessageAnnotations[(Symbol)"x-opt-locked-until"] = next.LockedUntil.UtcDateTime;
        try
        {
            peer.Send(link, message, next.Lock.Value.ToByteArray());
        }
        catch (AmqpException)
        {
            // The link is going; the lock runs out.
        }
    }

    public static Message Annotated(PeerMessage held)
    {
        var message = held.Decode();
        message.Header = new Header { Durable = true, DeliveryCount = (uint)held.DeliveryCount };
        message.MessageAnnotations ??= new MessageAnnotations();
        message.MessageAnnotations[(Symbol)"x-opt-sequence-number"] = held.Sequence;
        message.MessageAnnotations[(Symbol)"x-opt-enqueued-time"] = held.EnqueuedAt.UtcDateTime;
        return message;
    }

    private void Unlock(PeerMessage held)
    {
        held.Lock = null;
        held.DeliveryCount++;
        if (held.DeliveryCount >= ServiceBusPeer.MaxDeliveryCount && !name.EndsWith(ServiceBusPeer.Dead, StringComparison.Ordinal))
        {
            Bury(held, new Fields { [(Symbol)"DeadLetterReason"] = "MaxDeliveryCountExceeded" });
        }
    }

    private void Bury(PeerMessage held, Fields? properties)
    {
        messages.Remove(held);
        var message = Annotated(held);
        message.ApplicationProperties ??= new ApplicationProperties();
        foreach (var (key, value) in properties ?? [])
        {
            message.ApplicationProperties[key.ToString()] = value;
        }

        Dead.Add(message, detectDuplicates: false, held.DeliveryCount);
    }
}
