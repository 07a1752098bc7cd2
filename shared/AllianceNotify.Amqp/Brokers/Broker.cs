using AllianceNotify.Amqp.Receiving;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>What brokers do differently: hold a message back, give one back, set one aside, and tell what they hold.</summary>
internal abstract class Broker(AmqpQueueNames names, Senders senders, TimeProvider time) : IAsyncDisposable
{
    public AmqpQueueNames Names => names;

    protected Senders Senders => senders;

    protected TimeProvider Time => time;

    /// <summary>A message that had an earlier receiver and is not counted by the broker is counted by sending it as a copy.</summary>
    public abstract bool Recounts { get; }

    public Task SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return senders.SendAsync([.. messages.Select(message => Outgoing(queue.Value, new Carried(message with { NotBefore = null }, now, 0), message.NotBefore, copy: false))], cancellationToken);
    }

    /// <summary>Not done: counted, and visible again after the delay. False where the broker has taken it back already.</summary>
    public abstract ValueTask<bool> TryReturnAsync(Arrival arrival, TimeSpan delay, CancellationToken cancellationToken);

    public async Task ReturnAsync(Arrival arrival, TimeSpan delay, CancellationToken cancellationToken) =>
        await TryReturnAsync(arrival, delay, cancellationToken).ConfigureAwait(false);

    /// <summary>Was never handed out: back, and not counted.</summary>
    public async Task GiveBackAsync(Arrival arrival, CancellationToken cancellationToken) =>
        await ReplaceAsync(arrival, Names.Of(new QueueName(arrival.Queue), arrival.Carried.Message.Lane), arrival.HandedOut, cancellationToken).ConfigureAwait(false);

    public abstract ValueTask<bool> TryBuryAsync(Arrival arrival, int handedOut, string reason, CancellationToken cancellationToken);

    public async Task BuryAsync(Arrival arrival, string reason, CancellationToken cancellationToken) =>
        await TryBuryAsync(arrival, arrival.HandedOut, reason, cancellationToken).ConfigureAwait(false);

    public abstract Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken);

    public abstract Task<bool> ReplayAsync(QueueName queue, string id, CancellationToken cancellationToken);

    /// <param name="queue">Which queue.</param>
    /// <param name="receiver">Its receiver in this process, which has some of its messages.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<QueueDepth> DepthAsync(QueueName queue, QueueReceiver receiver, CancellationToken cancellationToken);

    /// <summary>This process has begun to receive from a queue over this connection.</summary>
    public abstract ValueTask ReceivingAsync(string queue, QueueReceiver receiver, Live live, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    protected abstract Outgoing Outgoing(string queue, Carried carried, DateTimeOffset? notBefore, bool copy);

    /// <summary>Sends a copy, and settles the original when the broker has the copy: a crash between the two leaves both.</summary>
    protected async ValueTask<bool> ReplaceAsync(Arrival arrival, string target, int handedOut, CancellationToken cancellationToken)
    {
        if (arrival.IsLost)
        {
            return false;
        }

        await senders.SendAsync([new Outgoing(target, arrival.Copy(handedOut))], cancellationToken).ConfigureAwait(false);
        return arrival.Accept();
    }
}
