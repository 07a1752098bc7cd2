namespace AllianceNotify.Storage;

/// <summary>
/// The record store: small JSON bodies under table, partition and row, with ETags. The shape is Azure Table Storage's,
/// so that both adapters keep the same promises.
/// </summary>
/// <remarks>
/// Every write is durable when it returns: a power cut afterwards does not undo it. Conflicts are answers, not exceptions;
/// an exception means that the store could not be reached and nothing is known of the write.
/// Partition and row keys are 1 to 512 characters without control characters; adapters escape what their technology
/// forbids. Keys compare by ordinal UTF-16, so ASCII keys sort the same everywhere. A body is at most 960 KiB.
/// </remarks>
public interface IEntityStore
{
    /// <summary>The largest number of writes one <see cref="WriteBatchAsync"/> takes (Azure Table Storage: 100).</summary>
    const int MaxBatch = 100;

    ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken);

    /// <summary>One write.</summary>
    ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken);

    /// <summary>
    /// All or none of up to <see cref="MaxBatch"/> writes to distinct rows of one partition, at most 2 MiB together. The
    /// result of a batch that did not apply names the first row whose condition failed.
    /// </summary>
    ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken);

    /// <summary>
    /// Rows of one partition in ascending key order. Reads in pages behind the scenes; rows written meanwhile may or may
    /// not be seen, rows that stood before the call are seen exactly once.
    /// </summary>
    IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken);
}

/// <summary>A table: letters and digits, starting with a letter, 3 to 63 characters (Azure's rule).</summary>
public readonly record struct TableName(string Value)
{
    public override string ToString() => Value;
}

public sealed record StoredEntity(string Partition, string Row, ReadOnlyMemory<byte> Body, ETag ETag);

/// <summary>Opaque version of a record.</summary>
public readonly record struct ETag(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Rows from <see cref="From"/> (inclusive) to <see cref="To"/> (exclusive); null is open. At most <see cref="Take"/> rows.</summary>
public readonly record struct RowRange(string? From = null, string? To = null, int? Take = null)
{
    public static readonly RowRange All;

    /// <summary>All rows whose key starts with <paramref name="prefix"/>, whose last character must be below U+FFFF.</summary>
    public static RowRange Prefix(string prefix) => new(prefix, prefix[..^1] + (char)(prefix[^1] + 1));
}

/// <summary>One conditional write to one row.</summary>
public abstract record EntityWrite(string Row)
{
    /// <summary>Only if the row is absent.</summary>
    public sealed record Insert(string Row, ReadOnlyMemory<byte> Body) : EntityWrite(Row);

    /// <summary>Only if the row still has this version.</summary>
    public sealed record Replace(string Row, ReadOnlyMemory<byte> Body, ETag IfMatch) : EntityWrite(Row);

    /// <summary>Whatever was there before.</summary>
    public sealed record Upsert(string Row, ReadOnlyMemory<byte> Body) : EntityWrite(Row);

    /// <summary>Only if the row still has this version, or whatever its version where null; an absent row is a conflict only with a version given.</summary>
    public sealed record Delete(string Row, ETag? IfMatch) : EntityWrite(Row);
}

/// <summary>What became of a write.</summary>
public abstract record WriteResult
{
    private WriteResult()
    {
    }

    /// <summary>Applied and durable. New versions in the order of the writes; a deletion's is default.</summary>
    public sealed record Applied(IReadOnlyList<ETag> ETags) : WriteResult
    {
        public ETag ETag => ETags[0];
    }

    /// <summary>Nothing was written: the row at <paramref name="Index"/> was there already, was gone, or had changed.</summary>
    public sealed record Conflict(int Index, ConflictKind Kind) : WriteResult;
}

public enum ConflictKind
{
    AlreadyExists,
    Missing,
    Changed,
}
