using System.Runtime.CompilerServices;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;

namespace AllianceNotify.Tests.Delivery;

/// <summary>The process dies here.</summary>
internal sealed class SimulatedCrashException : Exception;

/// <summary>Counts the steps of a run that touch the outside and makes one of them its last.</summary>
internal sealed class CrashPoint
{
    private int steps;

    /// <summary>The step, from 1, at which the process dies; null: never.</summary>
    public int? At { get; set; }

    /// <summary>After the restart, counted anew.</summary>
    public int? Next { get; set; }

    /// <summary>True: the step is done, but nobody hears of it.</summary>
    public bool AfterTheStep { get; set; }

    public bool Crashed { get; private set; }

    public int Steps => steps;

    public void Reset()
    {
        (At, Next) = (Next, null);
        Crashed = false;
        steps = 0;
    }

    public async ValueTask<T> StepAsync<T>(Func<ValueTask<T>> step)
    {
        // Dead processes do nothing more.
        var mine = Interlocked.Increment(ref steps);
        if (Crashed || (mine == At && !AfterTheStep))
        {
            Crashed = true;
            throw new SimulatedCrashException();
        }

        var result = await step();
        if (mine == At)
        {
            Crashed = true;
            throw new SimulatedCrashException();
        }

        return result;
    }
}

internal sealed class CrashingStore(IEntityStore store, CrashPoint crash) : IEntityStore
{
    public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
        crash.StepAsync(() => store.GetAsync(table, partition, row, cancellationToken));

    public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
        crash.StepAsync(() => store.WriteAsync(table, partition, write, cancellationToken));

    public ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
        crash.StepAsync(() => store.WriteBatchAsync(table, partition, writes, cancellationToken));

    public async IAsyncEnumerable<StoredEntity> QueryAsync(
        TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await crash.StepAsync(() => ValueTask.FromResult(0));
        await foreach (var entity in store.QueryAsync(table, partition, range, cancellationToken))
        {
            yield return entity;
        }
    }
}

internal sealed class CrashingQueue(IMessageQueue queue, CrashPoint crash) : IMessageQueue
{
    public async ValueTask SendAsync(QueueName name, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken) =>
        await crash.StepAsync(async () =>
        {
            await queue.SendAsync(name, messages, cancellationToken);
            return true;
        });

    public ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName name, int max, TimeSpan lease, CancellationToken cancellationToken) =>
        queue.ReceiveAsync(name, max, lease, cancellationToken);

    public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) =>
        crash.StepAsync(() => queue.CompleteAsync(message, cancellationToken));

    public ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.AbandonAsync(message, delay, cancellationToken);

    public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
        crash.StepAsync(() => queue.DeadLetterAsync(message, reason, cancellationToken));

    public ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken) =>
        queue.RenewAsync(message, lease, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName name, string? after, int max, CancellationToken cancellationToken) =>
        queue.PeekDeadLettersAsync(name, after, max, cancellationToken);

    public ValueTask<bool> ReplayDeadLetterAsync(QueueName name, string id, CancellationToken cancellationToken) =>
        queue.ReplayDeadLetterAsync(name, id, cancellationToken);

    public ValueTask<QueueDepth> GetDepthAsync(QueueName name, CancellationToken cancellationToken) => queue.GetDepthAsync(name, cancellationToken);
}
