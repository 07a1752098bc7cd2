using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>A mail as the server took it.</summary>
public sealed record SmtpMail(string From, IReadOnlyList<string> Recipients, byte[] Data, string? User, bool Encrypted, int Connection);

/// <summary>What a script does with a command in place of the server's own answer.</summary>
public abstract record SmtpAct
{
    private SmtpAct()
    {
    }

    public sealed record Say(string Line) : SmtpAct;

    public sealed record Drop : SmtpAct;

    public sealed record Hang : SmtpAct;
}

/// <summary>How a <see cref="LoopbackSmtpServer"/> behaves when no script says otherwise.</summary>
public sealed record SmtpServerSettings
{
    /// <summary>TLS from the first byte.</summary>
    public bool ImplicitTls { get; init; }

    public bool OfferStartTls { get; init; } = true;

    /// <summary>Null: nobody has to sign in.</summary>
    public (string User, string Password)? Account { get; init; }

    /// <summary>Among PLAIN and LOGIN.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = ["PLAIN", "LOGIN"];

    public IReadOnlyList<string> Extensions { get; init; } = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 10485760"];
}

/// <summary>A small mail server on loopback that a test can make answer anything to any command, break off or hang.</summary>
public sealed class LoopbackSmtpServer : IAsyncDisposable
{
    private static readonly Lazy<X509Certificate2> SampleCertificate = new(CreateCertificate);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<SmtpMail> mails = new();
    private readonly ConcurrentQueue<string> commands = new();
    private readonly ConcurrentBag<Task> sessions = [];
    private readonly Task accepting;
    private int connections;
    private int open;
    private int mostOpen;

    private LoopbackSmtpServer(SmtpServerSettings settings)
    {
        Settings = settings;
        listener.Start();
        accepting = AcceptAsync();
    }

    public SmtpServerSettings Settings { get; }

    /// <summary>Of all servers in this process: it names localhost and its address, and signs itself.</summary>
    public static X509Certificate2 Certificate => SampleCertificate.Value;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Looks at each command line (<c>CONNECT</c> and <c>.</c> stand for the greeting and the end of data); null leaves the answer to the server.</summary>
    public Func<string, SmtpAct?> Script { get; set; } = _ => null;

    public IReadOnlyList<SmtpMail> Mails => [.. mails];

    /// <summary>Every command line, in order over all connections.</summary>
    public IReadOnlyList<string> Commands => [.. commands];

    public int Connections => connections;

    public int MostOpen => mostOpen;

    internal CancellationToken Stopping => stopping.Token;

    public static LoopbackSmtpServer Start(SmtpServerSettings? settings = null) => new(settings ?? new SmtpServerSettings());

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(sessions);
        stopping.Dispose();
    }

    internal SmtpAct? Ask(string command)
    {
        commands.Enqueue(command);
        return Script(command);
    }

    internal void Take(SmtpMail mail) => mails.Enqueue(mail);

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                sessions.Add(ServeAsync(client, Interlocked.Increment(ref connections)));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        var now = Interlocked.Increment(ref open);
        for (var seen = Volatile.Read(ref mostOpen); seen < now && Interlocked.CompareExchange(ref mostOpen, now, seen) != seen; seen = Volatile.Read(ref mostOpen))
        {
        }

        using (client)
        {
            try
            {
                client.NoDelay = true;
                await new SmtpSession(this, client.GetStream(), number).RunAsync();
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The other side has gone, or would not shake hands.
            }
        }

        Interlocked.Decrement(ref open);
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }
}
