using AllianceNotify.AzureTables.Entities;
using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Azure;
using Azure.Data.Tables;
using ETag = AllianceNotify.Storage.ETag;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>Several writes to one partition as one transaction of the service, and what its answers mean.</summary>
internal sealed class BatchWrite(ServiceTables tables)
{
    private const int ConcurrentReads = 16;

    /// <param name="table">Where.</param>
    /// <param name="partition">The records' partition.</param>
    /// <param name="writes">What; at least two.</param>
    /// <param name="id">The batch's own id, the same for all its attempts.</param>
    /// <param name="uncertain">An earlier attempt may have been applied.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<WriteResult> SendAsync(
        TableName table, string partition, IReadOnlyList<EntityWrite> writes, Guid id, bool uncertain, CancellationToken cancellationToken)
    {
        var client = tables.Of(table);
        var etags = new ETag[writes.Count];
        var sent = Enumerable.Range(0, writes.Count).ToList();
        while (sent.Count > 0)
        {
            try
            {
                var answers = await client.SubmitTransactionAsync(sent.Select(i => ActionOf(partition, writes[i], id)), cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < sent.Count; i++)
                {
                    etags[sent[i]] = writes[sent[i]] is EntityWrite.Delete ? default : Versions.FromService(answers.Value[i].Headers.ETag);
                }

                break;
            }
            catch (RequestFailedException exception) when (ServiceTables.IsMissingTable(exception))
            {
                await tables.CreateAsync(table, cancellationToken).ConfigureAwait(false);
                throw;
            }
            catch (TableTransactionFailedException exception) when (exception.FailedTransactionActionIndex is { } at && at < sent.Count)
            {
                var write = writes[sent[at]];
                if (write is EntityWrite.Delete { IfMatch: null } && exception.Status == 404)
                {
                    sent = await WithoutAbsentAsync(client, partition, writes, sent, at, cancellationToken).ConfigureAwait(false);
                }
                else if (Conflicts.Of(write, exception.Status, exception.ErrorCode) is { } kind)
                {
                    return !uncertain
                        ? new WriteResult.Conflict(sent[at], kind)
                        : await OwnWorkAsync(client, partition, writes, id, cancellationToken).ConfigureAwait(false) ?? throw Conflicts.Unknown(table, exception);
                }
                else
                {
                    throw;
                }
            }
        }

        return new WriteResult.Applied(etags);
    }

    private static TableTransactionAction ActionOf(string partition, EntityWrite write, Guid id) => write switch
    {
        EntityWrite.Insert insert => new(TableTransactionActionType.Add, EntityForm.Make(partition, insert.Row, insert.Body.Span, id)),
        EntityWrite.Upsert upsert => new(TableTransactionActionType.UpsertReplace, EntityForm.Make(partition, upsert.Row, upsert.Body.Span, id)),
        EntityWrite.Replace replace => new(
            TableTransactionActionType.UpdateReplace, EntityForm.Make(partition, replace.Row, replace.Body.Span, id), Versions.ToService(replace.IfMatch)),
        EntityWrite.Delete delete => new(
            TableTransactionActionType.Delete,
            new TableEntity(StoredKey.Of(partition), StoredKey.Of(delete.Row)),
            delete.IfMatch is { } match ? Versions.ToService(match) : Azure.ETag.All),
        _ => throw new ArgumentException($"Unknown write {write.GetType().Name}.", nameof(write)),
    };

    /// <summary>
    /// The service fails a transaction over a deletion of nothing; the port does not. What is absent is left out: the deletion has happened,
    /// and who makes the record from now on comes after it.
    /// </summary>
    private static async Task<List<int>> WithoutAbsentAsync(
        TableClient client, string partition, IReadOnlyList<EntityWrite> writes, List<int> sent, int known, CancellationToken cancellationToken)
    {
        var absent = new bool[writes.Count];
        absent[sent[known]] = true;
        await Parallel.ForEachAsync(
            sent.Where(i => !absent[i] && writes[i] is EntityWrite.Delete { IfMatch: null }).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = cancellationToken },
            async (i, token) => absent[i] = !await Witness.ExistsAsync(client, partition, writes[i].Row, token).ConfigureAwait(false)).ConfigureAwait(false);
        return sent.FindAll(i => !absent[i]);
    }

    /// <summary>
    /// One record of the batch that says it is the batch's shows that all of it was applied. Versions that others have replaced since
    /// are none that will ever match, which is how the true ones would fare. Null where no record says so.
    /// </summary>
    private static async Task<WriteResult?> OwnWorkAsync(
        TableClient client, string partition, IReadOnlyList<EntityWrite> writes, Guid id, CancellationToken cancellationToken)
    {
        var found = new ETag?[writes.Count];
        await Parallel.ForAsync(
            0,
            writes.Count,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = cancellationToken },
            async (i, token) => found[i] = writes[i] is EntityWrite.Delete
                ? null
                : await Witness.ReadAsync(client, partition, writes[i].Row, id, token).ConfigureAwait(false)).ConfigureAwait(false);
        return found.Any(version => version is not null)
            ? new WriteResult.Applied([.. writes.Select((write, i) => write is EntityWrite.Delete ? default : found[i] ?? Versions.Never)])
            : null;
    }
}
