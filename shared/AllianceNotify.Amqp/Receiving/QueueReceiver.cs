using AllianceNotify.Amqp.Brokers;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Amqp;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp.Receiving;

/// <summary>
/// Receives from the four lanes of one queue for everybody in this process, over the links of <see cref="LaneLinks"/>. The broker is given
/// credit only while somebody waits; a lower lane is handed out when the lanes before it are known to be empty. Leases are kept here: a message stays
/// unsettled while it is in hand, so that the broker hands it out again should the process or its connection die.
/// </summary>
internal sealed partial class QueueReceiver : IAsyncDisposable
{
    private const int MostCredit = 1000;

    /// <summary>What came for somebody who left is given back after this, so that another process can have it.</summary>
    internal static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(1);

    private readonly string name;
    private readonly Broker broker;
    private readonly LaneLinks lanes;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly LinkedList<Receiver> receivers = [];
    private readonly Leases leases;
    private readonly SemaphoreSlim ending = new(1);
    private readonly ITimer timer, grace;
    private readonly CancellationTokenSource stopping = new();
    private int serving;

    public QueueReceiver(string name, Broker broker, BrokerConnection connection, TimeProvider time, TimeProvider wire, ILogger logger)
    {
        (this.name, this.broker, this.time, this.logger) = (name, broker, time, logger);
        leases = new Leases(time);
        lanes = new LaneLinks(name, broker, connection, gate, time, wire) { Changed = Serve, Lost = Lost };
        timer = time.CreateTimer(_ => Serve(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        grace = wire.CreateTimer(_ => Serve(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Messages that this process has and has not settled.</summary>
    public int Unsettled
    {
        get
        {
            lock (gate)
            {
                return leases.Count + lanes.All.Sum(lane => lane?.Waiting ?? 0);
            }
        }
    }

    /// <summary>Those of them that somebody holds.</summary>
    public IReadOnlyList<Arrival> InHand
    {
        get
        {
            lock (gate)
            {
                return [.. leases.All.Select(lease => lease.Arrival)];
            }
        }
    }

    /// <summary>All that <see cref="Unsettled"/> counts.</summary>
    public IReadOnlyList<Arrival> AllUnsettled
    {
        get
        {
            lock (gate)
            {
                return [.. leases.All.Select(lease => lease.Arrival), .. lanes.All.SelectMany(lane => lane?.All ?? [])];
            }
        }
    }

    public async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
    {
        await EndLeasesAsync(cancellationToken).ConfigureAwait(false);
        await lanes.AttachAsync(this, cancellationToken).ConfigureAwait(false);
        var receiver = new Receiver(queue, max, lease);
        lock (gate)
        {
            receivers.AddLast(receiver);
            if (!lanes.IsAttached())
            {
                // The links were lost before there was anybody for whom they would have been made again.
                _ = RecoverAsync();
            }
        }

        Serve();
        await using var registration = cancellationToken.UnsafeRegister((_, token) => GiveUp(receiver, token), null).ConfigureAwait(false);
        return await receiver.Outcome.Task.ConfigureAwait(false);
    }

    /// <summary>Ends a lease with what <paramref name="settle"/> does. Where that throws, the lease goes on.</summary>
    public async ValueTask<bool> SettleAsync(string leaseId, Func<Arrival, ValueTask<bool>> settle)
    {
        Lease? lease;
        lock (gate)
        {
            lease = leases.Take(leaseId);
        }

        if (lease is null)
        {
            return false;
        }

        try
        {
            return await settle(lease.Arrival).ConfigureAwait(false);
        }
        catch
        {
            lock (gate)
            {
                leases.PutBack(lease);
            }

            throw;
        }
    }

    public bool Renew(string leaseId, TimeSpan span)
    {
        lock (gate)
        {
            if (leases.Find(leaseId) is not { } lease)
            {
                return false;
            }

            lease.Until = time.GetUtcNow() + span;
            return true;
        }
    }

    /// <summary>The broker has taken the message away from who holds it.</summary>
    public void Lose(Arrival arrival)
    {
        lock (gate)
        {
            leases.Forget(held => ReferenceEquals(held, arrival));
        }
    }

    /// <summary>Gives back what was in hand for too long, and returns when that is done.</summary>
    public async Task EndLeasesAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (ending.CurrentCount > 0 && !(leases.NextEnd <= time.GetUtcNow()))
            {
                return;
            }
        }

        await ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            List<Lease> ended;
            lock (gate)
            {
                ended = leases.TakeEnded();
            }

            foreach (var lease in ended)
            {
                await GiveBackAsync(lease.Arrival, () => broker.ReturnAsync(lease.Arrival, TimeSpan.Zero, stopping.Token)).ConfigureAwait(false);
            }
        }
        finally
        {
            ending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await timer.DisposeAsync().ConfigureAwait(false);
        await grace.DisposeAsync().ConfigureAwait(false);
        FailReceivers(new ObjectDisposedException(nameof(QueueReceiver)));
    }

    /// <summary>A link ended: what came over it is the broker's again. Those who wait are attached anew, or told that it cannot be.</summary>
    private void Lost(LaneLink lane, ReceiverLink link, string? condition)
    {
        bool wanted;
        lock (gate)
        {
            lane.Clear();
            leases.Forget(arrival => arrival.Link == link);
            wanted = receivers.Count > 0;
        }

        if (!stopping.IsCancellationRequested)
        {
            Log.LinkLost(logger, name, condition);
            if (wanted)
            {
                _ = RecoverAsync();
            }
        }
    }

    private async Task RecoverAsync()
    {
        try
        {
            await Task.Yield();
            await lanes.AttachAsync(this, stopping.Token).ConfigureAwait(false);
            Serve();
        }
        catch (Exception exception) when (exception is QueueUnreachableException or OperationCanceledException or ObjectDisposedException)
        {
            FailReceivers(exception);
        }
    }

    private void FailReceivers(Exception exception)
    {
        lock (gate)
        {
            foreach (var receiver in receivers)
            {
                receiver.Outcome.TrySetException(exception);
            }

            receivers.Clear();
        }
    }

    private void GiveUp(Receiver receiver, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (receivers.Remove(receiver))
            {
                receiver.Outcome.TrySetCanceled(cancellationToken);
            }
        }
    }

    /// <summary>Who has waited longest is served first. Runs one at a time; what happens meanwhile is looked at again.</summary>
    private void Serve()
    {
        if (Interlocked.Increment(ref serving) == 1)
        {
            _ = Task.Run(ServeAsync);
        }
    }

    private async Task ServeAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref serving);
            try
            {
                await EndLeasesAsync(stopping.Token).ConfigureAwait(false);
                while (HandOut() is { } aside)
                {
                    await GiveBackAsync(aside, () => SetAsideAsync(aside)).ConfigureAwait(false);
                }

                foreach (var leftOver in LeftOver())
                {
                    await GiveBackAsync(leftOver, () => broker.GiveBackAsync(leftOver, stopping.Token)).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // A bug must not leave a queue that nobody serves: the broker gets everything back, and those who wait are told.
                Log.NotServed(logger, exception, name);
                lanes.EndConnection();
                FailReceivers(new QueueUnreachableException("The queue could not be served.", exception));
            }
        }
        while (Interlocked.Add(ref serving, -seen) != 0);
    }

