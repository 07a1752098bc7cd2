using System.Runtime.CompilerServices;
using AllianceNotify.AzureTables.Entities;
using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Azure;
using Azure.Data.Tables;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>A range of one partition, page by page; a page that fails is asked for again from its continuation token.</summary>
internal sealed class PartitionQuery(TableClient table, Attempts attempts)
{
    /// <summary>The most that the service puts into a page.</summary>
    public const int PageRows = 1000;

    public async IAsyncEnumerable<StoredEntity> RunAsync(string partition, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (range.Take == 0 || (range is { From: { } from, To: { } to } && string.CompareOrdinal(from, to) >= 0))
        {
            yield break;
        }

        var left = range.Take ?? int.MaxValue;
        await foreach (var entity in InOrder(PagesAsync(FilterOf(partition, range), Math.Min(left, PageRows), cancellationToken)).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((range.From is null || string.CompareOrdinal(entity.Row, range.From) >= 0) && (range.To is null || string.CompareOrdinal(entity.Row, range.To) < 0))
            {
                yield return entity;
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>All entities that a filter lets through, in the order of their stored keys.</summary>
    public async IAsyncEnumerable<TableEntity> PagesAsync(string? filter, int pageRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await attempts.RunAsync((_, token) => PageAsync(filter, pageRows, continuation, token), cancellationToken).ConfigureAwait(false);
            foreach (var entity in page?.Values ?? [])
            {
                yield return entity;
            }

            continuation = page?.ContinuationToken;
        }
        while (continuation is not null);
    }

    private async Task<Page<TableEntity>?> PageAsync(string? filter, int pageRows, string? continuation, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var page in table.QueryAsync<TableEntity>(filter, pageRows, cancellationToken: cancellationToken)
                .AsPages(continuation).ConfigureAwait(false))
            {
                return page;
            }

            return null;
        }
        catch (RequestFailedException exception) when (ServiceTables.IsMissingTable(exception))
        {
            return null;
        }
    }

    /// <summary>
    /// Rows come as the service has them, which is their order but for long keys that share a beginning: those are held until
    /// the last of them has come.
    /// </summary>
    private static async IAsyncEnumerable<StoredEntity> InOrder(IAsyncEnumerable<TableEntity> entities)
    {
        var held = new List<StoredEntity>();
        var beginning = "";
        await foreach (var entity in entities.ConfigureAwait(false))
        {
            if (held.Count > 0 && !entity.RowKey.StartsWith(beginning, StringComparison.Ordinal))
            {
                foreach (var row in held.OrderBy(row => row.Row, StringComparer.Ordinal))
                {
                    yield return row;
                }

                held.Clear();
            }

            if (entity.RowKey.Length <= StoredKey.Head)
            {
                yield return EntityForm.Read(entity);
            }
            else
            {
                beginning = entity.RowKey[..StoredKey.Head];
                held.Add(EntityForm.Read(entity));
            }
        }

        foreach (var row in held.OrderBy(row => row.Row, StringComparer.Ordinal))
        {
            yield return row;
        }
    }

    private static string FilterOf(string partition, RowRange range)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {StoredKey.Of(partition)}");
        if (range.From is { } from)
        {
            filter += TableClient.CreateQueryFilter($" and RowKey ge {StoredKey.LowerBound(from)}");
        }

        if (range.To is { } to)
        {
            filter += TableClient.CreateQueryFilter($" and RowKey lt {StoredKey.UpperBound(to)}");
        }

        return filter;
    }
}
