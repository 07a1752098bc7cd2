using System.Collections.Concurrent;
using AllianceNotify.Amqp.Receiving;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Amqp.Framing;
using Amqp.Types;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>
/// Azure Service Bus: schedules, counts deliveries, locks and sets aside by itself. A message that comes back with a delay is a
/// scheduled copy with a message-id of its own, since the queue drops what has an id that it has seen.
/// </summary>
internal sealed partial class ServiceBusBroker(
    AmqpQueueNames names, Senders senders, BrokerConnection watching, AmqpOptions options, TimeProvider time, TimeProvider wire, ILogger logger)
    : Broker(names, senders, time)
{
    private static readonly Symbol LockedUntil = "x-opt-locked-until", DeadLetterCondition = "com.microsoft:dead-letter";

    private readonly ServiceBusLook look = new(names, new Management(options, wire), watching, options, wire);
    private readonly ConcurrentDictionary<string, LockKeeper> keepers = new(StringComparer.Ordinal);

    public override bool Recounts => false;

    private Management Management { get; } = new(options, wire);

    private ILogger Logger => logger;

    public override async ValueTask<bool> TryReturnAsync(Arrival arrival, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
        {
            return arrival.Settle(static (link, message) => link.Modify(message, deliveryFailed: true));
        }

        if (arrival.IsLost)
        {
            return false;
        }

        var carried = arrival.Carried with { Deliveries = arrival.HandedOut + 1 };
        await Senders.SendAsync([Outgoing(arrival.Queue, carried, Time.GetUtcNow() + delay, copy: true)], cancellationToken).ConfigureAwait(false);
        return arrival.Accept();
    }

    public override ValueTask<bool> TryBuryAsync(Arrival arrival, int handedOut, string reason, CancellationToken cancellationToken)
    {
        var error = new Error(DeadLetterCondition)
        {
            Info = new Fields
            {
                [(Symbol)"DeadLetterReason"] = reason,
                [(Symbol)AmqpProperties.DeadAt] = MessageText.Moment(Time.GetUtcNow()),
                [(Symbol)AmqpProperties.DeadDeliveries] = handedOut,
            },
        };
        return ValueTask.FromResult(arrival.Settle((link, message) => link.Reject(message, error)));
    }

    public override Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
        look.DeadAsync(queue, after, max, Time.GetUtcNow(), cancellationToken);

    public override Task<bool> ReplayAsync(QueueName queue, string id, CancellationToken cancellationToken) =>
        look.TakeDeadAsync(
            queue,
            id,
            Time.GetUtcNow(),
            carried => Senders.SendAsync([Outgoing(queue.Value, carried with { Deliveries = 0 }, null, copy: true)], cancellationToken),
            cancellationToken);

    public override Task<QueueDepth> DepthAsync(QueueName queue, QueueReceiver receiver, CancellationToken cancellationToken) =>
        look.DepthAsync(queue, receiver.InHand.Select(arrival => ServiceBusLook.SequenceOf(arrival.Message)).ToHashSet(), cancellationToken);

    public override ValueTask ReceivingAsync(string queue, QueueReceiver receiver, Live live, CancellationToken cancellationToken)
    {
        keepers.GetOrAdd(queue, _ => new LockKeeper(this, receiver)).Live = live;
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var keeper in keepers.Values)
        {
            await keeper.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected override Outgoing Outgoing(string queue, Carried carried, DateTimeOffset? notBefore, bool copy)
    {
        var message = MessageText.Write(queue, carried, copy);
        if (notBefore is { } due && due > Time.GetUtcNow())
        {
            message.MessageAnnotations = new MessageAnnotations { [MessageText.ScheduledEnqueueTime] = due.UtcDateTime };
        }

        return new Outgoing(Names.Of(new QueueName(queue), carried.Message.Lane), message);
    }

    /// <summary>Renews the locks of what is in hand, so that a lease may last as long as its holder asks.</summary>
    private sealed class LockKeeper : IAsyncDisposable
    {
        private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

        private readonly ServiceBusBroker broker;
        private readonly QueueReceiver receiver;
        private readonly ITimer timer;
        private readonly Dictionary<Arrival, (DateTimeOffset RenewAt, DateTimeOffset Until)> locks = new(ReferenceEqualityComparer.Instance);
        private int asked;

        public LockKeeper(ServiceBusBroker broker, QueueReceiver receiver)
        {
            (this.broker, this.receiver) = (broker, receiver);
            timer = broker.Time.CreateTimer(_ => Keep(), null, Every, Every);
        }

        public Live? Live { get; set; }

        public ValueTask DisposeAsync() => timer.DisposeAsync();

        private void Keep()
        {
            if (Interlocked.Increment(ref asked) == 1)
            {
                _ = Task.Run(KeepUpAsync);
            }
        }

        private async Task KeepUpAsync()
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref asked);
                await KeepAsync().ConfigureAwait(false);
            }
            while (Interlocked.Add(ref asked, -seen) != 0);
        }

        private async Task KeepAsync()
        {
            try
            {
                var held = receiver.AllUnsettled;
                foreach (var gone in locks.Keys.Except(held, ReferenceEqualityComparer.Instance).Cast<Arrival>().ToList())
                {
                    locks.Remove(gone);
                }

                foreach (var arrival in held)
                {
                    await KeepAsync(arrival).ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                // What is not renewed is lost to another receiver at worst; the keeper itself must go on.
                Log.NotKept(broker.Logger, exception);
            }
        }

        private async Task KeepAsync(Arrival arrival)
        {
            var now = broker.Time.GetUtcNow();
            if (!locks.TryGetValue(arrival, out var known))
            {
                if (arrival.Message.MessageAnnotations?[LockedUntil] is not DateTime until)
                {
                    return;
                }

                locks[arrival] = known = Half(arrival.ArrivedAt, MessageText.Utc(until));
            }

            if (known.RenewAt > now || Live is not { } live || arrival.Link.Session != live.Session || arrival.Message.DeliveryTag is not { Length: 16 } tag)
            {
                return;
            }

            var queue = broker.Names.Of(new QueueName(arrival.Queue), arrival.Carried.Message.Lane);
            if (await broker.Management.RenewLockAsync(live, queue, new Guid(tag), CancellationToken.None).ConfigureAwait(false) is { } renewed)
            {
                locks[arrival] = Half(now, renewed);
            }
            else
            {
                Log.LockLost(broker.Logger, arrival.Carried.Message.Id, queue);
                receiver.Lose(arrival);
            }
        }

        private static (DateTimeOffset RenewAt, DateTimeOffset Until) Half(DateTimeOffset now, DateTimeOffset until) => (now + ((until - now) / 2), until);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The locks of messages in hand could not be renewed; it will be tried again")]
        public static partial void NotKept(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "The lock of message {MessageId} of {Queue} was lost; somebody else may have it")]
        public static partial void LockLost(ILogger logger, string messageId, string queue);
    }
}
