using AllianceNotify.AzureTables.Entities;
using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Azure;
using Azure.Data.Tables;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>One write, and what its answers mean.</summary>
internal sealed class SingleWrite(ServiceTables tables)
{
    /// <param name="table">Where.</param>
    /// <param name="partition">The record's partition.</param>
    /// <param name="write">What.</param>
    /// <param name="id">The write's own id, the same for all its attempts.</param>
    /// <param name="uncertain">An earlier attempt may have been applied.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<WriteResult> SendAsync(
        TableName table, string partition, EntityWrite write, Guid id, bool uncertain, CancellationToken cancellationToken)
    {
        try
        {
            return await RequestAsync(table, partition, write, id, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (ServiceTables.IsMissingTable(exception))
        {
            if (write is not (EntityWrite.Insert or EntityWrite.Upsert))
            {
                return OfAbsent(write);
            }

            await tables.CreateAsync(table, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (RequestFailedException exception) when (Conflicts.Of(write, exception.Status, exception.ErrorCode) is { } kind)
        {
            if (!uncertain)
            {
                return new WriteResult.Conflict(0, kind);
            }

            var found = write is EntityWrite.Delete ? null : await Witness.ReadAsync(tables.Of(table), partition, write.Row, id, cancellationToken).ConfigureAwait(false);
            return found is { } version ? new WriteResult.Applied([version]) : throw Conflicts.Unknown(table, exception);
        }
    }

    private async Task<WriteResult> RequestAsync(TableName table, string partition, EntityWrite write, Guid id, CancellationToken cancellationToken)
    {
        var client = tables.Of(table);
        var response = write switch
        {
            EntityWrite.Insert insert => await client.AddEntityAsync(EntityForm.Make(partition, insert.Row, insert.Body.Span, id), cancellationToken)
                .ConfigureAwait(false),
            EntityWrite.Upsert upsert => await client.UpsertEntityAsync(
                EntityForm.Make(partition, upsert.Row, upsert.Body.Span, id), TableUpdateMode.Replace, cancellationToken).ConfigureAwait(false),
            EntityWrite.Replace replace => await client.UpdateEntityAsync(
                EntityForm.Make(partition, replace.Row, replace.Body.Span, id), Versions.ToService(replace.IfMatch), TableUpdateMode.Replace, cancellationToken)
                .ConfigureAwait(false),
            EntityWrite.Delete delete => await client.DeleteEntityAsync(
                StoredKey.Of(partition), StoredKey.Of(delete.Row), delete.IfMatch is { } match ? Versions.ToService(match) : Azure.ETag.All, cancellationToken)
                .ConfigureAwait(false),
            _ => throw new ArgumentException($"Unknown write {write.GetType().Name}.", nameof(write)),
        };

        // The client hands on the answer to a deletion of nothing, and does not throw.
        if (response.IsError && write is not EntityWrite.Delete { IfMatch: null })
        {
            throw new RequestFailedException(response);
        }

        return new WriteResult.Applied([write is EntityWrite.Delete ? default : Versions.FromService(response.Headers.ETag)]);
    }

    private static WriteResult OfAbsent(EntityWrite write) => write is EntityWrite.Delete { IfMatch: null }
        ? new WriteResult.Applied([default])
        : new WriteResult.Conflict(0, ConflictKind.Missing);
}
