using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Web;

/// <summary>
/// Listens, and turns away what comes above the bound as it is accepted. Kestrel's own bound is applied later, on the thread
/// pool: in a burst the process would hold more connections than it has descriptors before the first of them is turned away.
/// </summary>
internal sealed partial class BoundedListenerFactory(
    IOptions<SocketTransportOptions> sockets,
    IOptions<WebServerOptions> web,
    DescriptorBudget budget,
    ILoggerFactory loggers,
    ILogger<BoundedListenerFactory> logger) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory inner = new(sockets, loggers);
    private readonly int most = web.Value.MaxConnections ?? budget.Inbound;
    private int open;
    private int full;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(this, await inner.BindAsync(endpoint, cancellationToken));

    private bool TryOpen()
    {
        if (Interlocked.Increment(ref open) <= most)
        {
            Volatile.Write(ref full, 0);
            return true;
        }

        Interlocked.Decrement(ref open);
        if (Interlocked.Exchange(ref full, 1) == 0)
        {
            // Once until there is room again: a line a connection would fill the log just when it is needed.
            Log.Full(logger, most);
        }

        return false;
    }

    private sealed class Listener(BoundedListenerFactory bound, IConnectionListener inner) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (bound.TryOpen())
                {
                    return new Connection(bound, connection);
                }

                connection.Abort(new ConnectionAbortedException("The hub holds as many connections as it may."));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Counts until its socket is closed.</summary>
    private sealed class Connection(BoundedListenerFactory bound, ConnectionContext inner) : ConnectionContext
    {
        private int closed;

        public override string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => inner.Items;
            set => inner.Items = value;
        }

        public override IDuplexPipe Transport
        {
            get => inner.Transport;
            set => inner.Transport = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => inner.ConnectionClosed;
            set => inner.ConnectionClosed = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => inner.LocalEndPoint;
            set => inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => inner.RemoteEndPoint;
            set => inner.RemoteEndPoint = value;
        }

        public override void Abort() => inner.Abort();

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override async ValueTask DisposeAsync()
        {
            try
            {
                await inner.DisposeAsync();
                await base.DisposeAsync();
            }
            finally
            {
                if (Interlocked.Exchange(ref closed, 1) == 0)
                {
                    Interlocked.Decrement(ref bound.open);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "All {Limit} connections are in use; more are turned away until there is room")]
        public static partial void Full(ILogger logger, int limit);
    }
}
