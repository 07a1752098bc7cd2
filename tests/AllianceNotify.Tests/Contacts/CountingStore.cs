using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Tests.Contacts;

/// <summary>Counts calls and the rows they bring, and how many reads run at once.</summary>
internal sealed class CountingStore(IEntityStore inner) : IEntityStore
{
    private int gets;
    private int queries;
    private int rows;
    private int running;
    private int mostRunning;

    public int Gets => gets;

    public int Queries => queries;

    public int Rows => rows;

    public int MostAtOnce => mostRunning;

    public void Reset() => (gets, queries, rows, mostRunning) = (0, 0, 0, 0);

    public async ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref gets);
        InterlockedMax(ref mostRunning, Interlocked.Increment(ref running));
        await Task.Yield();
        try
        {
            return await inner.GetAsync(table, partition, row, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
        inner.WriteAsync(table, partition, write, cancellationToken);

    public ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
        inner.WriteBatchAsync(table, partition, writes, cancellationToken);

    public async IAsyncEnumerable<StoredEntity> QueryAsync(
        TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref queries);
        await foreach (var row in inner.QueryAsync(table, partition, range, cancellationToken))
        {
            Interlocked.Increment(ref rows);
            yield return row;
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
            {
                return;
            }
        }
    }
}
