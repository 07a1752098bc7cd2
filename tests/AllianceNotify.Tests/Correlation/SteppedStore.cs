using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Tests.Correlation;

/// <summary>
/// A store whose every operation waits until the test lets it happen, one at a time in an order drawn from a seed: work that runs at the
/// same moment is interleaved at each of its reads and writes, and the same seed interleaves it the same way.
/// </summary>
internal sealed class SteppedStore(IEntityStore inner, Random random) : IEntityStore
{
    private readonly List<TaskCompletionSource> waiting = [];
    private bool free = true;

    public async ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
    {
        await TurnAsync().ConfigureAwait(false);
        return await inner.GetAsync(table, partition, row, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
    {
        await TurnAsync().ConfigureAwait(false);
        return await inner.WriteAsync(table, partition, write, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<WriteResult> WriteBatchAsync(TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
    {
        await TurnAsync().ConfigureAwait(false);
        return await inner.WriteBatchAsync(table, partition, writes, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoredEntity> QueryAsync(
        TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await TurnAsync().ConfigureAwait(false);
        await foreach (var entity in inner.QueryAsync(table, partition, range, cancellationToken).ConfigureAwait(false))
        {
            yield return entity;
        }
    }

    /// <summary>Runs all of these at once, a step here and a step there.</summary>
    public Task InterleaveAsync(IEnumerable<Func<Task>> work) => Task.Run(() =>
    {
        // Without a synchronisation context a released operation runs on, here, to its next one.
        free = false;
        var all = work.Select(start => start()).ToList();
        while (waiting.Count > 0)
        {
            var next = waiting[random.Next(waiting.Count)];
            waiting.Remove(next);
            next.SetResult();
        }

        free = true;
        return Task.WhenAll(all);
    });

    private Task TurnAsync()
    {
        if (free)
        {
            return Task.CompletedTask;
        }

        var turn = new TaskCompletionSource();
        waiting.Add(turn);
        return turn.Task;
    }
}
