using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;

namespace AllianceNotify.Amqp.Wire;

/// <summary>A message and the queue it goes to.</summary>
internal readonly record struct Outgoing(string Queue, Message Message);

/// <summary>Sends, and returns when the broker has accepted every message.</summary>
internal sealed class Senders(BrokerConnection connection, AmqpOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Task<SenderLink>> links = new(StringComparer.Ordinal);
    private Live? current;

    public async Task SendAsync(IReadOnlyCollection<Outgoing> messages, CancellationToken cancellationToken)
    {
        var left = messages;
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            var outcomes = await SendOnceAsync(left, cancellationToken).ConfigureAwait(false);
            if (outcomes.Failure is { } failure && (!outcomes.LinkEnded || attempt == 2))
            {
                throw Live.Trouble("The broker did not take a message", failure);
            }

            // A link that the broker detached (it does so with idle ones) took nothing with it that it had not answered for.
            left = outcomes.Unanswered;
        }
    }

    private async Task<Outcomes> SendOnceAsync(IReadOnlyCollection<Outgoing> messages, CancellationToken cancellationToken)
    {
        var live = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        var outcomes = new Outcomes(messages.Count);
        foreach (var group in messages.GroupBy(message => message.Queue))
        {
            var link = await LinkAsync(live, group.Key, cancellationToken).ConfigureAwait(false);
            foreach (var outgoing in group)
            {
                outcomes.Send(link, outgoing);
            }
        }

        await using var onEnd = live.Ended.UnsafeRegister(_ => outcomes.Abort(), null).ConfigureAwait(false);
        try
        {
            await outcomes.Done.WaitAsync(options.Timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            // A broker that neither takes nor refuses is stuck; what is in flight is settled by ending the connection.
            live.Dispose();
            throw new QueueUnreachableException("The broker did not settle what was sent in time.", exception);
        }

        return outcomes;
    }

    private async Task<SenderLink> LinkAsync(Live live, string queue, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref current, live) != live)
        {
            links.Clear();
        }

        while (true)
        {
            var made = links.GetOrAdd(queue, static (name, state) => state.AttachSenderAsync(name, CancellationToken.None), live);
            try
            {
                var link = await made.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (!link.IsClosed && link.Session == live.Session)
                {
                    return link;
                }
            }
            catch (QueueUnreachableException)
            {
                links.TryRemove(new(queue, made));
                throw;
            }

            links.TryRemove(new(queue, made));
        }
    }

    private sealed class Outcomes(int count)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentQueue<Outgoing> unanswered = new();
        private int left = count;

        public Task Done => done.Task;

        public Error? Failure { get; private set; }

        /// <summary>Nothing was refused: the link ended under what was in flight, and the connection may be well.</summary>
        public bool LinkEnded { get; private set; } = true;

        public IReadOnlyCollection<Outgoing> Unanswered => unanswered;

        public void Send(SenderLink link, Outgoing outgoing)
        {
            try
            {
                link.Send(outgoing.Message, OnOutcome, outgoing);
            }
            catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or InvalidOperationException)
            {
                Note(link, outgoing, (exception as AmqpException)?.Error ?? new Error("amqp:internal-error") { Description = exception.Message });
            }
        }

        public void Abort() => done.TrySetException(new QueueUnreachableException("The connection ended before the broker had answered."));

        private void OnOutcome(ILink link, Message message, Outcome? outcome, object? state)
        {
            if (outcome is Accepted)
            {
                CountDown();
                return;
            }

            var error = outcome is Rejected { Error: { } reason } ? reason : new Error("amqp:not-accepted") { Description = outcome?.ToString() ?? "No outcome." };
            Note((SenderLink)link, (Outgoing)state!, error);
        }

        private void Note(SenderLink link, Outgoing outgoing, Error error)
        {
            lock (done)
            {
                Failure = error;
                LinkEnded &= link.IsClosed && link.Session is { IsClosed: false, Connection.IsClosed: false };
            }

            unanswered.Enqueue(outgoing);
            CountDown();
        }

        private void CountDown()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                done.TrySetResult();
            }
        }
    }
}
