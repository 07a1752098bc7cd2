using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Functions.Tests.Infrastructure;

/// <summary>A store that can be cut off: every call then fails as an unreachable one does.</summary>
internal sealed class FailingStore(IEntityStore inner) : IEntityStore
{
    public bool IsDown { get; set; }

    /// <summary>Answers reads and fails every write, as a full disk does.</summary>
    public bool IsFull { get; set; }

    /// <summary>Writes asked for.</summary>
    public int Writes { get; private set; }

    public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
    {
        ThrowIfDown();
        return inner.GetAsync(table, partition, row, cancellationToken);
    }

    public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
    {
        ThrowIfFull();
        return inner.WriteAsync(table, partition, write, cancellationToken);
    }

    public ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
    {
        ThrowIfFull();
        return inner.WriteBatchAsync(table, partition, writes, cancellationToken);
    }

    public async IAsyncEnumerable<StoredEntity> QueryAsync(
        TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDown();
        await foreach (var entity in inner.QueryAsync(table, partition, range, cancellationToken))
        {
            yield return entity;
        }
    }

    private void ThrowIfFull()
    {
        Writes++;
        ThrowIfDown();
        if (IsFull)
        {
            throw new IOException("No space left on device.");
        }
    }

    private void ThrowIfDown()
    {
        if (IsDown)
        {
            throw new IOException("The store is cut off.");
        }
    }
}
