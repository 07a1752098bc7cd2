using AllianceNotify.Messaging;

namespace AllianceNotify.Contracts.Messaging;

/// <summary>A working queue in memory, for tests whose subject is not the queue. Held to the same contract suite as the real ones.</summary>
public sealed class InMemoryMessageQueue(TimeProvider time) : IMessageQueue
{
    private readonly Lock gate = new();
    private readonly List<Item> items = [];
    private readonly List<DeadLetter> dead = [];
    private TaskCompletionSource changed = NewSignal();
    private long sequence;

    public ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            foreach (var message in messages)
            {
                items.Add(new Item(queue, message with { Body = message.Body.ToArray() }, ++sequence, time.GetUtcNow()) { VisibleAt = message.NotBefore });
            }
        }

        Signal();
        return ValueTask.CompletedTask;
    }

    public async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task wait;
            lock (gate)
            {
                wait = changed.Task;
                if (TakeReady(queue, max, lease) is { Count: > 0 } taken)
                {
                    return taken;
                }
            }

            // Time may pass without a signal; look again shortly.
            await Task.WhenAny(wait, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken));
        }
    }

    public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) => Settle(message, item => items.Remove(item));

    public ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken) => Settle(message, item =>
    {
        item.LeaseId = null;
        item.VisibleAt = time.GetUtcNow() + delay;
    });

    public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) => Settle(message, item => Bury(item, reason));

    public ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken) =>
        Settle(message, item => item.LeasedUntil = time.GetUtcNow() + lease);

    public ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return ValueTask.FromResult<IReadOnlyList<DeadLetter>>(
                [.. dead.Where(letter => letter.Queue == queue && (after is null || string.CompareOrdinal(letter.Id, after) > 0)).Take(max)]);
        }
    }

    public ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (dead.Find(letter => letter.Queue == queue && letter.Id == id) is not { } found)
            {
                return ValueTask.FromResult(false);
            }

            dead.Remove(found);
            items.Add(new Item(queue, found.Message with { NotBefore = null }, ++sequence, time.GetUtcNow()));
        }

        Signal();
        return ValueTask.FromResult(true);
    }

    public ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var waiting = items.Where(item => item.Queue == queue).ToList();
            var oldest = waiting.Where(item => item.LeaseId is null).Select(item => (DateTimeOffset?)item.EnqueuedAt).Min();
            return ValueTask.FromResult(new QueueDepth(waiting.Count, dead.Count(letter => letter.Queue == queue), oldest));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<LeasedMessage> TakeReady(QueueName queue, int max, TimeSpan lease)
    {
        var now = time.GetUtcNow();
        var taken = new List<LeasedMessage>();
        var ready = items
            .Where(item => item.Queue == queue && (item.LeaseId is null ? item.VisibleAt is null || item.VisibleAt <= now : item.LeasedUntil <= now))
            .OrderBy(item => item.Message.Lane).ThenBy(item => item.Sequence)
            .ToList();
        foreach (var item in ready)
        {
            if (taken.Count == max)
            {
                break;
            }

            if (item.DeliveryCount >= queue.MaxDeliveries)
            {
                Bury(item, $"Handed out {item.DeliveryCount} times without being completed.");
                continue;
            }

            item.DeliveryCount++;
            item.LeaseId = DeterministicId.Random("lease-");
            item.LeasedUntil = now + lease;
            taken.Add(new LeasedMessage(queue, item.Message, item.LeaseId, item.DeliveryCount, item.EnqueuedAt, item.LeasedUntil));
        }

        return taken;
    }

    private ValueTask<bool> Settle(LeasedMessage message, Action<Item> settle)
    {
        lock (gate)
        {
            if (items.Find(item => item.LeaseId == message.LeaseId && item.LeasedUntil > time.GetUtcNow()) is not { } held)
            {
                return ValueTask.FromResult(false);
            }

            settle(held);
        }

        Signal();
        return ValueTask.FromResult(true);
    }

    private void Bury(Item item, string reason)
    {
        items.Remove(item);
        dead.Add(new DeadLetter($"{item.Sequence:D19}", item.Queue, item.Message, reason, item.DeliveryCount, item.EnqueuedAt, time.GetUtcNow()));
    }

    private void Signal()
    {
        lock (gate)
        {
            changed.TrySetResult();
            changed = NewSignal();
        }
    }

    private sealed class Item(QueueName queue, QueueMessage message, long sequence, DateTimeOffset enqueuedAt)
    {
        public QueueName Queue { get; } = queue;

        public QueueMessage Message { get; } = message;

        public long Sequence { get; } = sequence;

        public DateTimeOffset EnqueuedAt { get; } = enqueuedAt;

        public DateTimeOffset? VisibleAt { get; set; }

        public string? LeaseId { get; set; }

        public DateTimeOffset LeasedUntil { get; set; }

        public int DeliveryCount { get; set; }
    }
}
