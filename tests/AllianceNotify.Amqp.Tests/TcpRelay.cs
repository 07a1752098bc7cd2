using System.Net;
using System.Net.Sockets;

namespace AllianceNotify.Amqp.Tests;

/// <summary>A wire between a client and a server that can go dead without either being told.</summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private volatile bool dead;
    private int connections;

    public TcpRelay(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Nothing passes any more on connections made until now; later ones work.</summary>
    public void GoDead() => dead = true;

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                Interlocked.Increment(ref connections);
                var line = new Line();
                dead = false;
                _ = PassAsync(client, server, line);
                _ = PassAsync(server, client, line);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, Line line)
    {
        using (from)
        using (to)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                int read;
                while ((read = await from.GetStream().ReadAsync(buffer, stop.Token)) > 0)
                {
                    line.IsDead |= dead;
                    if (!line.IsDead)
                    {
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, read), stop.Token);
                    }
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
            {
            }
        }
    }

    private sealed class Line
    {
        public bool IsDead { get; set; }
    }
}