    /// <summary>Counts a message that the broker did not count, and buries one that has been handed out too often.</summary>
    private Task SetAsideAsync(Arrival arrival) => arrival.IsUncounted && broker.Recounts
        ? broker.ReturnAsync(arrival, TimeSpan.Zero, stopping.Token)
        : broker.BuryAsync(arrival, $"Handed out {arrival.HandedOut} times without being completed.", stopping.Token);

    private async Task GiveBackAsync(Arrival arrival, Func<Task> giveBack)
    {
        try
        {
            await giveBack().ConfigureAwait(false);
        }
        catch (QueueUnreachableException exception)
        {
            // Its link goes down rather than that it hangs here: the broker hands it out again.
            Log.NotGivenBack(logger, exception, arrival.Carried.Message.Id, name);
            lanes.EndConnection();
        }
    }

    /// <summary>Serves whom it can and asks the broker for the others. A message that nobody may have is returned instead.</summary>
    private Arrival? HandOut()
    {
        lock (gate)
        {
            for (var node = receivers.First; node is not null;)
            {
                var (receiver, current) = (node.Value, node);
                node = node.Next;
                var (taken, aside) = TakeFor(receiver);
                if (taken.Count > 0)
                {
                    receivers.Remove(current);
                    receiver.Outcome.TrySetResult(taken);
                }

                if (aside is not null)
                {
                    return aside;
                }
            }

            var wanted = Math.Min(receivers.Sum(receiver => (long)receiver.Max), MostCredit);
            if (wanted > 0)
            {
                foreach (var lane in lanes.All)
                {
                    lane?.Ask((int)wanted);
                }
            }

            SetTimer();
            return null;
        }
    }

