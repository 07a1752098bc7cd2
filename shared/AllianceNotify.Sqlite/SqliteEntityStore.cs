using System.Runtime.CompilerServices;
using AllianceNotify.Sqlite.Entities;
using AllianceNotify.Sqlite.Files;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite;

/// <summary>The record store in the embedded file.</summary>
public sealed class SqliteEntityStore(SqliteDatabase database) : IEntityStore, IEntityDump
{
    private const int PageRows = 256;
    private const int PageBytes = 1 << 20;

    // Read at once whatever their size, so few: 64 of the largest are 60 MiB.
    private const int DumpRows = 64;

    public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckKey(row, nameof(row));
        var key = KeyCodec.Row(table.Value, partition, row);
        return database.ReadAsync(
            connection => connection.Prepare(EntitySql.Get).Bind(1, key).ReadOne(
                found => new StoredEntity(partition, row, found.Blob(1).ToArray(), EntityBatchWrite.Tag(found.Integer(0)))),
            cancellationToken);
    }

    public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
        new(database.WriteAsync(Prepare(table, partition, write), cancellationToken));

    public ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckBatch(writes);
        return new(database.WriteAsync(Prepared(table, partition, writes), cancellationToken));
    }

    public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckRange(range);
        return ReadPages(table, partition, range, cancellationToken);
    }

    /// <summary>In the order of tables, partitions and rows. Positions are keys in hexadecimal.</summary>
    public async IAsyncEnumerable<DumpedEntity> DumpAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = after is null ? [] : Convert.FromHexString(after);
        while (true)
        {
            var from = last;
            var page = await database.ReadAsync(
                connection => connection.Prepare(EntitySql.Dump).Bind(1, from).Bind(2, DumpRows).ReadAll(
                    row => (Key: row.Blob(0).ToArray(), Version: row.Integer(1), Body: row.Blob(2).ToArray())),
                cancellationToken).ConfigureAwait(false);
            foreach (var (key, version, body) in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (table, partition, row) = KeyCodec.Parts(key);
                yield return new DumpedEntity(new TableName(table), new StoredEntity(partition, row, body, EntityBatchWrite.Tag(version)), Convert.ToHexString(key));
                last = key;
            }

            if (page.Count < DumpRows)
            {
                yield break;
            }
        }
    }

    /// <summary>Each page is a snapshot of its own, so that a slow reader holds back nothing.</summary>
    private async IAsyncEnumerable<StoredEntity> ReadPages(
        TableName table, string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = KeyCodec.Partition(table.Value, partition);
        var from = range.From is null ? prefix : KeyCodec.Row(table.Value, partition, range.From);
        var to = range.To is null ? KeyCodec.AfterPartition(table.Value, partition) : KeyCodec.Row(table.Value, partition, range.To);
        var left = range.Take ?? int.MaxValue;
        while (left > 0)
        {
            var (start, wanted) = (from, Math.Min(left, PageRows));
            var page = await database.ReadAsync(
                connection => ReadPage(connection.Prepare(EntitySql.Range).Bind(1, start).Bind(2, to).Bind(3, wanted), partition, prefix.Length),
                cancellationToken).ConfigureAwait(false);
            foreach (var entity in page.Entities)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return entity;
            }

            left -= page.Entities.Count;
            if (page.Last is not { } last || (!page.Cut && page.Entities.Count < wanted))
            {
                yield break;
            }

            // The least key after the last: keys have no zero bytes.
            from = [.. last, 0];
        }
    }

    private static Page ReadPage(Statement rows, string partition, int prefix)
    {
        try
        {
            var entities = new List<StoredEntity>();
            byte[]? last = null;
            var bytes = 0;
            while (bytes < PageBytes)
            {
                if (!rows.Step())
                {
                    return new Page(entities, last, Cut: false);
                }

                last = rows.Blob(0).ToArray();
                var body = rows.Blob(2).ToArray();
                bytes += body.Length;
                entities.Add(new StoredEntity(partition, KeyCodec.Text(last.AsSpan(prefix)), body, EntityBatchWrite.Tag(rows.Integer(1))));
            }

            return new Page(entities, last, Cut: true);
        }
        finally
        {
            rows.Reset();
        }
    }

    internal bool IsIn(SqliteDatabase other) => database == other;

    /// <summary>The write as the writer's thread runs it.</summary>
    internal static EntityBatchWrite Prepare(TableName table, string partition, EntityWrite write)
    {
        Check(table, partition);
        EntityLimits.CheckWrite(write);
        return Prepared(table, partition, [write]);
    }

    private static EntityBatchWrite Prepared(TableName table, string partition, IReadOnlyList<EntityWrite> writes) =>
        new(writes, row => KeyCodec.Row(table.Value, partition, row));

    private static void Check(TableName table, string partition)
    {
        EntityLimits.CheckTable(table);
        EntityLimits.CheckKey(partition, nameof(partition));
    }

    private sealed record Page(List<StoredEntity> Entities, byte[]? Last, bool Cut);
}
