using System.Globalization;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Amqp;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>
/// Dead letters in a queue of our own. To look at them is to receive them all and to release them again, which puts them back
/// in their places; while one process looks, another sees fewer.
/// </summary>
internal sealed class DeadQueue(string name, BrokerConnection connection, AmqpOptions options, TimeProvider time, TimeProvider wire) : IDisposable
{
    /// <summary>No more are looked at: a hub with more has one cause to look for first.</summary>
    internal const int Most = 2000;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim one = new(1);
    private Reader? reader;
    private int held;

    public void Dispose() => one.Dispose();

    /// <summary>Received and not released at this moment.</summary>
    public int Held => Volatile.Read(ref held);

    public static void Mark(Message letter, string reason, DateTimeOffset now)
    {
        letter.ApplicationProperties[AmqpProperties.DeadReason] = reason;
        letter.ApplicationProperties[AmqpProperties.DeadAt] = MessageText.Moment(now);
        letter.ApplicationProperties[AmqpProperties.DeadId] = DeterministicId.Random(now.UtcTicks.ToString("D19", CultureInfo.InvariantCulture) + "-");
    }

    public Task<IReadOnlyList<DeadLetter>> PeekAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
        LookAsync<IReadOnlyList<DeadLetter>>(
            letters => Task.FromResult<IReadOnlyList<DeadLetter>>(
            [
                .. letters.Select(letter => Read(queue, letter))
                    .Where(letter => after is null || string.CompareOrdinal(letter.Id, after) > 0)
                    .OrderBy(letter => letter.Id, StringComparer.Ordinal)
                    .Take(max),
            ]),
            cancellationToken);

    /// <summary>False where there is none of that id.</summary>
    public Task<bool> ReplayAsync(QueueName queue, string id, Func<Carried, Task> send, CancellationToken cancellationToken) =>
        LookAsync(
            async letters =>
            {
                if (letters.Find(letter => Read(queue, letter).Id == id) is not { } found)
                {
                    return false;
                }

                await send(MessageText.Read(found, null, time.GetUtcNow())).ConfigureAwait(false);
                reader!.Link.Accept(found);
                letters.Remove(found);
                return true;
            },
            cancellationToken);

    private async Task<T> LookAsync<T>(Func<List<Message>, Task<T>> look, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
            if (reader is null || reader.Live != current || reader.Link.IsClosed)
            {
                reader = await Reader.AttachAsync(current, name, cancellationToken).ConfigureAwait(false);
            }

            var letters = await reader.ReadAllAsync(options, wire, cancellationToken).ConfigureAwait(false);
            try
            {
                Volatile.Write(ref held, letters.Count);
                return await look(letters).ConfigureAwait(false);
            }
            finally
            {
                foreach (var letter in letters)
                {
                    reader.Link.Release(letter);
                }

                // The broker has them back when it has answered what was asked after that.
                await reader.CountAsync(options, wire, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref held, 0);
                if (!reader.IsDone)
                {
                    // RabbitMQ 3 goes on sending to a link that is detached with credit left, and to nobody: only the session's end stops it.
                    reader.Live.Dispose();
                }
            }
        }
        catch (Exception exception) when (exception is AmqpException or TimeoutException or ObjectDisposedException)
        {
            reader?.Live.Dispose();
            Volatile.Write(ref held, 0);
            throw new QueueUnreachableException("The dead letters could not be read.", exception);
        }
        finally
        {
            one.Release();
        }
    }

    private DeadLetter Read(QueueName queue, Message letter)
    {
        var now = time.GetUtcNow();
        var carried = MessageText.Read(letter, null, now);
        var deadAt = MessageText.Moment(letter, AmqpProperties.DeadAt) ?? carried.EnqueuedAt;

        // What somebody else put here has no id of ours; its own will do.
        var id = MessageText.Text(letter, AmqpProperties.DeadId) ?? $"{deadAt.UtcTicks.ToString("D19", CultureInfo.InvariantCulture)}-{carried.Message.Id}";
        return new DeadLetter(
            id, queue, carried.Message, MessageText.Text(letter, AmqpProperties.DeadReason) ?? "No reason is given.", carried.Deliveries, carried.EnqueuedAt, deadAt);
    }

    private sealed class Reader(Live live)
    {
        private readonly System.Threading.Channels.Channel<Message> messages = System.Threading.Channels.Channel.CreateUnbounded<Message>();
        private TaskCompletionSource<long> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int credit;

        public Live Live => live;

        public ReceiverLink Link { get; private set; } = null!; // set by AttachAsync before it is handed out

        /// <summary>The broker has sent all that it was let.</summary>
        public bool IsDone => credit == 0;

        public static async Task<Reader> AttachAsync(Live live, string name, CancellationToken cancellationToken)
        {
            var reader = new Reader(live);
            reader.Link = await live.AttachReceiverAsync(
                name,
                link =>
                {
                    link.Start(0, (_, message) => reader.messages.Writer.TryWrite(message));
                    live.Watch(link, available => Volatile.Read(ref reader.answer).TrySetResult(available));
                },
                cancellationToken).ConfigureAwait(false);
            reader.Link.AddClosedCallback((_, error) =>
            {
                var trouble = Live.Trouble("The dead letters cannot be reached", error);
                reader.messages.Writer.TryComplete(trouble);
                Volatile.Read(ref reader.answer).TrySetException(trouble);
            });
            return reader;
        }

        /// <summary>How many are ready; unknown (null) on brokers that do not tell.</summary>
        public async Task<long?> CountAsync(AmqpOptions options, TimeProvider wire, CancellationToken cancellationToken)
        {
            if (!live.IsRabbit)
            {
                return null;
            }

            var asking = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref answer, asking);
            Link.SetCredit(0, CreditMode.Manual);
            return await asking.Task.WaitAsync(options.Timeout, wire, cancellationToken).ConfigureAwait(false);
        }

        public async Task<List<Message>> ReadAllAsync(AmqpOptions options, TimeProvider wire, CancellationToken cancellationToken)
        {
            var letters = new List<Message>();
            var ready = await CountAsync(options, wire, cancellationToken).ConfigureAwait(false);
            var wanted = (int)Math.Min(ready ?? Most, Most);
            if (wanted > credit)
            {
                Link.SetCredit(wanted - credit, CreditMode.Manual);
                credit = wanted;
            }

            // Another process may look at the same time and have some of them: whoever gets no more goes on with what it has.
            var patience = ready is null ? Quiet : options.Timeout;
            using var quiet = new CancellationTokenSource(patience, wire);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(quiet.Token, cancellationToken);
            try
            {
                while (letters.Count < wanted)
                {
                    letters.Add(await messages.Reader.ReadAsync(either.Token).ConfigureAwait(false));
                    credit--;
                    quiet.CancelAfter(patience);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
            }
            catch (OperationCanceledException)
            {
                letters.ForEach(letter => Link.Release(letter));
                throw;
            }

            return letters;
        }
    }
}
