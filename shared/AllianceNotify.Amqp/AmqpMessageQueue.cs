using System.Collections.Concurrent;
using AllianceNotify.Amqp.Brokers;
using AllianceNotify.Amqp.Receiving;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp;

/// <summary>
/// The queues on an AMQP 1.0 broker. <c>docs/queues.md</c> says what each broker does itself and what is built on top of it.
/// </summary>
public sealed class AmqpMessageQueue : IMessageQueue, IAsyncDisposable
{
    private const int MaxReceive = 1000;

    private readonly BrokerConnection sending, receiving, watching;
    private readonly Broker broker;
    private readonly ConcurrentDictionary<string, QueueReceiver> receivers = new(StringComparer.Ordinal);
    private readonly TimeProvider time, wire;
    private readonly ILogger logger;

    /// <param name="options">Valid options.</param>
    /// <param name="time">The clock of leases and delays.</param>
    /// <param name="random">Spreads the attempts to connect.</param>
    /// <param name="logger">Told of connections and links, never of what messages hold.</param>
    public AmqpMessageQueue(AmqpOptions options, TimeProvider time, Random random, ILogger<AmqpMessageQueue> logger)
        : this(options, time, time, random, logger)
    {
    }

    /// <param name="options">Valid options.</param>
    /// <param name="time">The clock of leases and delays.</param>
    /// <param name="wire">The clock by which the broker is waited for.</param>
    /// <param name="random">Spreads the attempts to connect.</param>
    /// <param name="logger">Told of connections and links, never of what messages hold.</param>
    internal AmqpMessageQueue(AmqpOptions options, TimeProvider time, TimeProvider wire, Random random, ILogger logger)
    {
        (this.time, this.logger) = (time, logger);
        this.wire = wire;
        var names = new AmqpQueueNames(options.Prefix);
        var security = ClaimsSecurity.For(options, time, wire, logger);

        // A broker that throttles senders does so by connection; receivers must not wait behind them.
        sending = new BrokerConnection("send", options, security, wire, random, logger);
        receiving = new BrokerConnection("receive", options, security, wire, random, logger);
        watching = new BrokerConnection("look", options, security, wire, random, logger);
        var senders = new Senders(sending, options, wire);
        broker = options.IsServiceBus
            ? new ServiceBusBroker(names, senders, watching, options, time, wire, logger)
            : new PlainBroker(names, senders, watching, options, time, wire, logger);
    }

    public async ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken)
    {
        MessageLimits.CheckSend(queue, messages);
        cancellationToken.ThrowIfCancellationRequested();
        if (messages.Count > 0)
        {
            await broker.SendAsync(queue, messages, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
    {
        MessageLimits.CheckReceive(queue, max, lease);
        cancellationToken.ThrowIfCancellationRequested();
        return Receiver(queue).ReceiveAsync(queue, Math.Min(max, MaxReceive), lease, cancellationToken);
    }

    public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Receiver(message.Queue).SettleAsync(message.LeaseId, static arrival => ValueTask.FromResult(arrival.Accept()));
    }

    public ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        return Receiver(message.Queue).SettleAsync(message.LeaseId, arrival => broker.TryReturnAsync(arrival, delay, cancellationToken));
    }

    public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken)
    {
        var kept = MessageLimits.Kept(reason);
        cancellationToken.ThrowIfCancellationRequested();
        return Receiver(message.Queue).SettleAsync(message.LeaseId, arrival => broker.TryBuryAsync(arrival, arrival.HandedOut + 1, kept, cancellationToken));
    }

    public ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Receiver(message.Queue).Renew(message.LeaseId, lease));
    }

    public async ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        await Receiver(queue).EndLeasesAsync(cancellationToken).ConfigureAwait(false);
        return await broker.PeekDeadAsync(queue, after, max, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        ArgumentNullException.ThrowIfNull(id);
        return await broker.ReplayAsync(queue, id, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        var receiver = Receiver(queue);
        await receiver.EndLeasesAsync(cancellationToken).ConfigureAwait(false);
        return await broker.DepthAsync(queue, receiver, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in receivers.Values)
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
        }

        await broker.DisposeAsync().ConfigureAwait(false);
        await receiving.DisposeAsync().ConfigureAwait(false);
        await sending.DisposeAsync().ConfigureAwait(false);
        await watching.DisposeAsync().ConfigureAwait(false);
    }

    private QueueReceiver Receiver(QueueName queue) =>
        receivers.GetOrAdd(queue.Value, name => new QueueReceiver(name, broker, receiving, time, wire, logger));
}
