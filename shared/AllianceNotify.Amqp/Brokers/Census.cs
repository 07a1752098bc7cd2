using AllianceNotify.Amqp.Wire;
using Amqp;

namespace AllianceNotify.Amqp.Brokers;

/// <summary>
/// How many messages queues have ready. A link that never has credit asks; the broker's flow answers. RabbitMQ tells; other
/// brokers need not, and their count is unknown.
/// </summary>
internal sealed class Census(BrokerConnection connection, AmqpOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private readonly Dictionary<string, Asked> links = new(StringComparer.Ordinal);
    private Live? live;

    public void Dispose() => one.Dispose();

    /// <summary>One number for each queue, in their order; null where the broker does not tell.</summary>
    public async Task<IReadOnlyList<long>?> ReadyAsync(IReadOnlyList<string> queues, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
            if (live != current)
            {
                links.Clear();
                live = current;
            }

            foreach (var queue in queues)
            {
                if (!links.TryGetValue(queue, out var known) || known.Link.IsClosed)
                {
                    links[queue] = await AttachAsync(current, queue, cancellationToken).ConfigureAwait(false);
                }
            }

            return current.IsRabbit
                ? await Task.WhenAll(queues.Select(queue => links[queue].Ask()).ToList()).WaitAsync(options.Timeout, time, cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch (TimeoutException exception)
        {
            live?.Dispose();
            throw new QueueUnreachableException("The broker did not say what its queues hold.", exception);
        }
        finally
        {
            one.Release();
        }
    }

    private static async Task<Asked> AttachAsync(Live current, string queue, CancellationToken cancellationToken)
    {
        var asked = new Asked();
        asked.Link = await current.AttachReceiverAsync(
            queue,
            link => current.Watch(link, asked.Answer),
            cancellationToken).ConfigureAwait(false);
        asked.Link.AddClosedCallback((_, error) => asked.Fail(Live.Trouble("A queue cannot be counted", error)));
        return asked;
    }

    private sealed class Asked
    {
        private TaskCompletionSource<long> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ReceiverLink Link { get; set; } = null!; // set before anybody asks: the link is opened with this one's answer

        public Task<long> Ask()
        {
            var asking = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref answer, asking);
            Link.SetCredit(0, CreditMode.Manual);
            return asking.Task;
        }

        public void Answer(uint available) => Volatile.Read(ref answer).TrySetResult(available);

        public void Fail(Exception exception) => Volatile.Read(ref answer).TrySetException(exception);
    }
}
