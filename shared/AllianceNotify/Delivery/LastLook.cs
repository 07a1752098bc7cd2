using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

/// <summary>
/// Asks once more, just before sending, who may still be told: between planning and sending, a retry or a quiet night later, a
/// contact may have been deleted, taken out of the lists that reached it, or changed nation, agency or colour.
/// </summary>
/// <remarks>
/// Two reads a chunk, and two more for each list until every contact was found in one. A contact that was reached in
/// another way than by lists (on call, told earlier of the situation) needs none.
/// </remarks>
internal sealed class LastLook(ContactTable contacts, ListTable lists)
{
    /// <summary>Of the contacts of these deliveries, those who may not be told any more, and why: a sentence for administrators.</summary>
    public async Task<IReadOnlyDictionary<ContactId, string>> RefusedAsync(
        Alert alert, IReadOnlyCollection<DeliveryRecord> open, CancellationToken cancellationToken)
    {
        var refused = new Dictionary<ContactId, string>();
        var records = open.OrderBy(record => record.Contact.Value, StringComparer.Ordinal).ToList();
        var known = await contacts.GetManyAsync([.. records.Select(record => record.Contact)], cancellationToken).ConfigureAwait(false);
        var listed = new List<DeliveryRecord>();
        for (var i = 0; i < records.Count; i++)
        {
            var reason = known[i] is { } contact ? MarkingRule.Withholds(contact, alert.Marking) : "The contact was deleted.";
            if (reason is not null)
            {
                refused[records[i].Contact] = reason;
            }
            else if (records[i].Lists is { Count: > 0 })
            {
                listed.Add(records[i]);
            }
        }

        var byUse = listed.SelectMany(record => record.Lists!).CountBy(list => list).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Value, StringComparer.Ordinal);
        foreach (var (list, _) in byUse)
        {
            var asked = listed.Where(record => record.Lists!.Contains(list)).Select(record => record.Contact).ToList();
            if (asked.Count > 0)
            {
                var members = await lists.MembersAmongAsync(list, asked, cancellationToken).ConfigureAwait(false);
                listed.RemoveAll(record => members.Contains(record.Contact));
            }
        }

        foreach (var record in listed)
        {
            refused[record.Contact] = $"The contact was taken out of {string.Join(", ", record.Lists!.Take(8).Select(list => $"list {list}"))}.";
        }

        return refused;
    }
}
