using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Delivery;

/// <summary>
/// Asks the marking rule once more, just before sending: between planning and sending, a retry or a quiet night later, a
/// contact may have changed nation, agency or colour. Who may no longer read gets nothing, and the record says so.
/// </summary>
internal sealed class LastMarkingCheck(ContactTable contacts, DeliveryTable table, TimeProvider time)
{
    public async Task WithholdAsync(Alert alert, DeliveryChunk chunk, CancellationToken cancellationToken)
    {
        var ids = chunk.Contacts.OrderBy(contact => contact.Value, StringComparer.Ordinal).ToList();
        var known = await contacts.GetManyAsync(ids, cancellationToken).ConfigureAwait(false);
        var reasons = new Dictionary<ContactId, string>();
        foreach (var contact in known.OfType<Contact>())
        {
            if (MarkingRule.Withholds(contact, alert.Marking) is { } reason)
            {
                reasons[contact.Id] = $"Withheld before sending: {reason}";
            }
        }

        while (reasons.Count > 0)
        {
            var now = time.GetUtcNow();
            var open = await table.GetManyAsync(chunk.Alert, [.. reasons.Keys], chunk.Channel, chunk.Round, cancellationToken).ConfigureAwait(false);
            var writes = open
                .Where(read => read.Value.State == DeliveryState.Queued
                    || (read.Value.State == DeliveryState.Sending && (read.Value.ClaimTicket == chunk.Ticket || read.Value.ClaimUntil <= now)))
                .Select(read => (Withheld(read.Value, reasons[read.Value.Contact]), read.ETag))
                .ToList();
            if (writes.Count == 0 || await table.ReplaceAsync(chunk.Alert, writes, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                return;
            }
        }
    }

    private static DeliveryRecord Withheld(DeliveryRecord record, string reason) =>
        record with { State = DeliveryState.Withheld, Reason = reason, ClaimTicket = null, ClaimUntil = null, NotBefore = null };
}
