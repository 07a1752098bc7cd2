using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>
/// Contact lists: partition <c>all</c>, row = list id. Members are rows of their own (partition = list, row = contact), so a
/// list has no size limit and one membership changes without rewriting the others.
/// </summary>
public sealed class ListTable(IEntityStore store)
    : DirectoryTable<ListId, ContactList>(store, "Lists", ContactsJson.Default.ContactList, list => list.Id)
{
    private readonly Memberships memberships = new(store);

    /// <summary>
    /// Members in the order of their ids. A member need not exist as a contact any more. Empty for a list that does not
    /// exist, whatever rows an interrupted deletion left.
    /// </summary>
    public async IAsyncEnumerable<ContactId> MembersAsync(
        ListId list, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (await GetAsync(list, cancellationToken).ConfigureAwait(false) is null)
        {
            yield break;
        }

        await foreach (var contact in memberships.MembersAsync(list, RowRange.All, cancellationToken).ConfigureAwait(false))
        {
            yield return contact;
        }
    }

    /// <summary>Up to <paramref name="take"/> members whose ids come after <paramref name="after"/>; <c>Next</c> is the cursor of the next page.</summary>
    public async Task<(IReadOnlyList<ContactId> Items, string? Next)> MemberPageAsync(
        ListId list, string? after, int take, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        var items = new List<ContactId>(take);
        var range = new RowRange(after, Take: take + 2);
        await foreach (var contact in memberships.MembersAsync(list, range, cancellationToken).ConfigureAwait(false))
        {
            if (contact.Value == after)
            {
                continue;
            }

            if (items.Count == take)
            {
                return (items, items[^1].Value);
            }

            items.Add(contact);
        }

        return (items, null);
    }

    public ValueTask<bool> IsMemberAsync(ListId list, ContactId contact, CancellationToken cancellationToken) =>
        memberships.IsMemberAsync(list, contact, cancellationToken);

    /// <summary>
    /// Which of these contacts, in ascending order of their ids, are members. One range read answers where they lie close together in the list; what it does not
    /// reach is read one by one. None for a list that does not exist.
    /// </summary>
    public async Task<IReadOnlySet<ContactId>> MembersAmongAsync(ListId list, IReadOnlyList<ContactId> ascending, CancellationToken cancellationToken) =>
        await GetAsync(list, cancellationToken).ConfigureAwait(false) is null
            ? new HashSet<ContactId>()
            : await memberships.MembersAmongAsync(list, ascending, cancellationToken).ConfigureAwait(false);

    /// <summary>The lists that a contact is in, in the order of their ids.</summary>
    public IAsyncEnumerable<ListId> ListsOfAsync(ContactId contact, CancellationToken cancellationToken) =>
        memberships.ListsOfAsync(contact, cancellationToken);

    /// <summary>Adds those who are not members yet. False: there is no such list and nobody was added. Safe to repeat.</summary>
    public async ValueTask<bool> AddMembersAsync(ListId list, IEnumerable<ContactId> contacts, CancellationToken cancellationToken)
    {
        if (await GetAsync(list, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        await memberships.AddAsync(list, contacts, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes those who are members. Safe to repeat.</summary>
    public Task RemoveMembersAsync(ListId list, IEnumerable<ContactId> contacts, CancellationToken cancellationToken) =>
        memberships.RemoveAsync(list, contacts, cancellationToken);

    /// <summary>
    /// Makes these the members: first adds, then removes, so that at no moment somebody who stays is out. An
    /// interrupted call leaves too many rather than too few, and repeating it finishes. False: there is no such list.
    /// </summary>
    public async ValueTask<bool> ReplaceMembersAsync(ListId list, IEnumerable<ContactId> contacts, CancellationToken cancellationToken)
    {
        if (await GetAsync(list, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        var wanted = contacts.ToHashSet();
        var gone = new List<ContactId>();
        await foreach (var member in memberships.MembersAsync(list, RowRange.All, cancellationToken).ConfigureAwait(false))
        {
            if (!wanted.Remove(member))
            {
                gone.Add(member);
            }
        }

        await memberships.AddAsync(list, wanted, cancellationToken).ConfigureAwait(false);
        await memberships.RemoveAsync(list, gone, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Only if no list has this id. Starts empty, also where an interrupted deletion left members under the id.</summary>
    public override async ValueTask<WriteResult> InsertAsync(ContactList record, CancellationToken cancellationToken)
    {
        if (await GetAsync(record.Id, cancellationToken).ConfigureAwait(false) is not null)
        {
            return new WriteResult.Conflict(0, ConflictKind.AlreadyExists);
        }

        await memberships.RemoveListAsync(record.Id, cancellationToken).ConfigureAwait(false);
        return await base.InsertAsync(record, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Only if the list still has this version. Its memberships end with it; deleting once more finishes what a crash interrupted.</summary>
    public override async ValueTask<WriteResult> DeleteAsync(ListId id, ETag ifMatch, CancellationToken cancellationToken)
    {
        var result = await base.DeleteAsync(id, ifMatch, cancellationToken).ConfigureAwait(false);
        if (result is WriteResult.Applied or WriteResult.Conflict { Kind: ConflictKind.Missing })
        {
            await memberships.RemoveListAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }
}
