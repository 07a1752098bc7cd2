using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp.Wire;

/// <summary>
/// The connection for one purpose, opened when it is asked for and again after it was lost. While the broker cannot be
/// reached, callers are told at once, and a new attempt is made after a pause that grows to a few seconds.
/// </summary>
internal sealed partial class BrokerConnection(
    string purpose, AmqpOptions options, ClaimsSecurity? security, TimeProvider time, Random random, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim opening = new(1);
    private Live? live;
    private int failures;
    private DateTimeOffset nextAttempt;
    private Exception? lastFailure;
    private bool disposed;

    /// <summary>What is open now, if anything is.</summary>
    public Live? Current => Volatile.Read(ref live) is { Ended.IsCancellationRequested: false } current ? current : null;

    /// <exception cref="QueueUnreachableException">It cannot be opened at present.</exception>
    public async ValueTask<Live> GetAsync(CancellationToken cancellationToken)
    {
        if (Current is { } current)
        {
            return current;
        }

        await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (Current is { } other)
            {
                return other;
            }

            if (time.GetUtcNow() < nextAttempt)
            {
                // Not an attempt, and not counted as one: callers that keep asking would put the next attempt off for ever.
                throw new QueueUnreachableException("The broker cannot be reached.", lastFailure!);
            }

            live?.Dispose();
            live = null;
            Volatile.Write(ref live, await AttemptAsync(cancellationToken).ConfigureAwait(false));
            Log.Opened(logger, purpose);
            failures = 0;
            return live;
        }
        finally
        {
            opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await opening.WaitAsync().ConfigureAwait(false);
        disposed = true;
        if (live is { } open)
        {
            await open.CloseAsync().ConfigureAwait(false);
        }

        opening.Release();
    }

    private async Task<Live> AttemptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            failures++;
            lastFailure = exception;
            nextAttempt = time.GetUtcNow() + Pause();
            Log.NotOpened(logger, purpose, failures, exception.Message);
            throw new QueueUnreachableException("The broker cannot be reached.", exception);
        }
    }

    /// <summary>The library also calls it a cancellation when the other side hangs up before it has said anything.</summary>
    private static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is AmqpException or SocketException or TimeoutException or System.Security.Authentication.AuthenticationException
            or IOException or HttpRequestException or ObjectDisposedException { ObjectName: "Connection" }
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private TimeSpan Pause() => TimeSpan.FromTicks((long)(Math.Min(FirstPause.Ticks * Math.Pow(2, Math.Min(failures - 1, 20)), LongestPause.Ticks) * (0.5 + (random.NextDouble() / 2))));

    private async Task<Live> OpenAsync(CancellationToken cancellationToken)
    {
        var uri = options.Uri!;
        var secure = uri.Scheme == "amqps";
        Live? opened = null;
        var flows = new FlowReader((handle, available) => opened?.OnAvailable(handle, available));
        var factory = new ConnectionFactory();
        factory.AMQP.IdleTimeout = options.IdleTimeoutSeconds * 1000;
        factory.AMQP.ContainerId = DeterministicId.Random("hub-");
        factory.AMQP.HostName = uri.Host;
        factory.AMQP.MaxFrameSize = 256 * 1024;
        factory.TCP.NoDelay = true;
        var signIn = new SignIn(options.UserName, options.Password, flows);
        factory.SASL.Profile = signIn;
        if (options.TrustedCertificate is { } file)
        {
            factory.SSL.RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(file, certificate, errors);
        }

        var address = new Address(uri.Host, uri.Port > 0 ? uri.Port : secure ? 5671 : 5672, scheme: uri.Scheme);
        Open? answer = null;
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var connection = await factory.CreateAsync(address, either.Token, new OpenHandler(open => answer = open)).ConfigureAwait(false);
            opened = new Live(connection, answer!, options, security, signIn, time);
            return opened;
        }
        catch (Exception exception)
        {
            opened?.Dispose();
            if (exception is OperationCanceledException && limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException("The broker did not answer in time.", exception);
            }

            throw;
        }
    }

    private static bool IsTrusted(string file, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (certificate is null || errors != SslPolicyErrors.RemoteCertificateChainErrors)
        {
            return false;
        }

        using var authority = X509CertificateLoader.LoadCertificateFromFile(file);
        using var theirs = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(theirs);
    }

    private sealed class OpenHandler(Action<Open> onOpen) : global::Amqp.Handler.IHandler
    {
        public bool CanHandle(global::Amqp.Handler.EventId id) => id == global::Amqp.Handler.EventId.ConnectionRemoteOpen;

        public void Handle(global::Amqp.Handler.Event protocolEvent) => onOpen((Open)protocolEvent.Context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connected to the broker to {Purpose}")]
        public static partial void Opened(ILogger logger, string purpose);

        [LoggerMessage(2, LogLevel.Warning, "The broker cannot be reached to {Purpose}, {Failures} times in a row: {Reason}")]
        public static partial void NotOpened(ILogger logger, string purpose, int failures, string reason);
    }
}