    private (List<LeasedMessage> Taken, Arrival? Aside) TakeFor(Receiver receiver)
    {
        var taken = new List<LeasedMessage>();
        foreach (var lane in lanes.All)
        {
            while (taken.Count < receiver.Max && lane?.Next is { } next)
            {
                if ((next.IsUncounted && broker.Recounts) || next.HandedOut >= receiver.Queue.MaxDeliveries)
                {
                    return (taken, lane.Take());
                }

                taken.Add(leases.Add(receiver.Queue, lane.Take(), receiver.Span));
            }

            if (lane is not { IsQuiet: true })
            {
                break;
            }
        }

        return (taken, null);
    }

    private List<Arrival> LeftOver()
    {
        var leftOver = new List<Arrival>();
        lock (gate)
        {
            if (receivers.Count == 0)
            {
                foreach (var lane in lanes.All.Where(lane => lane is { Waiting: > 0 } && time.GetUtcNow() - lane.WaitingSince >= Hold))
                {
                    while (lane!.Waiting > 0)
                    {
                        leftOver.Add(lane.Take());
                    }
                }
            }
        }

        return leftOver;
    }

    private void SetTimer()
    {
        var next = leases.NextEnd;
        foreach (var lane in lanes.All.Where(lane => receivers.Count == 0 && lane is { Waiting: > 0 }))
        {
            var leftOver = lane!.WaitingSince + Hold;
            next = next is { } sooner && sooner < leftOver ? sooner : leftOver;
        }

        timer.Change(
            next is { } due ? TimeSpan.FromTicks(Math.Clamp((due - time.GetUtcNow()).Ticks, TimeSpan.TicksPerMillisecond, LongestTimer.Ticks)) : Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        if (receivers.Count > 0 && lanes.All.Any(lane => lane is { Waiting: > 0 }))
        {
            // A lane before it is not known to be empty. It may have become so between the look and this line.
            var quiet = lanes.All.OfType<LaneLink>().Select(lane => lane.QuietIn).Where(span => span > TimeSpan.Zero).DefaultIfEmpty(LaneLink.Grace / 5).Min();
            grace.Change(quiet + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private sealed record Receiver(QueueName Queue, int Max, TimeSpan Span)
    {
        public TaskCompletionSource<IReadOnlyList<LeasedMessage>> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A link to {Queue} ended ({Condition}); it is made again when it is wanted")]
        public static partial void LinkLost(ILogger logger, string queue, string? condition);

        [LoggerMessage(3, LogLevel.Error, "Queue {Queue} could not be served; its connection is ended and made again")]
        public static partial void NotServed(ILogger logger, Exception exception, string queue);

        [LoggerMessage(2, LogLevel.Warning, "Message {MessageId} of {Queue} could not be given back; the connection is ended so that the broker does it")]
        public static partial void NotGivenBack(ILogger logger, Exception exception, string messageId, string queue);
    }
}
