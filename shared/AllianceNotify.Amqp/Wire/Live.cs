using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AllianceNotify.Amqp.Wire;

/// <summary>One open connection with its one session. When either ends, it is over: links, leases and all.</summary>
internal sealed class Live : IDisposable
{
    /// <summary>A connection on which nothing comes is closed by the library, which then waits a long time for the other side to say so too.</summary>
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<uint, Action<uint>> watchers = new();
    private readonly TimeSpan timeout;
    private readonly TimeProvider time;
    private readonly ITimer watch;
    private int named;

    private readonly ClaimsSecurity? security;
    private readonly SignIn signIn;

    public Live(Connection connection, Open open, AmqpOptions options, ClaimsSecurity? security, SignIn signIn, TimeProvider time)
    {
        this.signIn = signIn;
        this.security = security;
        Connection = connection;
        timeout = options.Timeout;
        this.time = time;
        IsRabbit = open.Properties?[(Symbol)"product"] is "RabbitMQ";
        AddressFormat = options.AddressFormat ?? (IsRabbit ? "/queue/{0}" : "{0}");
        Session = new Session(connection);
        watch = time.CreateTimer(_ => EndIfClosed(), null, WatchEvery, WatchEvery);
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

    private string AddressOf(string queue) => string.Format(System.Globalization.CultureInfo.InvariantCulture, AddressFormat, queue);

    /// <summary>Takes what the broker says about a link of this session.</summary>
    public void OnAvailable(uint handle, uint available)
    {
        if (watchers.TryGetValue(handle, out var watcher))
        {
            watcher(available);
        }
    }

    public void Watch(Link link, Action<uint> onAvailable) => watchers[link.Handle] = onAvailable;

    /// <summary>Gets leave to attach to a queue, where the broker wants it asked for.</summary>
    public Task AuthorizeAsync(string queue, CancellationToken cancellationToken) =>
        security?.AuthorizeAsync(this, queue, cancellationToken) ?? Task.CompletedTask;

    public async Task<SenderLink> AttachSenderAsync(string queue, CancellationToken cancellationToken)
    {
        await AuthorizeAsync(queue, cancellationToken).ConfigureAwait(false);
        var target = new Target { Address = AddressOf(queue), Durable = 2 };
        return await AttachAsync(
            onAttached => new SenderLink(Session, NameOf("send", queue), new Attach { Target = target, Source = new Source() }, onAttached),
            attach => attach.Target is not null,
            cancellationToken).ConfigureAwait(false);
    }

    /// <param name="queue">What to receive from.</param>
    /// <param name="made">Called with the link before anything can arrive on it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReceiverLink> AttachReceiverAsync(string queue, Action<ReceiverLink> made, CancellationToken cancellationToken)
    {
        await AuthorizeAsync(queue, cancellationToken).ConfigureAwait(false);
        var source = new Source { Address = AddressOf(queue), Durable = 2 };
        return await AttachAsync(
            onAttached =>
            {
                var link = new ReceiverLink(Session, NameOf("receive", queue), new Attach { Source = source, Target = new Target() }, onAttached);
                made(link);
                return link;
            },
            attach => attach.Source is not null,
            cancellationToken).ConfigureAwait(false);
    }

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

    /// <summary>Ends it when what was written before has gone out, if that does not take long.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await Connection.CloseAsync(Goodbye, null).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or TimeoutException or IOException)
        {
            // It had ended by itself, or the other side says nothing.
        }

        End();
        signIn.Cut();
    }

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
    }

    private void EndIfClosed()
    {
        if (Connection.IsClosed || Session.IsClosed)
        {
            End();
            signIn.Cut();
        }
    }

    private void End()
    {
        watch.Dispose();
        if (!Connection.IsClosed)
        {
            Connection.Close(TimeSpan.Zero);
        }

        ended.Cancel();
    }
}
