using System.Collections.Concurrent;
using AllianceNotify.Amqp.Receiving;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>
/// Any AMQP 1.0 broker. Nothing is asked of it but to keep messages, to hand them out once and to take a settlement: what
/// comes back, what is delayed and what is dead is sent as a copy to the queue where it belongs, and then settled.
/// </summary>
internal sealed class PlainBroker(
    AmqpQueueNames names, Senders senders, BrokerConnection watching, AmqpOptions options, TimeProvider time, TimeProvider wire, ILogger logger) : Broker(names, senders, time)
{
    private readonly ConcurrentDictionary<string, DelayedMessages> delayed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeadQueue> dead = new(StringComparer.Ordinal);
    private readonly Census census = new(watching, options, wire);
    private const int MostCounts = 20;

    private long moves;
    private int moving;

    public override bool Recounts => true;

    public override ValueTask<bool> TryReturnAsync(Arrival arrival, TimeSpan delay, CancellationToken cancellationToken) =>
        MoveAsync(async () =>
        {
            if (arrival.IsLost)
            {
                return false;
            }

            var carried = arrival.Carried with { Deliveries = arrival.HandedOut + 1 };
            await Senders.SendAsync([Outgoing(arrival.Queue, carried, delay > TimeSpan.Zero ? Time.GetUtcNow() + delay : null, copy: true)], cancellationToken).ConfigureAwait(false);
            return arrival.Accept();
        });

    public override ValueTask<bool> TryBuryAsync(Arrival arrival, int handedOut, string reason, CancellationToken cancellationToken) =>
        MoveAsync(async () =>
        {
            if (arrival.IsLost)
            {
                return false;
            }

            var letter = arrival.Copy(handedOut);
            DeadQueue.Mark(letter, reason, Time.GetUtcNow());
            await Senders.SendAsync([new Outgoing(Names.DeadOf(new QueueName(arrival.Queue)), letter)], cancellationToken).ConfigureAwait(false);
            return arrival.Accept();
        });

    public override Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
        Dead(queue).PeekAsync(queue, after, max, cancellationToken);

    public override async Task<bool> ReplayAsync(QueueName queue, string id, CancellationToken cancellationToken) =>
        await MoveAsync(async () => await Dead(queue).ReplayAsync(
            queue,
            id,
            carried => Senders.SendAsync([Outgoing(queue.Value, carried with { Deliveries = 0 }, null, copy: true)], cancellationToken),
            cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);

    public override async Task<QueueDepth> DepthAsync(QueueName queue, QueueReceiver receiver, CancellationToken cancellationToken)
    {
        // A message that is moved is for a moment in two places: count again until none was, or say what was counted last.
        for (var tries = 1; ; tries++)
        {
            var (before, quiet) = (Interlocked.Read(ref moves), Volatile.Read(ref moving) == 0);
            var ready = await census.ReadyAsync([.. Names.LanesOf(queue), Names.DelayedOf(queue), Names.DeadOf(queue)], cancellationToken).ConfigureAwait(false);
            var unsettled = receiver.Unsettled;
            var here = unsettled + (delayed.TryGetValue(queue.Value, out var waiting) ? waiting.Held : 0);
            if (ready is null)
            {
                return new QueueDepth(here, 0, null) { OldestKnown = false, Counted = false };
            }

            if (tries == MostCounts || (quiet && before == Interlocked.Read(ref moves)))
            {
                var waits = ready.Take(ready.Count - 1).Sum();
                return new QueueDepth(waits + here, ready[^1] + Dead(queue).Held, null) { OldestKnown = waits + here == 0 || waits + here == unsettled };
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), wire, cancellationToken).ConfigureAwait(false);
        }
    }

    public override ValueTask ReceivingAsync(string queue, QueueReceiver receiver, Live live, CancellationToken cancellationToken) =>
        delayed.GetOrAdd(queue, name => new DelayedMessages(
            name, Names, Time, logger, (from, carried, due) => MoveAsync(async () =>
            {
                await Senders.SendAsync([Outgoing(name, carried, due, copy: true)], CancellationToken.None).ConfigureAwait(false);
                return from.Accept();
            }))).AttachAsync(live, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        foreach (var queue in delayed.Values)
        {
            await queue.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var queue in dead.Values)
        {
            queue.Dispose();
        }

        census.Dispose();
    }

    protected override Outgoing Outgoing(string queue, Carried carried, DateTimeOffset? notBefore, bool copy)
    {
        var message = MessageText.Write(queue, carried, copy);
        if (notBefore is not { } due || due <= Time.GetUtcNow())
        {
            return new Outgoing(Names.Of(new QueueName(queue), carried.Message.Lane), message);
        }

        message.ApplicationProperties[AmqpProperties.NotBefore] = MessageText.Moment(due);
        return new Outgoing(Names.DelayedOf(new QueueName(queue)), message);
    }

    private DeadQueue Dead(QueueName queue) => dead.GetOrAdd(queue.Value, name => new DeadQueue(Names.DeadOf(new QueueName(name)), watching, options, Time, wire));

    private async ValueTask<bool> MoveAsync(Func<Task<bool>> move)
    {
        Interlocked.Increment(ref moving);
        try
        {
            return await move().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Increment(ref moves);
            Interlocked.Decrement(ref moving);
        }
    }
}
