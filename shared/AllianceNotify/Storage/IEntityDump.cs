namespace AllianceNotify.Storage;

/// <summary>
/// All that a store holds, for copying it elsewhere. Every <see cref="IEntityStore"/> offers it beside its own port, whose readers know
/// the partition that they want.
/// </summary>
public interface IEntityDump
{
    /// <summary>
    /// The records of all tables from after <paramref name="after"/> (the position of the last one seen; null: from the start). What
    /// stands meanwhile comes exactly once, in the same order each time, a partition's records together. The order is the store's own.
    /// </summary>
    IAsyncEnumerable<DumpedEntity> DumpAsync(string? after, CancellationToken cancellationToken);
}

/// <summary>A record, the table it is in, and where the dump goes on after it: opaque text of the store that gave it.</summary>
public sealed record DumpedEntity(TableName Table, StoredEntity Entity, string Position);
