using System.Text;
using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery;

/// <summary>
/// Sends a delivery that was set aside again, because a person asked for it: with its attempts at zero and a fresh
/// deadline. The alert and its mode stay what they are, and pass the same gate.
/// </summary>
public sealed class ReplayDelivery(DeliveryTable table, SituationTable situations, IMessageQueue queue, IOptions<DeliveryOptions> options, TimeProvider time)
{
    /// <summary>False where there is nothing to do: it was sent, called off, or taken up again in another way.</summary>
    public async Task<bool> RunAsync(StoredDeadLetter letter, CancellationToken cancellationToken)
    {
        var (chunk, unreadable) = DeliveryChunkMessage.Read(Encoding.UTF8.GetBytes(letter.Body));
        if (chunk is null)
        {
            throw new InvalidDataException($"Dead letter {letter.Id}: {unreadable}");
        }

        if (!await ResetAsync(chunk, failed: true, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var again = DeliveryChunkMessage.NewChunk(chunk.Alert, chunk.Channel, chunk.Round, chunk.Language, chunk.Contacts);
        await queue.SendAsync(QueueName.Deliveries, [again.ToMessage(letter.Lane)], cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Gives what of a chunk is not settled its attempts and time anew, before the chunk itself is replayed. What failed in it
    /// has gone to the next channel, or has a dead letter of its own.
    /// </summary>
    public Task RenewAsync(DeliveryChunk chunk, CancellationToken cancellationToken) => ResetAsync(chunk, failed: false, cancellationToken);

    private async Task<bool> ResetAsync(DeliveryChunk chunk, bool failed, CancellationToken cancellationToken)
    {
        var any = false;
        if (await situations.GetAlertAsync(chunk.Alert, cancellationToken).ConfigureAwait(false) is { } alert)
        {
            foreach (var contact in chunk.Contacts)
            {
                any |= await ResetAsync(alert, chunk, contact, failed, cancellationToken).ConfigureAwait(false);
            }
        }

        return any;
    }

    private async Task<bool> ResetAsync(Alert alert, DeliveryChunk chunk, ContactId contact, bool failed, CancellationToken cancellationToken)
    {
        while (await table.GetAsync(chunk.Alert, contact, chunk.Channel, chunk.Round, cancellationToken).ConfigureAwait(false) is { } read)
        {
            var now = time.GetUtcNow();
            var fresh = read.Value with
            {
                State = DeliveryState.Queued,
                Attempts = 0,
                NotBefore = null,
                ClaimTicket = null,
                ClaimUntil = null,
                Deadline = options.Value.DeadlineFor(chunk.Channel, alert.Urgency, now, read.Value.Fallbacks.Count == 0),
            };
            switch (read.Value.State)
            {
                case DeliveryState.Sent or DeliveryState.Withheld or DeliveryState.Cancelled:
                    return false;
                case DeliveryState.Failed when !failed:
                    return false;
                case DeliveryState.Sending when read.Value.ClaimUntil > now:
                    return true;
                default:
                    if (await table.ReplaceAsync(chunk.Alert, [(fresh, read.ETag)], cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }
}
