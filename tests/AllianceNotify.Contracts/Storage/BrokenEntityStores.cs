using System.Globalization;
using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Contracts.Storage;

/// <summary>Stores that are each wrong in one way, made from a right one. The contract must catch them all.</summary>
public static class BrokenEntityStores
{
    public static readonly IReadOnlyDictionary<string, Func<IEntityStore, IEntityStore>> All = new Dictionary<string, Func<IEntityStore, IEntityStore>>
    {
        ["replaces whatever the version"] = inner => new RewritesWrites(inner, write => write is EntityWrite.Replace replace
            ? new EntityWrite.Upsert(replace.Row, replace.Body) : write),
        ["deletes whatever the version"] = inner => new RewritesWrites(inner, write => write is EntityWrite.Delete delete
            ? new EntityWrite.Delete(delete.Row, null) : write),
        ["inserts over what is there"] = inner => new RewritesWrites(inner, write => write is EntityWrite.Insert insert
            ? new EntityWrite.Upsert(insert.Row, insert.Body) : write),
        ["cuts large bodies"] = inner => new RewritesWrites(inner, write => write is EntityWrite.Insert { Body.Length: > 65536 } insert
            ? new EntityWrite.Insert(insert.Row, insert.Body[..65536]) : write),
        ["checks before it writes, and not together"] = inner => new ChecksFirst(inner),
        ["applies a batch one by one"] = inner => new OneByOne(inner),
        ["names the wrong row of a batch"] = inner => new NamesFirstRow(inner),
        ["gives one version for one body"] = inner => new VersionsFromBodies(inner),
        ["cannot tell apart missing and changed"] = inner => new ConfusesConflicts(inner),
        ["takes batches of any size"] = inner => new SplitsBatches(inner),
        ["lists in no order"] = inner => new ChangesQueries(inner, rows => rows.Reverse()),
        ["lists in the order of a culture"] = inner => new ChangesQueries(inner, rows => rows.OrderBy(row => row.Row, StringComparer.InvariantCulture)),
        ["lists a thousand rows at most"] = inner => new ChangesQueries(inner, rows => rows.Take(1000)),
        ["lists the first row twice when there are pages"] = inner => new ChangesQueries(inner, rows => rows.Take(1000).Concat(rows.Skip(999))),
        ["takes the end of a range along"] = inner => new WidensRanges(inner),
        ["folds the case of keys"] = inner => new ChangesKeys(inner, key => key.ToUpperInvariant()),
        ["trims keys"] = inner => new ChangesKeys(inner, key => key.Trim() is { Length: > 0 } trimmed ? trimmed : key),
        ["normalises keys"] = inner => new ChangesKeys(inner, key => key.Normalize()),
        ["mixes up tables"] = inner => new OneTable(inner),
        ["mixes up partitions"] = inner => new OnePartition(inner),
        ["goes on when cancelled"] = inner => new IgnoresCancellation(inner),
        ["keeps the caller's buffer"] = inner => new KeepsBuffers(inner),
        ["says it has written and has not"] = inner => new LosesWrites(inner),
    };

    private sealed class RewritesWrites(IEntityStore inner, Func<EntityWrite, EntityWrite> rewrite) : PassesOn(inner)
    {
        public override ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            Inner.WriteAsync(table, partition, rewrite(write), cancellationToken);

        public override ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            Inner.WriteBatchAsync(table, partition, [.. writes.Select(rewrite)], cancellationToken);
    }

    private sealed class ChecksFirst(IEntityStore inner) : PassesOn(inner)
    {
        public override async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
        {
            if (write is not EntityWrite.Replace replace)
            {
                return await Inner.WriteAsync(table, partition, write, cancellationToken);
            }

            var present = await Inner.GetAsync(table, partition, write.Row, cancellationToken);
            if (present is null || present.ETag != replace.IfMatch)
            {
                return new WriteResult.Conflict(0, present is null ? ConflictKind.Missing : ConflictKind.Changed);
            }

            // Wide enough that others get between the check and the write.
            for (var i = 0; i < 20; i++)
            {
                await Task.Yield();
            }

            return await Inner.WriteAsync(table, partition, new EntityWrite.Upsert(replace.Row, replace.Body), cancellationToken);
        }
    }

    private sealed class OneByOne(IEntityStore inner) : PassesOn(inner)
    {
        public override async ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
        {
            EntityLimits.CheckBatch(writes);
            var etags = new List<ETag>();
            foreach (var write in writes)
            {
                switch (await Inner.WriteAsync(table, partition, write, cancellationToken))
                {
                    case WriteResult.Applied applied:
                        etags.Add(applied.ETag);
                        break;
                    case WriteResult.Conflict conflict:
                        return conflict with { Index = etags.Count };
                    default:
                        throw new InvalidOperationException("Neither applied nor a conflict.");
                }
            }

            return new WriteResult.Applied(etags);
        }
    }

    private sealed class NamesFirstRow(IEntityStore inner) : PassesOn(inner)
    {
        public override async ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            await Inner.WriteBatchAsync(table, partition, writes, cancellationToken) is var result && result is WriteResult.Conflict conflict
                ? conflict with { Index = 0 }
                : result;
    }

    private sealed class VersionsFromBodies(IEntityStore inner) : PassesOn(inner)
    {
        public override async ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            await Inner.GetAsync(table, partition, row, cancellationToken) is { } entity ? entity with { ETag = Of(entity.Body) } : null;

