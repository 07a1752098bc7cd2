using AllianceNotify.Messaging;

namespace AllianceNotify.Amqp.Receiving;

/// <summary>A message in somebody's hand, and until when.</summary>
internal sealed class Lease(Arrival arrival, DateTimeOffset until)
{
    public Arrival Arrival => arrival;

    public string Id { get; } = DeterministicId.Random("lease-");

    public DateTimeOffset Until { get; set; } = until;
}

/// <summary>The leases of one queue in this process. Used under its receiver's lock.</summary>
internal sealed class Leases(TimeProvider time)
{
    private readonly Dictionary<string, Lease> held = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Lease, DateTimeOffset> ends = new();

    public int Count => held.Count;

    public IEnumerable<Lease> All => held.Values;

    /// <summary>When the first ends; null while none is held. May be early by a renewal.</summary>
    public DateTimeOffset? NextEnd => ends.TryPeek(out _, out var end) ? end : null;

    public LeasedMessage Add(QueueName queue, Arrival arrival, TimeSpan span)
    {
        var lease = new Lease(arrival, time.GetUtcNow() + span);
        held.Add(lease.Id, lease);
        ends.Enqueue(lease, lease.Until);
        return new LeasedMessage(queue, arrival.Carried.Message, lease.Id, arrival.HandedOut + 1, arrival.Carried.EnqueuedAt, lease.Until);
    }

    /// <summary>The lease, if it is held still.</summary>
    public Lease? Find(string id) => held.TryGetValue(id, out var lease) && lease.Until > time.GetUtcNow() ? lease : null;

    public Lease? Take(string id)
    {
        var lease = Find(id);
        if (lease is not null)
        {
            held.Remove(id);
        }

        return lease;
    }

    /// <summary>An answer could not be given to the broker: the lease goes on.</summary>
    public void PutBack(Lease lease)
    {
        held[lease.Id] = lease;
        ends.Enqueue(lease, lease.Until);
    }

    public List<Lease> TakeEnded()
    {
        var ended = new List<Lease>();
        var now = time.GetUtcNow();
        while (ends.TryPeek(out var lease, out var end) && end <= now)
        {
            ends.Dequeue();
            if (!held.ContainsKey(lease.Id))
            {
                continue;
            }

            if (lease.Until > now)
            {
                ends.Enqueue(lease, lease.Until);
                continue;
            }

            held.Remove(lease.Id);
            ended.Add(lease);
        }

        return ended;
    }

    /// <summary>What came over a link that is gone belongs to the broker again.</summary>
    public void Forget(Predicate<Arrival> isGone)
    {
        foreach (var lease in held.Values.Where(lease => isGone(lease.Arrival)).ToList())
        {
            held.Remove(lease.Id);
        }
    }
}
