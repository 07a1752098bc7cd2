using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AllianceNotify.Amqp.Wire;

/// <summary>One open connection with its one session. When either ends, it is over: links, leases and all.</summary>
internal sealed class Live : IDisposable
{
    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<uint, Action<uint>> watchers = new();
    private readonly TimeSpan timeout;
    private readonly TimeProvider time;
    private int named;

    public Live(Connection connection, Open open, AmqpOptions options, TimeProvider time)
    {
        Connection = connection;
        timeout = options.Timeout;
        this.time = time;
        IsRabbit = open.Properties?[(Symbol)"product"] is "RabbitMQ";
        AddressFormat = options.AddressFormat ?? (IsRabbit ? "/queue/{0}" : "{0}");
        Session = new Session(connection);
        connection.AddClosedCallback((_, _) => End());
        Session.AddClosedCallback((_, _) => End());
    }

    public Connection Connection { get; }

    public Session Session { get; }

    /// <summary>Its flows say truly how many messages a queue has ready; others leave the number out or at nought.</summary>
    public bool IsRabbit { get; }

    private string AddressFormat { get; }

    /// <summary>Set when the connection or its session has ended.</summary>
    public CancellationToken Ended => ended.Token;

    public string AddressOf(string queue) => string.Format(System.Globalization.CultureInfo.InvariantCulture, AddressFormat, queue);

    /// <summary>Takes what the broker says about a link of this session.</summary>
    public void OnAvailable(uint handle, uint available)
    {
        if (watchers.TryGetValue(handle, out var watcher))
        {
            watcher(available);
        }
    }

    public void Watch(Link link, Action<uint> onAvailable) => watchers[link.Handle] = onAvailable;

    public Task<SenderLink> AttachSenderAsync(string address, CancellationToken cancellationToken) => AttachAsync(
        onAttached => new SenderLink(
            Session, NameOf("send", address), new Attach { Target = new Target { Address = address, Durable = 2 }, Source = new Source() }, onAttached),
        attach => attach.Target is not null,
        cancellationToken);

    /// <param name="address">What to receive from.</param>
    /// <param name="made">Called with the link before anything can arrive on it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ReceiverLink> AttachReceiverAsync(string address, Action<ReceiverLink> made, CancellationToken cancellationToken) => AttachAsync(
        onAttached =>
        {
            var link = new ReceiverLink(
                Session, NameOf("receive", address), new Attach { Source = new Source { Address = address, Durable = 2 }, Target = new Target() }, onAttached);
            made(link);
            return link;
        },
        attach => attach.Source is not null,
        cancellationToken);

    public string NameOf(string what, string address) =>
        $"{what} {address} {Interlocked.Increment(ref named).ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>Waits until the broker has attached the link, or says why it does not.</summary>
    public async Task<TLink> AttachAsync<TLink>(Func<OnAttached, TLink> make, Func<Attach, bool> isGranted, CancellationToken cancellationToken)
        where TLink : Link
    {
        var attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var link = make((_, attach) =>
            {
                // A refusal is an attach with nothing at its far end, followed by a detach that says why.
                if (isGranted(attach))
                {
                    attached.TrySetResult();
                }
            });
            link.AddClosedCallback((_, error) => attached.TrySetException(Trouble("A link was refused", error)));
            await attached.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return link;
        }
        catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or TimeoutException)
        {
            throw new QueueUnreachableException("A link could not be made.", exception);
        }
    }

    public static QueueUnreachableException Trouble(string what, Error? error) =>
        new(error is null ? $"{what}." : $"{what}: {error.Condition} {error.Description}");

    public void Dispose()
    {
        try
        {
            Connection.Close(TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or TimeoutException or IOException)
        {
            // It had ended by itself.
        }

        End();
        ended.Dispose();
    }

    private void End()
    {
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }

        if (!Connection.IsClosed)
        {
            Connection.Close(TimeSpan.Zero);
        }
    }
}
