using System.Text.Json.Serialization.Metadata;
using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>
/// One kind of record that administrators keep: partition <c>all</c>, row = the record's id, so that lists come in the
/// order of ids. Every change but the first names the version it changes.
/// </summary>
public abstract class DirectoryTable<TId, T>
    where TId : struct, IStringId<TId>
    where T : class
{
    private protected const string Partition = "all";

    private readonly Func<T, TId> idOf;

    private protected DirectoryTable(IEntityStore store, string name, JsonTypeInfo<T> typeInfo, Func<T, TId> idOf)
    {
        Rows = new JsonTable<T>(store, new TableName(name), typeInfo);
        this.idOf = idOf;
    }

    private protected JsonTable<T> Rows { get; }

    public ValueTask<Versioned<T>?> GetAsync(TId id, CancellationToken cancellationToken) =>
        Rows.GetAsync(Partition, id.Value, cancellationToken);

    /// <summary>Up to <paramref name="take"/> records whose ids come after <paramref name="after"/>, and the cursor of the next page.</summary>
    public async Task<DirectoryPage<T>> ListAsync(string? after, int take, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        var items = new List<Versioned<T>>(take);

        // One more to know whether a page follows, and one for the cursor's own row, which a range includes.
        var range = new RowRange(after, Take: take + 2);
        await foreach (var item in Rows.QueryAsync(Partition, range, cancellationToken).ConfigureAwait(false))
        {
            if (item.Row == after)
            {
                continue;
            }

            if (items.Count == take)
            {
                return new DirectoryPage<T>(items, items[^1].Row);
            }

            items.Add(item);
        }

        return new DirectoryPage<T>(items, null);
    }

    /// <summary>All records in the order of their ids, read in pages behind the scenes.</summary>
    public IAsyncEnumerable<Versioned<T>> AllAsync(CancellationToken cancellationToken) =>
        Rows.QueryAsync(Partition, RowRange.All, cancellationToken);

    /// <summary>Only if no record has this id.</summary>
    public virtual ValueTask<WriteResult> InsertAsync(T record, CancellationToken cancellationToken) =>
        Rows.InsertAsync(Partition, idOf(record).Value, record, cancellationToken);

    /// <summary>Only if the record still has this version.</summary>
    public ValueTask<WriteResult> ReplaceAsync(T record, ETag ifMatch, CancellationToken cancellationToken) =>
        Rows.ReplaceAsync(Partition, idOf(record).Value, record, ifMatch, cancellationToken);

    /// <summary>Only if the record still has this version.</summary>
    public virtual ValueTask<WriteResult> DeleteAsync(TId id, ETag ifMatch, CancellationToken cancellationToken) =>
        Rows.DeleteAsync(Partition, id.Value, ifMatch, cancellationToken);
}

/// <summary>Part of a listing in key order. <paramref name="Next"/> continues it; null: this was the end.</summary>
public sealed record DirectoryPage<T>(IReadOnlyList<Versioned<T>> Items, string? Next);
