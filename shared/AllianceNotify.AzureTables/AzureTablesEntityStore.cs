using System.Runtime.CompilerServices;
using AllianceNotify.AzureTables.Entities;
using AllianceNotify.AzureTables.Keys;
using AllianceNotify.AzureTables.Requests;
using AllianceNotify.Storage;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AllianceNotify.AzureTables;

/// <summary>The record store in Azure Table Storage. Any number of instances may share an account.</summary>
/// <remarks>
/// A write whose answer is lost is sent again, and knows its own work by the random id it leaves in the record. What cannot be
/// known even so is a <see cref="StoreUnreachableException"/>, never a conflict. An unconditional write that the service carries out
/// after its connection broke may overtake later writes to the record; conditional ones cannot.
/// </remarks>
public sealed class AzureTablesEntityStore : IEntityStore, IEntityDump
{
    private readonly ServiceTables tables;
    private readonly Attempts attempts;
    private readonly SingleWrite single;
    private readonly BatchWrite batch;

    public AzureTablesEntityStore(AzureTablesOptions options, TimeProvider time, Random random, ILogger<AzureTablesEntityStore>? logger = null)
        : this(options, time, random, logger, transport: null)
    {
    }

    internal AzureTablesEntityStore(
        AzureTablesOptions options, TimeProvider time, Random random, ILogger<AzureTablesEntityStore>? logger, HttpPipelineTransport? transport)
    {
        tables = new ServiceTables(options, transport);
        attempts = new Attempts(options, tables.Endpoint, time, random, logger ?? NullLogger<AzureTablesEntityStore>.Instance);
        single = new SingleWrite(tables);
        batch = new BatchWrite(tables);
    }

    public async ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckKey(row, nameof(row));
        var client = tables.Of(table);
        var found = await attempts.RunAsync(
            (_, token) => client.GetEntityIfExistsAsync<TableEntity>(StoredKey.Of(partition), StoredKey.Of(row), cancellationToken: token),
            cancellationToken).ConfigureAwait(false);
        return found.HasValue ? EntityForm.Read(found.Value!) : null;
    }

    public async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckWrite(write);
        var id = Guid.NewGuid();
        return await attempts.RunAsync((uncertain, token) => single.SendAsync(table, partition, write, id, uncertain, token), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask<WriteResult> WriteBatchAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckBatch(writes);
        if (writes.Count == 1)
        {
            return await WriteAsync(table, partition, writes[0], cancellationToken).ConfigureAwait(false);
        }

        var id = Guid.NewGuid();
        return await attempts.RunAsync((uncertain, token) => batch.SendAsync(table, partition, writes, id, uncertain, token), cancellationToken)
            .ConfigureAwait(false);
    }

    public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken)
    {
        Check(table, partition);
        EntityLimits.CheckRange(range);
        return new PartitionQuery(tables.Of(table), attempts).RunAsync(partition, range, cancellationToken);
    }

    /// <summary>In the order of tables, stored partition keys and stored row keys; a position is these three, a line each.</summary>
    public async IAsyncEnumerable<DumpedEntity> DumpAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = after?.Split('\n');
        foreach (var table in await attempts.RunAsync((_, token) => tables.ListAsync(token), cancellationToken).ConfigureAwait(false))
        {
            if (last is not null && string.CompareOrdinal(table.Value, last[0]) < 0)
            {
                continue;
            }

            var filter = table.Value == last?[0]
                ? TableClient.CreateQueryFilter($"PartitionKey gt {last[1]} or (PartitionKey eq {last[1]} and RowKey gt {last[2]})")
                : null;
            await foreach (var entity in new PartitionQuery(tables.Of(table), attempts).PagesAsync(filter, PartitionQuery.PageRows, cancellationToken)
                .ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new DumpedEntity(table, EntityForm.Read(entity), $"{table}\n{entity.PartitionKey}\n{entity.RowKey}");
            }
        }
    }

    private static void Check(TableName table, string partition)
    {
        EntityLimits.CheckTable(table);
        EntityLimits.CheckKey(partition, nameof(partition));
    }
}
