using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>Contacts: partition <c>all</c>, row = contact id.</summary>
public sealed class ContactTable(IEntityStore store)
    : DirectoryTable<ContactId, Contact>(store, "Contacts", ContactsJson.Default.Contact, contact => contact.Id)
{
    /// <summary>How many records <see cref="GetManyAsync"/> reads at once where they lie too far apart to be read in one sweep.</summary>
    private const int ConcurrentReads = 16;

    private readonly Memberships memberships = new(store);

    /// <summary>
    /// The contacts with these ids, in their order; null where there is none. Ids must ascend ordinally without repetition.
    /// One range read answers where the ids lie close together, which is how whole lists are read; what it does not
    /// reach is read one by one, a bounded number at a time. Reads at most three records for each id.
    /// </summary>
    public async Task<IReadOnlyList<Contact?>> GetManyAsync(IReadOnlyList<ContactId> ids, CancellationToken cancellationToken)
    {
        var found = new Contact?[ids.Count];
        if (ids.Count == 0)
        {
            return found;
        }

        var at = 0;
        var read = 0;
        var sweep = new RowRange(ids[0].Value, ids[^1].Value + "!", ids.Count * 2);
        await foreach (var item in Rows.QueryAsync(Partition, sweep, cancellationToken).ConfigureAwait(false))
        {
            read++;
            while (at < ids.Count && string.CompareOrdinal(ids[at].Value, item.Row) < 0)
            {
                at++;
            }

            if (at < ids.Count && ids[at].Value == item.Row)
            {
                found[at++] = item.Value;
            }
        }

        if (read == sweep.Take)
        {
            await Parallel.ForAsync(
                at,
                ids.Count,
                new ParallelOptions { MaxDegreeOfParallelism = ConcurrentReads, CancellationToken = cancellationToken },
                async (index, token) => found[index] = (await GetAsync(ids[index], token).ConfigureAwait(false))?.Value).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>
    /// Only if no contact has this id. Memberships that an interrupted deletion left under the id end first, so that a
    /// newcomer never inherits what another was told.
    /// </summary>
    public override async ValueTask<WriteResult> InsertAsync(Contact record, CancellationToken cancellationToken)
    {
        if (await GetAsync(record.Id, cancellationToken).ConfigureAwait(false) is not null)
        {
            return new WriteResult.Conflict(0, ConflictKind.AlreadyExists);
        }

        await memberships.RemoveContactAsync(record.Id, cancellationToken).ConfigureAwait(false);
        return await base.InsertAsync(record, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Only if the contact still has this version. Its memberships end with it; deleting once more finishes what a crash
    /// interrupted, and until then nobody is told, because alerts go to contacts that exist.
    /// </summary>
    public override async ValueTask<WriteResult> DeleteAsync(ContactId id, ETag ifMatch, CancellationToken cancellationToken)
    {
        var result = await base.DeleteAsync(id, ifMatch, cancellationToken).ConfigureAwait(false);
        if (result is WriteResult.Applied or WriteResult.Conflict { Kind: ConflictKind.Missing })
        {
            await memberships.RemoveContactAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }
}
