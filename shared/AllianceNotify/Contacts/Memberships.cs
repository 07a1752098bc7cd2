using System.Runtime.CompilerServices;
using AllianceNotify.Storage;

namespace AllianceNotify.Contacts;

/// <summary>
/// Who is in which list, kept twice: <c>ListMembers</c> (partition = list, row = contact) is the truth that alerts follow;
/// <c>Memberships</c> (partition <c>all</c>, row = <c>contact!list</c>) finds a contact's lists. A membership is written
/// there first and removed there last, so that after a crash anywhere the second knows at least what the first does.
/// </summary>
/// <remarks><c>!</c> sorts below every character of an id, so both tables are in the order of contact ids.</remarks>
internal sealed class Memberships(IEntityStore store)
{
    private const string All = "all";
    private static readonly TableName Members = new("ListMembers");
    private static readonly TableName Reverse = new("Memberships");
    private static readonly byte[] Empty = "{}"u8.ToArray();

    public async IAsyncEnumerable<ContactId> MembersAsync(
        ListId list, RowRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var row in store.QueryAsync(Members, list.Value, range, cancellationToken).ConfigureAwait(false))
        {
            yield return new ContactId(row.Row);
        }
    }

    public async ValueTask<bool> IsMemberAsync(ListId list, ContactId contact, CancellationToken cancellationToken) =>
        await store.GetAsync(Members, list.Value, contact.Value, cancellationToken).ConfigureAwait(false) is not null;

    public async Task<IReadOnlySet<ContactId>> MembersAmongAsync(ListId list, IReadOnlyList<ContactId> ascending, CancellationToken cancellationToken)
    {
        var members = new HashSet<ContactId>();
        if (ascending.Count == 0)
        {
            return members;
        }

        var asked = ascending.ToHashSet();
        var sweep = new RowRange(ascending[0].Value, ascending[^1].Value + "!", ascending.Count * 2);
        var read = 0;
        var last = ascending[0];
        await foreach (var member in MembersAsync(list, sweep, cancellationToken).ConfigureAwait(false))
        {
            read++;
            last = member;
            if (asked.Contains(member))
            {
                members.Add(member);
            }
        }

        if (read == sweep.Take)
        {
            var beyond = ascending.Where(contact => string.CompareOrdinal(contact.Value, last.Value) > 0).ToList();
            var found = await Task.WhenAll(beyond.Select(contact => IsMemberAsync(list, contact, cancellationToken).AsTask())).ConfigureAwait(false);
            members.UnionWith(beyond.Where((_, i) => found[i]));
        }

        return members;
    }

    public async Task AddAsync(ListId list, IEnumerable<ContactId> contacts, CancellationToken cancellationToken)
    {
        foreach (var chunk in contacts.Distinct().Chunk(IEntityStore.MaxBatch))
        {
            await ApplyAsync(Reverse, All, chunk.Select(EntityWrite (contact) => new EntityWrite.Upsert(ReverseRow(contact, list), Empty)), cancellationToken)
                .ConfigureAwait(false);
            await ApplyAsync(Members, list.Value, chunk.Select(EntityWrite (contact) => new EntityWrite.Upsert(contact.Value, Empty)), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public async Task RemoveAsync(ListId list, IEnumerable<ContactId> contacts, CancellationToken cancellationToken)
    {
        foreach (var chunk in contacts.Distinct().Chunk(IEntityStore.MaxBatch))
        {
            await ApplyAsync(Members, list.Value, chunk.Select(EntityWrite (contact) => new EntityWrite.Delete(contact.Value, null)), cancellationToken)
                .ConfigureAwait(false);
            await ApplyAsync(Reverse, All, chunk.Select(EntityWrite (contact) => new EntityWrite.Delete(ReverseRow(contact, list), null)), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>The contact's lists in the order of their ids.</summary>
    public async IAsyncEnumerable<ListId> ListsOfAsync(ContactId contact, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var list in KnownListsOfAsync(contact, cancellationToken).ConfigureAwait(false))
        {
            if (await IsMemberAsync(list, contact, cancellationToken).ConfigureAwait(false))
            {
                yield return list;
            }
        }
    }

    public async Task RemoveContactAsync(ContactId contact, CancellationToken cancellationToken)
    {
        var lists = new List<ListId>();
        await foreach (var list in KnownListsOfAsync(contact, cancellationToken).ConfigureAwait(false))
        {
            lists.Add(list);
        }

        foreach (var list in lists)
        {
            await RemoveAsync(list, [contact], cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task RemoveListAsync(ListId list, CancellationToken cancellationToken)
    {
        while (true)
        {
            var members = new List<ContactId>(IEntityStore.MaxBatch);
            await foreach (var contact in MembersAsync(list, new RowRange(Take: IEntityStore.MaxBatch), cancellationToken).ConfigureAwait(false))
            {
                members.Add(contact);
            }

            if (members.Count == 0)
            {
                return;
            }

            await RemoveAsync(list, members, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<ListId> KnownListsOfAsync(ContactId contact, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = contact.Value + "!";
        await foreach (var row in store.QueryAsync(Reverse, All, RowRange.Prefix(prefix), cancellationToken).ConfigureAwait(false))
        {
            yield return new ListId(row.Row[prefix.Length..]);
        }
    }

    private async ValueTask ApplyAsync(TableName table, string partition, IEnumerable<EntityWrite> writes, CancellationToken cancellationToken)
    {
        if (await store.WriteBatchAsync(table, partition, [.. writes], cancellationToken).ConfigureAwait(false) is WriteResult.Conflict conflict)
        {
            throw new InvalidOperationException($"An unconditional write to {table} met a conflict: {conflict.Kind}.");
        }
    }

    private static string ReverseRow(ContactId contact, ListId list) => $"{contact}!{list}";
}
