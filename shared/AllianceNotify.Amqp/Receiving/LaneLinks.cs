using AllianceNotify.Amqp.Brokers;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Amqp;

namespace AllianceNotify.Amqp.Receiving;

/// <summary>
/// The links to the lanes of one queue: made when somebody wants to receive, and again after they or their connection ended. What they
/// bring is kept in a <see cref="LaneLink"/> each, under the receiver's lock.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing, and an attaching under way outlives its receiver.
internal sealed class LaneLinks(string name, Broker broker, BrokerConnection connection, Lock gate, TimeProvider time, TimeProvider wire)
#pragma warning restore CA1001
{
    private readonly LaneLink?[] lanes = new LaneLink?[AmqpQueueNames.Lanes.Count];
    private readonly SemaphoreSlim attaching = new(1);
    private Live? live;

    /// <summary>Something came, or the broker said what it has.</summary>
    public required Action Changed { get; init; }

    /// <summary>A link ended, for this reason: what came over it is the broker's again.</summary>
    public required Action<LaneLink, ReceiverLink, string?> Lost { get; init; }

    /// <summary>Most urgent first; null where none was ever attached. To be used under the lock.</summary>
    public IReadOnlyList<LaneLink?> All => lanes;

    /// <summary>The connection goes down with all its links, and the broker has everything back.</summary>
    public void EndConnection() => live?.Dispose();

    /// <summary>Attaches what is not attached, one caller at a time.</summary>
    public async Task AttachAsync(QueueReceiver receiver, CancellationToken cancellationToken)
    {
        if (IsAttached())
        {
            return;
        }

        await attaching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
            lock (gate)
            {
                if (live != current)
                {
                    Array.Clear(lanes);
                    live = current;
                    current.Ended.UnsafeRegister(_ => Ended(current), null);
                }
            }

            for (var lane = 0; lane < lanes.Length; lane++)
            {
                if (lanes[lane]?.Link is not { IsClosed: false })
                {
                    await AttachAsync(current, AmqpQueueNames.Lanes[lane], cancellationToken).ConfigureAwait(false);
                }
            }

            await broker.ReceivingAsync(name, receiver, current, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            attaching.Release();
        }
    }

    public bool IsAttached()
    {
        lock (gate)
        {
            return connection.Current is { } current && current == live && Array.TrueForAll(lanes, lane => lane?.Link is { IsClosed: false });
        }
    }

    private async Task AttachAsync(Live current, Lane lane, CancellationToken cancellationToken)
    {
        var made = new LaneLink(current.IsRabbit, time, wire);
        var link = await current.AttachReceiverAsync(
            broker.Names.Of(new QueueName(name), lane),
            receiver =>
            {
                made.Link = receiver;
                receiver.Start(0, (from, message) => Arrive(made, lane, (ReceiverLink)from, message));
                current.Watch(receiver, available => Told(made, available));
            },
            cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            lanes[(int)lane] = made;
        }

        link.AddClosedCallback((_, error) => Lost(made, link, error?.Condition?.ToString()));
    }

    private void Arrive(LaneLink lane, Lane which, ReceiverLink link, Message message)
    {
        var now = time.GetUtcNow();
        var arrival = new Arrival(name, link, message, MessageText.Read(message, which, now), now);
        lock (gate)
        {
            lane.Arrived(arrival);
        }

        Changed();
    }

    private void Told(LaneLink lane, uint available)
    {
        lock (gate)
        {
            lane.Told(available);
        }

        Changed();
    }

    /// <summary>The library tells the links of a connection that has gone silent only after a long wait for a goodbye.</summary>
    private void Ended(Live ended)
    {
        (LaneLink Lane, ReceiverLink Link)[] links;
        lock (gate)
        {
            links = live == ended ? [.. lanes.OfType<LaneLink>().Where(lane => lane.Link is not null).Select(lane => (lane, lane.Link!))] : [];
        }

        foreach (var (lane, link) in links)
        {
            Lost(lane, link, "connection ended");
        }
    }
}
