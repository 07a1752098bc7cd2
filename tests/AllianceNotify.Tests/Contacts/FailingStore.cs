using AllianceNotify.Storage;

namespace AllianceNotify.Tests.Contacts;

/// <summary>A store whose process dies: after so many writes none is made and every call fails.</summary>
internal sealed class FailingStore(IEntityStore inner) : IEntityStore
{
    private int? left;

    /// <summary>Null: never fails.</summary>
    public int? WritesUntilFailure
    {
        get => left;
        set => left = value;
    }

    public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
        inner.GetAsync(table, partition, row, cancellationToken);

    public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
    {
        Spend();
        return inner.WriteAsync(table, partition, write, cancellationToken);
    }

    public ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
    {
        Spend();
        return inner.WriteBatchAsync(table, partition, writes, cancellationToken);
    }

    public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
        inner.QueryAsync(table, partition, range, cancellationToken);

    private void Spend()
    {
        if (left is { } writes)
        {
            left = writes > 0 ? writes - 1 : throw new IOException("The store is gone.");
        }
    }
}
