using AllianceNotify.Amqp.Receiving;
using AllianceNotify.Amqp.Wire;
using AllianceNotify.Messaging;
using Amqp;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>
/// The queue of messages whose time has not come. Every process that receives holds some of them unsettled and sends each to
/// its lane when it is due. One that is held for long goes to the end of the queue, so that the others are seen and no broker
/// takes the receiver for stuck (RabbitMQ does after half an hour). Nothing is settled before its copy is.
/// </summary>
internal sealed partial class DelayedMessages : IAsyncDisposable
{
    /// <summary>Messages held at a time.</summary>
    internal const int Window = 1000;

    /// <summary>While the window is full, the last to be due make room for others, so many at a time and so often.</summary>
    private const int Turn = 250;

    private static readonly TimeSpan TurnEvery = TimeSpan.FromMilliseconds(250), LongestHold = TimeSpan.FromMinutes(10), RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string queue;
    private readonly AmqpQueueNames names;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<Arrival, Carried, DateTimeOffset?, ValueTask<bool>> move;
    private readonly Lock gate = new();
    private readonly SortedSet<Waiting> held = new(Comparer<Waiting>.Create((left, right) =>
        left.Due != right.Due ? left.Due.CompareTo(right.Due) : left.Number.CompareTo(right.Number)));

    private readonly ITimer timer;
    private ReceiverLink? link;
    private long number;
    private int moving;
    private int credit;
    private bool disposed;

    /// <param name="queue">The queue without its lane.</param>
    /// <param name="names">What it is called on the broker.</param>
    /// <param name="time">The clock that says what is due.</param>
    /// <param name="logger">Told of what could not be moved.</param>
    /// <param name="move">Sends the message on, to be due at the time given (null: now), and settles the arrival.</param>
    public DelayedMessages(string queue, AmqpQueueNames names, TimeProvider time, ILogger logger, Func<Arrival, Carried, DateTimeOffset?, ValueTask<bool>> move)
    {
        (this.queue, this.names, this.time, this.logger, this.move) = (queue, names, time, logger, move);
        timer = time.CreateTimer(_ => Move(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Held
    {
        get
        {
            lock (gate)
            {
                return held.Count;
            }
        }
    }

    public async ValueTask AttachAsync(Live live, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (disposed || link is { IsClosed: false } && link.Session == live.Session)
            {
                return;
            }
        }

        var made = await live.AttachReceiverAsync(
            names.DelayedOf(new QueueName(queue)),
            receiver => receiver.Start(0, (from, message) => Arrive((ReceiverLink)from, message)),
            cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            (link, credit) = (made, Window);
        }

        made.AddClosedCallback((_, _) => Forget(made));
        made.SetCredit(Window, CreditMode.Manual);
    }

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await timer.DisposeAsync().ConfigureAwait(false);
    }

    private void Arrive(ReceiverLink from, Message message)
    {
        var now = time.GetUtcNow();
        var arrival = new Arrival(queue, from, message, MessageText.Read(message, null, now), now);
        lock (gate)
        {
            credit--;
            held.Add(new Waiting(arrival, MessageText.Moment(message, AmqpProperties.NotBefore) ?? now, ++number, now));
        }

        Move();
    }

    private void Forget(ReceiverLink gone)
    {
        lock (gate)
        {
            held.RemoveWhere(waiting => waiting.Arrival.Link == gone);
        }
    }

    private void Move()
    {
        if (Interlocked.Increment(ref moving) == 1)
        {
            _ = Task.Run(MoveAsync);
        }
    }

    private async Task MoveAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref moving);
            var failed = false;
            foreach (var (waiting, due) in Ready())
            {
                try
                {
                    await move(waiting.Arrival, waiting.Arrival.Carried with { Deliveries = waiting.Arrival.HandedOut }, due).ConfigureAwait(false);
                    lock (gate)
                    {
                        held.Remove(waiting);
                    }
                }
                catch (Exception exception)
                {
                    // Whatever it was, the message is unsettled and here: it is tried again, or goes back with the connection.
                    Log.NotMoved(logger, exception, waiting.Arrival.Carried.Message.Id, queue);
                    failed = true;
                    break;
                }
            }

            Refill(failed ? RetryAfter : null);
        }
        while (Interlocked.Add(ref moving, -seen) != 0);
    }

    /// <summary>What is due, and what has to make room (which keeps its time).</summary>
    private List<(Waiting Waiting, DateTimeOffset? Due)> Ready()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var ready = held.TakeWhile(waiting => waiting.Due <= now).Select(waiting => (waiting, (DateTimeOffset?)null)).ToList();
            if (ready.Count == 0 && held.Count >= Window && held.Max!.Since <= now - TurnEvery)
            {
                ready.AddRange(held.Reverse().Take(Turn).Select(waiting => (waiting, (DateTimeOffset?)waiting.Due)));
            }

            ready.AddRange(held.Where(waiting => waiting.Due > now && waiting.Since <= now - LongestHold).Except(ready.Select(pair => pair.waiting)).Select(waiting => (waiting, (DateTimeOffset?)waiting.Due)).ToList());
            return ready;
        }
    }

    private void Refill(TimeSpan? retry)
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            // Only when all is used up: see LaneLink.Ask.
            var free = Window - held.Count;
            if (credit == 0 && free >= Window / 4 && link is { IsClosed: false })
            {
                credit = free;
                link.SetCredit(free, CreditMode.Manual);
            }

            if (held.Count == 0)
            {
                return;
            }

            var next = held.Min!.Due - time.GetUtcNow();
            next = held.Count >= Window && next > TurnEvery ? TurnEvery : next;
            next = next > LongestHold / 2 ? LongestHold / 2 : next;
            timer.Change(retry ?? (next > TimeSpan.FromMilliseconds(1) ? next : TimeSpan.FromMilliseconds(1)), Timeout.InfiniteTimeSpan);
        }
    }

    private sealed record Waiting(Arrival Arrival, DateTimeOffset Due, long Number, DateTimeOffset Since);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Delayed message {MessageId} of {Queue} could not be moved to its lane; it will be tried again")]
        public static partial void NotMoved(ILogger logger, Exception exception, string messageId, string queue);
    }
}
