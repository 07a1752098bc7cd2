using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AllianceNotify.Amqp.Wire;

/// <summary>
/// Operations on a queue of Service Bus that are no message: looking without taking, keeping locks. (AMQP in Azure Service Bus:
/// request-response-based operations.)
/// </summary>
internal sealed class Management(AmqpOptions options, TimeProvider wire)
{
    private readonly ConcurrentDictionary<(Live Live, string Queue), Task<RequestLinks>> nodes = new();

    /// <summary>A page of messages from a sequence number on, in order; empty at the end.</summary>
    public async Task<IReadOnlyList<Message>> PeekAsync(Live live, string queue, long from, int max, CancellationToken cancellationToken)
    {
        var body = new Map { ["from-sequence-number"] = from, ["message-count"] = max };
        var answer = await AskAsync(live, queue, "com.microsoft:peek-message", body, cancellationToken).ConfigureAwait(false);
        if (RequestLinks.StatusOf(answer) == 204)
        {
            return [];
        }

        Expect(answer, queue);
        return answer.Body is Map { } page && page["messages"] is System.Collections.IEnumerable messages
            ? [.. messages.OfType<Map>().Select(item => item["message"]).OfType<byte[]>().Select(bytes => Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length)))]
            : [];
    }

    /// <summary>Until when the message is locked now; null where the lock was lost.</summary>
    public async Task<DateTimeOffset?> RenewLockAsync(Live live, string queue, Guid lockToken, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(live, queue, "com.microsoft:renew-lock", new Map { ["lock-tokens"] = new[] { lockToken } }, cancellationToken).ConfigureAwait(false);
        if (RequestLinks.StatusOf(answer) is 404 or 410)
        {
            return null;
        }

        Expect(answer, queue);
        return answer.Body is Map body && body["expirations"] is DateTime[] and [var until, ..] ? MessageText.Utc(until) : null;
    }

    private static void Expect(Message answer, string queue)
    {
        if (RequestLinks.StatusOf(answer) is not (200 or 202))
        {
            throw new QueueUnreachableException($"Service Bus refuses an operation on {queue}: {RequestLinks.StatusOf(answer)} {RequestLinks.DescriptionOf(answer)}");
        }
    }

    private async Task<Message> AskAsync(Live live, string queue, string operation, Map body, CancellationToken cancellationToken)
    {
        foreach (var ended in nodes.Keys.Where(node => node.Live.Ended.IsCancellationRequested))
        {
            nodes.TryRemove(ended, out _);
        }

        var key = (live, queue);
        while (true)
        {
            var opening = nodes.GetOrAdd(key, static (node, state) => state.OpenAsync(node.Live, node.Queue), this);
            try
            {
                var links = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (!links.IsClosed)
                {
                    return await links.AskAsync(
                        new Message
                        {
                            ApplicationProperties = new ApplicationProperties
                            {
                                ["operation"] = operation,
                                ["com.microsoft:server-timeout"] = (uint)options.Timeout.TotalMilliseconds,
                            },
                            BodySection = new AmqpValue { Value = body },
                        },
                        cancellationToken).ConfigureAwait(false);
                }
            }
            catch (QueueUnreachableException)
            {
                nodes.TryRemove(new(key, opening));
                throw;
            }

            nodes.TryRemove(new(key, opening));
        }
    }

    private async Task<RequestLinks> OpenAsync(Live live, string queue)
    {
        await live.AuthorizeAsync(queue, CancellationToken.None).ConfigureAwait(false);
        return await RequestLinks.OpenAsync(live, $"{queue}/$management", options, wire, CancellationToken.None).ConfigureAwait(false);
    }
}
