using System.Collections.Concurrent;
using AllianceNotify.Contacts;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Delivery;

/// <summary>
/// Writes down what came of a chunk's sends, many in one write. What could not be written is kept and tried again with the
/// next, and only the last failure is the caller's: every outcome lost is a recipient told twice.
/// </summary>
internal sealed class OutcomeRecorder(DeliveryTable table, AlertId alert, TimeProvider time)
{
    private readonly ConcurrentQueue<(ClaimedDelivery Claim, DeliveryStep Step)> arrived = new();
    private readonly List<(ClaimedDelivery Claim, DeliveryStep Step)> unwritten = [];

    /// <summary>What was written.</summary>
    public List<DeliveryStep> Written { get; } = [];

    /// <summary>Whose record changed under our claim: somebody has to look at them again.</summary>
    public List<ContactId> Superseded { get; } = [];

    public void Add(ClaimedDelivery claim, DeliveryStep step) => arrived.Enqueue((claim, step));

    /// <summary>Writes what has arrived; throws when the store does, and keeps it for the next call.</summary>
    public async Task FlushAsync(TimeSpan patience)
    {
        while (arrived.TryDequeue(out var item))
        {
            unwritten.Add(item);
        }

        // The caller's cancellation must not reach this: the sends have happened.
        using var grace = new CancellationTokenSource(patience, time);
        while (unwritten.Count > 0)
        {
            var batch = unwritten.Take(IEntityStore.MaxBatch).ToList();
            if (await table.ReplaceAsync(alert, [.. batch.Select(item => (item.Step.Record, item.Claim.ETag))], grace.Token).ConfigureAwait(false)
                is WriteResult.Applied)
            {
                Written.AddRange(batch.Select(item => item.Step));
                unwritten.RemoveRange(0, batch.Count);
            }
            else
            {
                await ReconcileAsync(batch, grace.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// A record changed under our claim: it was cancelled, or the claim ended and another took over. That somebody was told
    /// is true whatever it says now; any other outcome of ours is void.
    /// </summary>
    private async Task ReconcileAsync(List<(ClaimedDelivery Claim, DeliveryStep Step)> batch, CancellationToken cancellationToken)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var (claim, step) = batch[i];
            var record = claim.Record;
            if (await table.GetAsync(alert, record.Contact, record.Channel, record.Round, cancellationToken).ConfigureAwait(false) is not { } present)
            {
                throw new InvalidOperationException($"Delivery {record.Row} of alert {alert} is gone.");
            }

            var ours = present.ETag == claim.ETag;
            var told = step.Outcome == DeliveryStep.Sent && present.Value.State != DeliveryState.Sent;
            if (!ours && !told)
            {
                // Perhaps our own write, whose answer was lost; perhaps another's. Looking again is right for both.
                unwritten.Remove(batch[i]);
                Superseded.Add(record.Contact);
            }
            else if (!ours)
            {
                unwritten[unwritten.IndexOf(batch[i])] = (claim with { ETag = present.ETag }, step);
            }
        }
    }
}