        public override async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
        {
            var present = await Inner.GetAsync(table, partition, write.Row, cancellationToken);
            var translated = write switch
            {
                EntityWrite.Replace replace when present is not null && Of(present.Body) == replace.IfMatch => replace with { IfMatch = present.ETag },
                EntityWrite.Delete { IfMatch: { } match } delete when present is not null && Of(present.Body) == match => delete with { IfMatch = present.ETag },
                _ => write,
            };
            return await Inner.WriteAsync(table, partition, translated, cancellationToken) is WriteResult.Conflict conflict
                ? conflict
                : new WriteResult.Applied([write is EntityWrite.Delete ? default : Of(EntityLimits.BodyOf(write))]);
        }

        private static ETag Of(ReadOnlyMemory<byte> body) => new(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(body.Span)));
    }

    private sealed class ConfusesConflicts(IEntityStore inner) : PassesOn(inner)
    {
        public override async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            await Inner.WriteAsync(table, partition, write, cancellationToken) is var result && result is WriteResult.Conflict { Kind: ConflictKind.Missing } conflict
                ? conflict with { Kind = ConflictKind.Changed }
                : result;
    }

    private sealed class SplitsBatches(IEntityStore inner) : PassesOn(inner)
    {
        public override async ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
        {
            var etags = new List<ETag>();
            foreach (var chunk in writes.Chunk(IEntityStore.MaxBatch))
            {
                if (await Inner.WriteBatchAsync(table, partition, chunk, cancellationToken) is not WriteResult.Applied applied)
                {
                    return new WriteResult.Conflict(etags.Count, ConflictKind.Changed);
                }

                etags.AddRange(applied.ETags);
            }

            return new WriteResult.Applied(etags);
        }
    }

    private sealed class ChangesQueries(IEntityStore inner, Func<IReadOnlyList<StoredEntity>, IEnumerable<StoredEntity>> change) : PassesOn(inner)
    {
        public override async IAsyncEnumerable<StoredEntity> QueryAsync(
            TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var rows = new List<StoredEntity>();
            await foreach (var row in Inner.QueryAsync(table, partition, range, cancellationToken))
            {
                rows.Add(row);
            }

            foreach (var row in change(rows))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }
        }
    }

    private sealed class WidensRanges(IEntityStore inner) : PassesOn(inner)
    {
        public override IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            Inner.QueryAsync(table, partition, range.To is { } to ? range with { To = to + "\u0001" } : range, cancellationToken);
    }

    private sealed class ChangesKeys(IEntityStore inner, Func<string, string> change) : PassesOn(inner)
    {
        public override ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            Inner.GetAsync(table, partition, change(row), cancellationToken);

        public override ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            Inner.WriteAsync(table, partition, write with { Row = change(write.Row) }, cancellationToken);
    }

    private sealed class OneTable(IEntityStore inner) : PassesOn(inner)
    {
        private static readonly TableName Only = new("Only");

        public override ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            Inner.GetAsync(Only, partition, row, cancellationToken);

        public override ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            Inner.WriteAsync(Only, partition, write, cancellationToken);
    }

    private sealed class OnePartition(IEntityStore inner) : PassesOn(inner)
    {
        public override ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            Inner.GetAsync(table, "only", partition + row, cancellationToken);

        public override ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            Inner.WriteAsync(table, "only", write with { Row = partition + write.Row }, cancellationToken);

        public override async IAsyncEnumerable<StoredEntity> QueryAsync(
            TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var row in Inner.QueryAsync(table, "only", RowRange.Prefix(partition), cancellationToken))
            {
                yield return row with { Partition = partition, Row = row.Row[partition.Length..] };
            }
        }
    }

    private sealed class IgnoresCancellation(IEntityStore inner) : PassesOn(inner)
    {
        public override ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            Inner.WriteAsync(table, partition, write, CancellationToken.None);
    }

    private sealed class KeepsBuffers(IEntityStore inner) : PassesOn(inner)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, ReadOnlyMemory<byte>> kept = new();

        public override async ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            await Inner.GetAsync(table, partition, row, cancellationToken) is { } entity
                ? entity with { Body = kept.TryGetValue(entity.ETag.Value, out var body) ? body : entity.Body }
                : null;

        public override async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
        {
            var result = await Inner.WriteAsync(table, partition, write, cancellationToken);
            if (result is WriteResult.Applied applied && write is not EntityWrite.Delete)
            {
                kept[applied.ETag.Value] = EntityLimits.BodyOf(write);
            }

            return result;
        }
    }

    private sealed class LosesWrites(IEntityStore inner) : PassesOn(inner)
    {
        private long lost;

        public override ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref lost) % 10 == 0
                ? ValueTask.FromResult<WriteResult>(new WriteResult.Applied([new ETag($"lost-{lost.ToString(CultureInfo.InvariantCulture)}")]))
                : Inner.WriteAsync(table, partition, write, cancellationToken);
    }

    private abstract class PassesOn(IEntityStore inner) : IEntityStore
    {
        protected IEntityStore Inner => inner;

        public virtual ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            inner.GetAsync(table, partition, row, cancellationToken);

        public virtual ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            inner.WriteAsync(table, partition, write, cancellationToken);

        public virtual ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            inner.WriteBatchAsync(table, partition, writes, cancellationToken);

        public virtual IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);
    }
}
