using System.Globalization;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Amqp;
using Amqp.Types;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>Looks into the queues of Service Bus without taking anything, except the one dead letter that is to be sent again.</summary>
internal sealed class ServiceBusLook(AmqpQueueNames names, Management management, BrokerConnection connection, AmqpOptions options, TimeProvider wire)
{
    private const string Dead = "/$DeadLetterQueue";

    /// <summary>No more are looked at in one queue.</summary>
    internal const int Most = 1000;

    private const int Page = 250;

    private static readonly Symbol Sequence = "x-opt-sequence-number";

    public static long SequenceOf(Message message) => message.MessageAnnotations?[Sequence] is long number ? number : 0;

    public async Task<IReadOnlyList<DeadLetter>> DeadAsync(QueueName queue, string? after, int max, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var live = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        var letters = await Task.WhenAll(AmqpQueueNames.Lanes.Select(async lane =>
            (await AllAsync(live, names.Of(queue, lane) + Dead, cancellationToken).ConfigureAwait(false)).Select(message => Read(queue, lane, message, now)))).ConfigureAwait(false);
        return
        [
            .. letters.SelectMany(lane => lane)
                .Where(letter => after is null || string.CompareOrdinal(letter.Id, after) > 0)
                .OrderBy(letter => letter.Id, StringComparer.Ordinal)
                .Take(max),
        ];
    }

    /// <summary>Sends the one of this id and then settles it. Those before it in its queue are locked for that moment.</summary>
    public async Task<bool> TakeDeadAsync(QueueName queue, string id, DateTimeOffset now, Func<Carried, Task> send, CancellationToken cancellationToken)
    {
        if (id.Split('-') is not [_, var word, var number] || AmqpQueueNames.LaneOf(word) is not { } lane
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        var live = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        var name = names.Of(queue, lane) + Dead;
        var before = await AllAsync(live, name, cancellationToken).ConfigureAwait(false);
        var place = before.ToList().FindIndex(message => SequenceOf(message) == sequence);
        if (place < 0 || Read(queue, lane, before[place], now).Id != id)
        {
            return false;
        }

        var messages = System.Threading.Channels.Channel.CreateUnbounded<Message>();
        var link = await live.AttachReceiverAsync(name, receiver => receiver.Start(0, (_, message) => messages.Writer.TryWrite(message)), cancellationToken).ConfigureAwait(false);
        var others = new List<Message>();
        try
        {
            link.SetCredit(place + 1, CreditMode.Manual);
            using var limit = new CancellationTokenSource(options.Timeout, wire);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            while (await messages.Reader.ReadAsync(either.Token).ConfigureAwait(false) is { } message)
            {
                if (SequenceOf(message) == sequence)
                {
                    others.Add(message);
                    await send(MessageText.Read(message, lane, now)).ConfigureAwait(false);
                    link.Accept(message);
                    others.Remove(message);
                    return true;
                }

                others.Add(message);
            }

            return false;
        }
        catch (Exception exception) when (exception is AmqpException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new QueueUnreachableException("The dead letter could not be had; somebody else may be looking at it.", exception);
        }
        finally
        {
            GiveBack(link, others);
        }
    }

    /// <param name="queue">Which queue.</param>
    /// <param name="inHand">Sequence numbers of what this process has in hand: it waits no longer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<QueueDepth> DepthAsync(QueueName queue, IReadOnlySet<long> inHand, CancellationToken cancellationToken)
    {
        var live = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        var lanes = await Task.WhenAll(names.LanesOf(queue).Select(name => AllAsync(live, name, cancellationToken))).ConfigureAwait(false);
        var dead = await Task.WhenAll(names.LanesOf(queue).Select(name => AllAsync(live, name + Dead, cancellationToken))).ConfigureAwait(false);
        var oldest = lanes.SelectMany(lane => lane)
            .Where(message => !inHand.Contains(SequenceOf(message)))
            .Min(message => MessageText.Moment(message, AmqpProperties.EnqueuedAt) ?? MessageText.Sent(message));
        return new QueueDepth(lanes.Sum(lane => (long)lane.Count), dead.Sum(lane => (long)lane.Count), oldest)
        {
            Counted = lanes.Concat(dead).All(lane => lane.Count < Most),
        };
    }

    private static DeadLetter Read(QueueName queue, Lane lane, Message message, DateTimeOffset now)
    {
        var carried = MessageText.Read(message, lane, now);
        var deadAt = MessageText.Moment(message, AmqpProperties.DeadAt) ?? MessageText.Sent(message) ?? carried.EnqueuedAt;
        var reason = string.Join(
            ' ',
            new[] { MessageText.Text(message, "DeadLetterReason"), MessageText.Text(message, "DeadLetterErrorDescription") }.Where(text => !string.IsNullOrEmpty(text)));
        var handedOut = MessageText.Number(message, AmqpProperties.DeadDeliveries) is > 0 and var told
            ? told
            : carried.Deliveries + (int)Math.Min(message.Header?.DeliveryCount ?? 0, 1_000_000);
        return new DeadLetter(
            string.Create(CultureInfo.InvariantCulture, $"{deadAt.UtcTicks:D19}-{AmqpQueueNames.WordOf(lane)}-{SequenceOf(message):D19}"),
            queue,
            carried.Message,
            reason.Length > 0 ? reason : "No reason is given.",
            handedOut,
            carried.EnqueuedAt,
            deadAt);
    }

    private static void GiveBack(ReceiverLink link, List<Message> others)
    {
        try
        {
            others.ForEach(message => link.Release(message));
            link.Close(TimeSpan.Zero);
        }
        catch (AmqpException)
        {
            // The link is gone; their locks run out.
        }
    }

    private async Task<IReadOnlyList<Message>> AllAsync(Live live, string queue, CancellationToken cancellationToken)
    {
        var all = new List<Message>();
        while (all.Count < Most)
        {
            var page = await management.PeekAsync(live, queue, all.Count == 0 ? 0 : SequenceOf(all[^1]) + 1, Page, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
            {
                break;
            }

            all.AddRange(page);
        }

        return all;
    }
}
