using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AllianceNotify.LoadDriver;

/// <summary>
/// Posts as fast as the server answers over a fixed number of kept-alive connections, one request in flight on each. One
/// thread and plain sockets: the client must not take the processor that the server is measured on.
/// </summary>
public sealed class LoadClient : IDisposable
{
    private readonly RequestTemplate template;
    private readonly List<Connection> connections = [];
    private long number;

    /// <param name="address">The server.</param>
    /// <param name="connectionCount">Connections, opened now.</param>
    /// <param name="template">The request.</param>
    /// <param name="firstNumber">Number of the first request; counted up from there.</param>
    public LoadClient(Uri address, int connectionCount, RequestTemplate template, long firstNumber = 1)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(template);
        this.template = template;
        number = firstNumber;
        for (var i = 0; i < connectionCount; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            connections.Add(new Connection(socket, template.Length));
            socket.Connect(IPAddress.Parse(address.Host), address.Port);
        }
    }

    /// <summary>Number of the next request.</summary>
    public long Next => number;

    /// <summary>Posts for this long; requests in flight at its end are waited for and not counted.</summary>
    public LoadResult RunFor(TimeSpan time) => Run(time, long.MaxValue);

    /// <summary>Posts this many and waits for all answers.</summary>
    public LoadResult RunCount(long count) => Run(TimeSpan.MaxValue, count);

    public void Dispose() => connections.ForEach(connection => connection.Socket.Dispose());

    private LoadResult Run(TimeSpan time, long count)
    {
        var bySocket = connections.ToDictionary(connection => connection.Socket);
        var inFlight = new List<Socket>();
        var ready = new List<Socket>();
        long accepted = 0, refused = 0, sent = 0;
        var latencies = new List<long>();
        var started = Stopwatch.GetTimestamp();
        var processorBefore = ThreadProcessorTime.Current();
        foreach (var connection in connections.Where(_ => sent < count))
        {
            Send(connection);
            inFlight.Add(connection.Socket);
            sent++;
        }

        while (inFlight.Count > 0)
        {
            ready.Clear();
            ready.AddRange(inFlight);
            Socket.Select(ready, null, null, TimeSpan.FromSeconds(30));
            if (ready.Count == 0)
            {
                throw new TimeoutException($"No answer within 30 s on any of {inFlight.Count} connections.");
            }

            var now = Stopwatch.GetTimestamp();
            foreach (var socket in ready)
            {
                var connection = bySocket[socket];
                if (!connection.Answer.Read(socket))
                {
                    continue;
                }

                var over = Stopwatch.GetElapsedTime(started, now) >= time;
                if (!over)
                {
                    latencies.Add(now - connection.SentAt);
                    _ = connection.Answer.Status is >= 200 and < 300 ? accepted++ : refused++;
                }

                if (over || sent >= count)
                {
                    inFlight.Remove(socket);
                }
                else
                {
                    Send(connection);
                    sent++;
                }
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        latencies.Sort();
        return new LoadResult
        {
            Accepted = accepted,
            Refused = refused,
            Elapsed = elapsed < time ? elapsed : time,
            ClientShare = (ThreadProcessorTime.Current() - processorBefore) / elapsed,
            Median = Quantile(latencies, 0.5),
            Slowest = Quantile(latencies, 0.99),
        };
    }

    private static TimeSpan Quantile(List<long> sorted, double q) =>
        sorted.Count == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(0, sorted[(int)((sorted.Count - 1) * q)]);

    private void Send(Connection connection)
    {
        template.Write(number++, connection.Request);
        connection.SentAt = Stopwatch.GetTimestamp();
        connection.Answer.Reset();
        connection.Socket.Send(connection.Request);
    }

    private sealed class Connection(Socket socket, int requestLength)
    {
        public Socket Socket { get; } = socket;

        public byte[] Request { get; } = new byte[requestLength];

        public HttpAnswer Answer { get; } = new();

        public long SentAt { get; set; }
    }
}

/// <summary>What a run of the client came to.</summary>
public sealed record LoadResult
{
    /// <summary>Answered 2xx.</summary>
    public required long Accepted { get; init; }

    public required long Refused { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Processor time of the client's thread by time elapsed: near 1, the client is the bottleneck.</summary>
    public required double ClientShare { get; init; }

    public required TimeSpan Median { get; init; }

    /// <summary>99 of 100 answers came sooner.</summary>
    public required TimeSpan Slowest { get; init; }

    public double Rate => Accepted / Elapsed.TotalSeconds;
}
