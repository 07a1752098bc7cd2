using AllianceNotify.Delivery;

namespace AllianceNotify.Messaging;

/// <summary>One dead letter as a person sees it, wherever it is kept.</summary>
/// <param name="Id">Names it in <see cref="DeadLetters.ReplayAsync"/>: where it is kept and its id there.</param>
/// <param name="Queue">The queue it goes back to.</param>
/// <param name="Body">The message: ids only, or the report as a system put it on the queue.</param>
/// <param name="Reason">Why it is here.</param>
/// <param name="Attempts">Handed out (queue messages) or sent (deliveries) so often.</param>
/// <param name="PlannedAt">When it was first queued.</param>
/// <param name="DeadAt">When it was set aside.</param>
public sealed record DeadLetterItem(
    string Id, string Queue, ReadOnlyMemory<byte> Body, string Reason, int Attempts, DateTimeOffset PlannedAt, DateTimeOffset DeadAt);

/// <summary>Dead letters, and where the next page starts (null: there is none).</summary>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetterItem> Items, string? Next);

/// <summary>What became of a replay.</summary>
public enum ReplayResult
{
    /// <summary>It is queued again; the dead letter is gone.</summary>
    Replayed,

    /// <summary>No dead letter has this id; perhaps it was replayed already.</summary>
    NotFound,

    /// <summary>The work has been done or called off since; the dead letter is gone and nothing is queued.</summary>
    NothingToDo,
}

/// <summary>
/// All that was set aside for a person: whole messages in the queues, and single deliveries in the store. Lists the stored
/// ones first, then queue by queue, each oldest first.
/// </summary>
public sealed class DeadLetters(IMessageQueue queue, DeadLetterTable table, ReplayDelivery replayDelivery)
{
    private const string Stored = "stored";
    private const char Separator = '.';

    private static readonly IReadOnlyList<string> Places = [Stored, .. QueueName.All.Select(name => name.Value)];

    /// <param name="after">The <see cref="DeadLetterPage.Next"/> of the page before; null: from the start.</param>
    /// <param name="max">Items a page, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FormatException"><paramref name="after"/> was not made by this method.</exception>
    public async Task<DeadLetterPage> ListAsync(string? after, int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, 1000);
        var (place, last) = after is null ? (0, null) : Split(after) ?? throw new FormatException("Not a place in the list of dead letters.");
        var items = new List<DeadLetterItem>();
        for (; place < Places.Count && items.Count <= max; place++, last = null)
        {
            items.AddRange(await ReadAsync(Places[place], last, max + 1 - items.Count, cancellationToken).ConfigureAwait(false));
        }

        return items.Count > max ? new DeadLetterPage(items[..max], items[max - 1].Id) : new DeadLetterPage(items, null);
    }

    /// <summary>Puts one back to work with its counts at zero.</summary>
    public async Task<ReplayResult> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        if (Split(id) is not ({ } place, { } name))
        {
            return ReplayResult.NotFound;
        }

        if (place > 0)
        {
            if (QueueName.All[place - 1] == QueueName.Deliveries
                && await FindAsync(QueueName.Deliveries, name, cancellationToken).ConfigureAwait(false) is { } found)
            {
                await RenewAsync(found.Message.Body, cancellationToken).ConfigureAwait(false);
            }

            return await queue.ReplayDeadLetterAsync(QueueName.All[place - 1], name, cancellationToken).ConfigureAwait(false)
                ? ReplayResult.Replayed
                : ReplayResult.NotFound;
        }

        if (await table.GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } letter)
        {
            return ReplayResult.NotFound;
        }

        // Queued before it is removed: a crash between the two leaves a dead letter whose replay finds nothing left to do.
        var queued = letter.Value.Message is { } whole
            ? await SendAgainAsync(letter.Value, whole, cancellationToken).ConfigureAwait(false)
            : await replayDelivery.RunAsync(letter.Value, cancellationToken).ConfigureAwait(false);
        await table.RemoveAsync(letter, cancellationToken).ConfigureAwait(false);
        return queued ? ReplayResult.Replayed : ReplayResult.NothingToDo;
    }

    /// <summary>Under an id of its own: a broker that detects duplicates would drop it under the first one.</summary>
    private async Task<bool> SendAgainAsync(StoredDeadLetter letter, byte[] body, CancellationToken cancellationToken)
    {
        var name = QueueName.All.Single(queue => queue.Value == letter.Queue);
        if (name == QueueName.Deliveries)
        {
            await RenewAsync(body, cancellationToken).ConfigureAwait(false);
        }

        var message = new QueueMessage { Id = DeterministicId.Random("m-"), Body = body, Lane = letter.Lane };
        await queue.SendAsync(name, [message], cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>What waits in a chunk has its deadline behind it by now.</summary>
    private async Task RenewAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (DeliveryChunkMessage.Read(body).Chunk is { } chunk)
        {
            await replayDelivery.RenewAsync(chunk, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IEnumerable<DeadLetterItem>> ReadAsync(string place, string? after, int max, CancellationToken cancellationToken)
    {
        if (place == Stored)
        {
            return await table.ListAsync(after, max, cancellationToken)
                .Select(letter => new DeadLetterItem(
                    $"{place}{Separator}{letter.Id}",
                    letter.Queue,
                    letter.Message ?? System.Text.Encoding.UTF8.GetBytes(letter.Body),
                    letter.Reason,
                    letter.Attempts,
                    letter.PlannedAt,
                    letter.DeadAt))
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }

        var name = QueueName.All.Single(name => name.Value == place);
        var letters = await queue.PeekDeadLettersAsync(name, after, max, cancellationToken).ConfigureAwait(false);
        return letters.Select(letter => new DeadLetterItem(
            $"{place}{Separator}{letter.Id}", place, letter.Message.Body, letter.Reason, letter.DeliveryCount, letter.EnqueuedAt, letter.DeadAt));
    }

    private async Task<DeadLetter?> FindAsync(QueueName name, string id, CancellationToken cancellationToken)
    {
        string? after = null;
        while (await queue.PeekDeadLettersAsync(name, after, 100, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            if (page.FirstOrDefault(letter => letter.Id == id) is { } found)
            {
                return found;
            }

            after = page[^1].Id;
        }

        return null;
    }

    private static (int Place, string Id)? Split(string id)
    {
        var separator = id.IndexOf(Separator, StringComparison.Ordinal);
        var place = separator > 0 ? Places.ToList().IndexOf(id[..separator]) : -1;
        return place >= 0 && separator < id.Length - 1 ? (place, id[(separator + 1)..]) : null;
    }
}
