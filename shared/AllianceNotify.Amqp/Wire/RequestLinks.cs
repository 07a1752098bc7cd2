using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;

namespace AllianceNotify.Amqp.Wire;

/// <summary>Asks a node of the broker and waits for the answer: <c>$cbs</c>, or a queue's <c>$management</c>.</summary>
internal sealed class RequestLinks
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> asked = new(StringComparer.Ordinal);
    private readonly string replyTo = DeterministicId.Random("reply-");
    private readonly AmqpOptions options;
    private readonly TimeProvider wire;
    private SenderLink requests = null!; // both set by OpenAsync before they are handed out
    private ReceiverLink answers = null!;

    private RequestLinks(AmqpOptions options, TimeProvider wire) => (this.options, this.wire) = (options, wire);

    public bool IsClosed => requests.IsClosed || answers.IsClosed;

    public static async Task<RequestLinks> OpenAsync(Live live, string node, AmqpOptions options, TimeProvider wire, CancellationToken cancellationToken)
    {
        var links = new RequestLinks(options, wire);
        links.answers = await live.AttachAsync(
            onAttached => new ReceiverLink(
                live.Session, live.NameOf("answers", node), new Attach { Source = new Source { Address = node }, Target = new Target { Address = links.replyTo } }, onAttached),
            attach => attach.Source is not null,
            cancellationToken).ConfigureAwait(false);
        links.answers.Start(50, links.Answered);
        links.requests = await live.AttachAsync(
            onAttached => new SenderLink(
                live.Session, live.NameOf("requests", node), new Attach { Target = new Target { Address = node }, Source = new Source { Address = links.replyTo } }, onAttached),
            attach => attach.Target is not null,
            cancellationToken).ConfigureAwait(false);
        links.answers.AddClosedCallback((_, error) => links.Fail(error));
        links.requests.AddClosedCallback((_, error) => links.Fail(error));
        return links;
    }

    /// <exception cref="QueueUnreachableException">It did not answer.</exception>
    public async Task<Message> AskAsync(Message request, CancellationToken cancellationToken)
    {
        var id = DeterministicId.Random("ask-");
        request.Properties = new Properties { MessageId = id, ReplyTo = replyTo };
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        asked[id] = answer;
        try
        {
            requests.Send(request, (_, _, outcome, _) => Outcome(answer, outcome), null);
            return await answer.Task.WaitAsync(options.Timeout, wire, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AmqpException or TimeoutException or ObjectDisposedException)
        {
            throw new QueueUnreachableException("The broker did not answer.", exception);
        }
        finally
        {
            asked.TryRemove(id, out _);
        }
    }

    /// <summary>HTTP's numbers; nought where there is none.</summary>
    public static int StatusOf(Message answer) =>
        (answer.ApplicationProperties?["status-code"] ?? answer.ApplicationProperties?["statusCode"]) is int status ? status : 0;

    public static string DescriptionOf(Message answer) =>
        (answer.ApplicationProperties?["status-description"] ?? answer.ApplicationProperties?["statusDescription"])?.ToString() ?? "";

    private static void Outcome(TaskCompletionSource<Message> answer, Outcome? outcome)
    {
        if (outcome is not Accepted)
        {
            answer.TrySetException(Live.Trouble("The broker did not take a request", (outcome as Rejected)?.Error));
        }
    }

    private void Answered(IReceiverLink link, Message message)
    {
        link.Accept(message);
        if (message.Properties?.GetCorrelationId()?.ToString() is { } id && asked.TryGetValue(id, out var answer))
        {
            answer.TrySetResult(message);
        }
    }

    private void Fail(Error? error)
    {
        foreach (var answer in asked.Values)
        {
            answer.TrySetException(Live.Trouble("The broker ended a link before it answered", error));
        }
    }
}
