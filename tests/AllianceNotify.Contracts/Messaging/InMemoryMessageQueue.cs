using AllianceNotify.Messaging;

namespace AllianceNotify.Contracts.Messaging;

/// <summary>A working queue in memory, for tests whose subject is not the queue. Held to the same contract suite as the real ones.</summary>
public sealed class InMemoryMessageQueue : IMessageQueue, IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly List<Item> items = [];
    private readonly List<DeadLetter> dead = [];
    private readonly LinkedList<Receiver> waiting = [];
    private readonly ITimer timer;
    private long sequence;

    public InMemoryMessageQueue(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(_ => Serve(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => timer.Dispose();

    public ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken)
    {
        MessageLimits.CheckSend(queue, messages);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            foreach (var message in messages)
            {
                items.Add(new Item(queue.Value, message with { Body = message.Body.ToArray() }, ++sequence, time.GetUtcNow()) { VisibleAt = message.NotBefore });
            }
        }

        Serve();
        return ValueTask.CompletedTask;
    }

    public async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
    {
        MessageLimits.CheckReceive(queue, max, lease);
        cancellationToken.ThrowIfCancellationRequested();
        var receiver = new Receiver(queue, max, lease);
        lock (gate)
        {
            waiting.AddLast(receiver);
        }

        Serve();
        await using var registration = cancellationToken.UnsafeRegister((_, token) => GiveUp(receiver, token), null);
        return await receiver.Outcome.Task;
    }

    public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) =>
        Settle(message, item => items.Remove(item), cancellationToken);

    public ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return Settle(message, item => (item.LeaseId, item.VisibleAt) = (null, time.GetUtcNow() + delay), cancellationToken);
    }

    public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken)
    {
        var kept = MessageLimits.Kept(reason);
        return Settle(message, item => Bury(message.Queue, item, kept), cancellationToken);
    }

    public ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return Settle(message, item => item.LeasedUntil = time.GetUtcNow() + lease, cancellationToken);
    }

    public ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            return ValueTask.FromResult<IReadOnlyList<DeadLetter>>(
                [.. dead.Where(letter => letter.Queue.Value == queue.Value && (after is null || string.CompareOrdinal(letter.Id, after) > 0)).Take(max)]);
        }
    }

    public ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (dead.Find(letter => letter.Queue.Value == queue.Value && letter.Id == id) is not { } found)
            {
                return ValueTask.FromResult(false);
            }

            dead.Remove(found);
            items.Add(new Item(queue.Value, found.Message with { NotBefore = null }, ++sequence, time.GetUtcNow()));
        }

        Serve();
        return ValueTask.FromResult(true);
    }

    public ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken)
    {
        MessageLimits.CheckQueue(queue);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            var active = items.Where(item => item.Queue == queue.Value).ToList();
            var now = time.GetUtcNow();
            var oldest = active.Where(item => item.LeaseId is null || item.LeasedUntil <= now).Select(item => (DateTimeOffset?)item.EnqueuedAt).Min();
            return ValueTask.FromResult(new QueueDepth(active.Count, dead.Count(letter => letter.Queue.Value == queue.Value), oldest));
        }
    }

    /// <summary>Who has waited longest is served first; the timer rings when there may be more.</summary>
    private void Serve()
    {
        DateTimeOffset? next;
        lock (gate)
        {
            for (var node = waiting.First; node is not null;)
            {
                var (receiver, current) = (node.Value, node);
                node = node.Next;
                if (TakeReady(receiver.Queue, receiver.Max, receiver.Lease) is { Count: > 0 } taken)
                {
                    waiting.Remove(current);
                    receiver.Outcome.SetResult(taken);
                }
            }

            next = items.Where(item => waiting.Any(receiver => receiver.Queue.Value == item.Queue)).Select(item => (DateTimeOffset?)item.VisibleSince).Min();
            timer.Change(next is { } due ? TimeSpan.FromTicks(Math.Clamp((due - time.GetUtcNow()).Ticks, 0, LongestTimer.Ticks)) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        // A simulated clock may have moved before the timer was set, which then rings too late.
        if (next <= time.GetUtcNow())
        {
            Serve();
        }
    }

    private void GiveUp(Receiver receiver, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (waiting.Remove(receiver))
            {
                receiver.Outcome.SetCanceled(cancellationToken);
            }
        }
    }

    private List<LeasedMessage> TakeReady(QueueName queue, int max, TimeSpan lease)
    {
        var now = time.GetUtcNow();
        var taken = new List<LeasedMessage>();
        var ready = items
            .Where(item => item.Queue == queue.Value && item.VisibleSince <= now)
            .OrderBy(item => item.Message.Lane).ThenBy(item => item.VisibleSince).ThenBy(item => item.Sequence)
            .ToList();
        foreach (var item in ready)
        {
            if (taken.Count == max)
            {
                break;
            }

            if (item.DeliveryCount >= queue.MaxDeliveries)
            {
                Bury(queue, item, $"Handed out {item.DeliveryCount} times without being completed.");
                continue;
            }

            item.DeliveryCount++;
            item.LeaseId = DeterministicId.Random("lease-");
            item.LeasedUntil = now + lease;
            taken.Add(new LeasedMessage(queue, item.Message, item.LeaseId, item.DeliveryCount, item.EnqueuedAt, item.LeasedUntil));
        }

        return taken;
    }

    private ValueTask<bool> Settle(LeasedMessage message, Action<Item> settle, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (items.Find(item => item.LeaseId == message.LeaseId && item.LeasedUntil > time.GetUtcNow()) is not { } held)
            {
                return ValueTask.FromResult(false);
            }

            settle(held);
        }

        Serve();
        return ValueTask.FromResult(true);
    }

    private void Bury(QueueName queue, Item item, string reason)
    {
        items.Remove(item);
        dead.Add(new DeadLetter($"{++sequence:D19}", queue, item.Message, reason, item.DeliveryCount, item.EnqueuedAt, time.GetUtcNow()));
    }

    private sealed record Receiver(QueueName Queue, int Max, TimeSpan Lease)
    {
        public TaskCompletionSource<IReadOnlyList<LeasedMessage>> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Item(string queue, QueueMessage message, long sequence, DateTimeOffset enqueuedAt)
    {
        public string Queue { get; } = queue;

        public QueueMessage Message { get; } = message;

        public long Sequence { get; } = sequence;

        public DateTimeOffset EnqueuedAt { get; } = enqueuedAt;

        public DateTimeOffset? VisibleAt { get; set; }

        public string? LeaseId { get; set; }

        public DateTimeOffset LeasedUntil { get; set; }

        public int DeliveryCount { get; set; }

        public DateTimeOffset VisibleSince => LeaseId is not null ? LeasedUntil : VisibleAt > EnqueuedAt ? VisibleAt.Value : EnqueuedAt;
    }
}
