using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

/// <summary>
/// Asks once more, just before sending, who may still be told and where: between planning and sending, a retry or a quiet night
/// later, a contact may have been deleted, taken out of the lists that reached it, changed nation, agency or colour, or have another
/// address.
/// </summary>
/// <remarks>
/// Two reads a chunk, two more for each list until every contact was found in one, and one for each channel of a contact whose
/// address changed. A contact that was reached in another way than by lists (on call, told earlier of the situation) needs no list.
/// The rota of a contact on call is not asked again: it says who is to be asked first, not who may know, and of a watch that
/// has changed hands in the meantime both may hear of it. The next round asks whoever is on call then.
/// </remarks>
internal sealed class LastLook(ContactTable contacts, ListTable lists, DeliveryTable deliveries)
{
    /// <summary>Of the contacts of these deliveries, those of whom something has to be said, and what.</summary>
    public async Task<IReadOnlyDictionary<ContactId, Objection>> ObjectionsAsync(
        Alert alert, IReadOnlyCollection<DeliveryRecord> open, CancellationToken cancellationToken)
    {
        var objections = new Dictionary<ContactId, Objection>();
        var records = open.OrderBy(record => record.Contact.Value, StringComparer.Ordinal).ToList();
        var known = await contacts.GetManyAsync([.. records.Select(record => record.Contact)], cancellationToken).ConfigureAwait(false);
        var listed = new List<DeliveryRecord>();
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            if (known[i] is not { } contact)
            {
                objections[record.Contact] = new Objection.MayNotBeTold("The contact was deleted.");
            }
            else if (MarkingRule.Withholds(contact, alert.Marking) is { } reason)
            {
                objections[record.Contact] = new Objection.MayNotBeTold(reason);
            }
            else
            {
                if (!contact.Channels.Contains(new ContactChannel(record.Channel, record.Address)))
                {
                    objections[record.Contact] = new Objection.IsElsewhere(await InsteadAsync(contact, record, cancellationToken).ConfigureAwait(false));
                }

                if (record.Lists is { Count: > 0 })
                {
                    listed.Add(record);
                }
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
            objections[record.Contact] = new Objection.MayNotBeTold(
                $"The contact was taken out of {string.Join(", ", record.Lists!.Take(8).Select(list => $"list {list}"))}.");
        }

        return objections;
    }

    /// <summary>
    /// Where the contact can be reached now: the new address on the same channel, what is left of the planned fallbacks, then what else
    /// it has; without the channels that this round has tried already.
    /// </summary>
    private async Task<IReadOnlyList<ContactChannel>> InsteadAsync(Contact contact, DeliveryRecord record, CancellationToken cancellationToken)
    {
        var untried = new List<ContactChannel>();
        foreach (var channel in contact.Channels)
        {
            var tried = channel.Channel == record.Channel
                ? null
                : await deliveries.GetAsync(record.Alert, record.Contact, channel.Channel, record.Round, cancellationToken).ConfigureAwait(false);
            if (tried is null || (tried.Value.Value is { State: DeliveryState.Failed } failed && failed.Address != channel.Address))
            {
                untried.Add(channel);
            }
        }

        return [.. untried.OrderBy(channel => channel.Channel == record.Channel ? 0 : record.Fallbacks.Contains(channel) ? 1 : 2)];
    }
}

/// <summary>Why a delivery must not be sent as it was planned.</summary>
internal abstract record Objection
{
    private Objection()
    {
    }

    /// <param name="Reason">A sentence for administrators.</param>
    public sealed record MayNotBeTold(string Reason) : Objection;

    /// <summary>The contact has the planned address no more.</summary>
    /// <param name="Instead">In the order in which to try them; none: the contact cannot be reached.</param>
    public sealed record IsElsewhere(IReadOnlyList<ContactChannel> Instead) : Objection;
}
