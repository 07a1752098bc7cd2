using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace AllianceNotify.Smtp;

/// <summary>
/// Signed-in connections to the one server, bounded and used again: a handshake and a sign-in cost more than a mail.
/// </summary>
internal sealed class SmtpConnections : IDisposable
{
    private static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CloseAfter = TimeSpan.FromSeconds(20);

    // A wrong password tried for each of a thousand recipients would lock the account.
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromSeconds(30);

    // Servers close connections that send without end.
    private const int MailsPerConnection = 100;

    private readonly SmtpOptions options;
    private readonly TimeProvider time;
    private readonly X509Certificate2? trusted;
    private readonly SemaphoreSlim slots;
    private readonly ITimer sweep;
    private readonly Lock gate = new();
    private readonly Stack<AlertSmtpClient> idle = new();
    private (string Reason, DateTimeOffset Until)? refusal;

    public SmtpConnections(SmtpOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        trusted = options.TrustedCertificate is { } file ? X509CertificateLoader.LoadCertificateFromFile(file) : null;
        slots = new SemaphoreSlim(options.MaxConnections);
        sweep = time.CreateTimer(_ => CloseIdle(CloseAfter), null, CloseAfter, CloseAfter);
    }

    public void Dispose()
    {
        sweep.Dispose();
        CloseIdle(TimeSpan.Zero);
        slots.Dispose();
        trusted?.Dispose();
    }

    /// <summary>Hands a connection to <paramref name="use"/> and takes it back.</summary>
    /// <exception cref="SmtpSetupException">Nothing can be sent until an administrator acts.</exception>
    /// <exception cref="SmtpUnavailableException">The server cannot be reached or used at present.</exception>
    public async Task<T> UseAsync<T>(Func<AlertSmtpClient, Task<T>> use, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        AlertSmtpClient? client = null;
        try
        {
            client = await IdleOneAsync(cancellationToken).ConfigureAwait(false) ?? await ConnectAsync(cancellationToken).ConfigureAwait(false);
            client.Sent++;
            var result = await use(client).ConfigureAwait(false);
            if (client is { IsConnected: true, Closing: false } && client.Sent < MailsPerConnection)
            {
                client.IdleSince = time.GetUtcNow();
                lock (gate)
                {
                    idle.Push(client);
                }

                client = null;
            }

            return result;
        }
        finally
        {
            client?.Dispose();
            slots.Release();
        }
    }

    private async Task<AlertSmtpClient?> IdleOneAsync(CancellationToken cancellationToken)
    {
        while (TakeIdle() is { } client)
        {
            var age = time.GetUtcNow() - client.IdleSince;
            if (age <= AskAfter || (age < CloseAfter && await AnswersAsync(client, cancellationToken).ConfigureAwait(false)))
            {
                return client;
            }

            client.Dispose();
        }

        return null;
    }

    private AlertSmtpClient? TakeIdle()
    {
        lock (gate)
        {
            return idle.TryPop(out var client) ? client : null;
        }
    }

    private static async Task<bool> AnswersAsync(AlertSmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.NoOpAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is IOException or SmtpProtocolException or SmtpCommandException or ServiceNotConnectedException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            client.Dispose();
            throw;
        }
    }

    private async Task<AlertSmtpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        if (refusal is { } known && time.GetUtcNow() < known.Until)
        {
            throw new SmtpSetupException(known.Reason);
        }

        var client = new AlertSmtpClient(trusted);
        try
        {
            await client.ConnectAsync(options.Host!, options.PortInUse, AlertSmtpClient.SocketOptionsFor(options.Security), cancellationToken).ConfigureAwait(false);
            if (options.UserName is { } user)
            {
                await client.AuthenticateAsync(user, options.Password!, cancellationToken).ConfigureAwait(false);
            }

            refusal = null;
            return client;
        }
        catch (Exception exception)
        {
            var rejected = client.CertificateRejected;
            client.Dispose();
            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw Reading(exception, rejected);
        }
    }

    private Exception Reading(Exception exception, bool certificateRejected)
    {
        switch (exception)
        {
            case SslHandshakeException when certificateRejected:
                return Refusal("The mail server's certificate is not trusted.");
            case SslHandshakeException:
                return new SmtpUnavailableException("The TLS handshake with the mail server failed.");
            case NotSupportedException:
                return Refusal("The mail server does not offer STARTTLS, or no way to sign in that the hub knows.");
            case AuthenticationException { InnerException: SmtpCommandException inner } when (int)inner.StatusCode < 500:
                return new SmtpUnavailableException($"Signing in to the mail server failed for now ({(int)inner.StatusCode}).");
            case AuthenticationException:
                return Refusal("The mail server does not accept the hub's user name and password.");
            case SmtpCommandException command:
                return new SmtpUnavailableException($"The mail server does not take connections ({(int)command.StatusCode}).");
            case SmtpProtocolException or IOException:
                return new SmtpUnavailableException("The mail server broke the connection.");
            case SocketException socket:
                return new SmtpUnavailableException($"The mail server cannot be reached: {socket.SocketErrorCode}.");
            default:
                return exception;
        }
    }

    private SmtpSetupException Refusal(string reason)
    {
        refusal = (reason, time.GetUtcNow() + RefusalHolds);
        return new SmtpSetupException(reason);
    }

    private void CloseIdle(TimeSpan age)
    {
        var now = time.GetUtcNow();
        List<AlertSmtpClient> old;
        lock (gate)
        {
            old = [.. idle.Where(client => now - client.IdleSince >= age)];
            var young = idle.Where(client => now - client.IdleSince < age).Reverse().ToList();
            idle.Clear();
            young.ForEach(idle.Push);
        }

        old.ForEach(client => client.Dispose());
    }
}

/// <summary>Nothing can be sent until an administrator acts.</summary>
internal sealed class SmtpSetupException(string reason) : Exception(reason);

/// <summary>The server cannot be reached or used at present.</summary>
internal sealed class SmtpUnavailableException(string reason) : Exception(reason);
