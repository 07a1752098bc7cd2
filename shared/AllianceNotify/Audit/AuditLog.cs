using System.Globalization;
using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Audit;

/// <summary>
/// Who ordered what, hash-chained, in one partition: rows are the entries' numbers, and <c>head</c> names the last. An entry and
/// the new head are one batch that is conditional on the old head, so that of two instances appending at once each gets a
/// number of its own and a crash leaves no half entry.
/// </summary>
/// <remarks>
/// An order is written before it is carried out: there is never a change without its entry. Where it then came to nothing, a
/// further entry says so; after a crash between the two, only the order stands.
/// </remarks>
public sealed class AuditLog(IEntityStore store, TimeProvider time) : IDisposable
{
    private const string Partition = "log";
    private const string HeadRow = "head";

    private static readonly TableName Name = new("Audit");

    private readonly JsonTable<AuditEntry> entries = new(store, Name, AuditJson.Default.AuditEntry);
    private readonly JsonTable<AuditHead> heads = new(store, Name, AuditJson.Default.AuditHead);
    private readonly SemaphoreSlim turn = new(1);

    public void Dispose() => turn.Dispose();

    /// <summary>Durable when it returns.</summary>
    public Task<AuditEntry> AppendAsync(AuditOrder order, CancellationToken cancellationToken) => AppendAsync(order, of: null, cancellationToken);

    /// <summary>Writes the order down, carries it out, and writes down too where <paramref name="done"/> says that it came to nothing.</summary>
    public async Task<T> RecordAsync<T>(AuditOrder order, Func<Task<T>> change, Func<T, bool> done, CancellationToken cancellationToken)
    {
        var entry = await AppendAsync(order, cancellationToken).ConfigureAwait(false);
        var result = await change().ConfigureAwait(false);
        if (!done(result))
        {
            await AppendAsync(order with { Action = AuditEntry.NotDone, Detail = null }, entry.Number, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Entries in their order from after number <paramref name="after"/> on.</summary>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entry in entries.QueryAsync(Partition, new RowRange(RowOf(after + 1), HeadRow), cancellationToken).ConfigureAwait(false))
        {
            yield return entry.Value;
        }
    }

    /// <summary>The number of the last entry before this time; 0 where there is none. Reads as many entries as their number has binary digits.</summary>
    public async Task<long> LastBeforeAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (low, high) = (0L, (await HeadAsync(cancellationToken).ConfigureAwait(false))?.Value.Number ?? 0);
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            var entry = await entries.GetAsync(Partition, RowOf(middle), cancellationToken).ConfigureAwait(false);
            (low, high) = entry is { } found && found.Value.At < since ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>Reads the whole log and says whether it is what was written.</summary>
    /// <param name="anchor">The number and hash of an entry, as an earlier check printed it and somebody kept it elsewhere.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public Task<AuditVerdict> VerifyAsync((long Number, string Hash)? anchor, CancellationToken cancellationToken) =>
        new VerifyAudit(store, Name, Partition, HeadRow, RowOf).RunAsync(anchor, cancellationToken);

    private ValueTask<Versioned<AuditHead>?> HeadAsync(CancellationToken cancellationToken) => heads.GetAsync(Partition, HeadRow, cancellationToken);

    private async Task<AuditEntry> AppendAsync(AuditOrder order, long? of, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                var head = await HeadAsync(cancellationToken).ConfigureAwait(false);
                var now = time.GetUtcNow();
                var entry = new AuditEntry
                {
                    Number = (head?.Value.Number ?? 0) + 1,
                    At = head?.Value.At is { } last && last > now ? last : now,
                    ActorId = order.ActorId,
                    ActorName = order.ActorName,
                    Action = order.Action,
                    Subject = order.Subject,
                    Detail = order.Detail,
                    Of = of,
                    Previous = head?.Value.Hash ?? AuditEntry.Beginning,
                }.Sealed();
                var newHead = heads.Serialize(new AuditHead(entry.Number, entry.Hash, entry.At));
                EntityWrite[] writes =
                [
                    head is { } old ? new EntityWrite.Replace(HeadRow, newHead, old.ETag) : new EntityWrite.Insert(HeadRow, newHead),
                    new EntityWrite.Insert(RowOf(entry.Number), entries.Serialize(entry)),
                ];
                switch (await store.WriteBatchAsync(Name, Partition, writes, cancellationToken).ConfigureAwait(false))
                {
                    case WriteResult.Applied:
                        return entry;
                    case WriteResult.Conflict { Index: 1 }:
                        // Looking again would find the same for ever.
                        throw new InvalidDataException($"The audit log has an entry {entry.Number} beyond its head: run 'audit verify'.");
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private static string RowOf(long number) => number.ToString("D19", CultureInfo.InvariantCulture);
}
