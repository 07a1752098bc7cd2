using System.Globalization;
using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Contracts.Storage;

/// <summary>A working store in memory, for tests whose subject is not storage. Held to the same contract suite as the real ones.</summary>
public sealed class InMemoryEntityStore : IEntityStore, IEntityDump
{
    private readonly Lock gate = new();
    private readonly Dictionary<(TableName Table, string Partition), SortedDictionary<string, StoredEntity>> partitions = [];
    private long version;

    public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckKey(row, nameof(row));
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            return ValueTask.FromResult(Rows(table, partition).GetValueOrDefault(row));
        }
    }

    public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
        WriteBatchAsync(table, partition, [write], cancellationToken);

    public ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckBatch(writes);
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            var rows = Rows(table, partition);
            for (var i = 0; i < writes.Count; i++)
            {
                if (ConflictOf(writes[i], rows.GetValueOrDefault(writes[i].Row)) is { } kind)
                {
                    return ValueTask.FromResult<WriteResult>(new WriteResult.Conflict(i, kind));
                }
            }

            var etags = writes.Select(write => Apply(rows, partition, write)).ToList();
            return ValueTask.FromResult<WriteResult>(new WriteResult.Applied(etags));
        }
    }

    public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckRange(range);
        return ReadAsync(table, partition, range, cancellationToken);
    }

    public async IAsyncEnumerable<DumpedEntity> DumpAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<DumpedEntity> found;
        lock (gate)
        {
            found = [.. from place in partitions
                from entity in place.Value.Values
                let position = $"{place.Key.Table}\n{place.Key.Partition}\n{entity.Row}"
                where after is null || string.CompareOrdinal(position, after) > 0
                select new DumpedEntity(place.Key.Table, entity, position)];
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Position, b.Position));
        await Task.CompletedTask;
        foreach (var item in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private async IAsyncEnumerable<StoredEntity> ReadAsync(
        TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<StoredEntity> found;
        lock (gate)
        {
            found = [.. Rows(table, partition).Values
                .Where(entity => (range.From is null || string.CompareOrdinal(entity.Row, range.From) >= 0)
                    && (range.To is null || string.CompareOrdinal(entity.Row, range.To) < 0))
                .Take(range.Take ?? int.MaxValue)];
        }

        await Task.CompletedTask;
        foreach (var entity in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entity;
        }
    }

    private static void Check(TableName table, string partition)
    {
        EntityLimits.CheckTable(table);
        EntityLimits.CheckKey(partition, nameof(partition));
    }

    private static ConflictKind? ConflictOf(EntityWrite write, StoredEntity? present) => (write, present) switch
    {
        (EntityWrite.Insert, not null) => ConflictKind.AlreadyExists,
        (EntityWrite.Replace or EntityWrite.Delete { IfMatch: not null }, null) => ConflictKind.Missing,
        (EntityWrite.Replace replace, { } entity) when entity.ETag != replace.IfMatch => ConflictKind.Changed,
        (EntityWrite.Delete { IfMatch: { } match }, { } entity) when entity.ETag != match => ConflictKind.Changed,
        _ => null,
    };

    private ETag Apply(SortedDictionary<string, StoredEntity> rows, string partition, EntityWrite write)
    {
        if (write is EntityWrite.Delete)
        {
            rows.Remove(write.Row);
            return default;
        }

        var etag = new ETag((++version).ToString(CultureInfo.InvariantCulture));
        rows[write.Row] = new StoredEntity(partition, write.Row, EntityLimits.BodyOf(write).ToArray(), etag);
        return etag;
    }

    private SortedDictionary<string, StoredEntity> Rows(TableName table, string partition)
    {
        if (!partitions.TryGetValue((table, partition), out var rows))
        {
            partitions[(table, partition)] = rows = new SortedDictionary<string, StoredEntity>(StringComparer.Ordinal);
        }

        return rows;
    }
}
