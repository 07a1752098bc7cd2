using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Amqp;
using Amqp.Framing;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Amqp.Wire;

/// <summary>
/// Claims-based security of Service Bus: before a link is attached, a token for its queue is put to the node <c>$cbs</c>, and
/// again before it expires. (AMQP 1.0 in Azure Service Bus protocol guide, "Claims-based authorization".)
/// </summary>
internal sealed partial class ClaimsSecurity(AmqpOptions options, TokenCredential? credential, TimeProvider time, TimeProvider wire, ILogger logger)
{
    private const string Scope = "https://servicebus.azure.net/.default";

    /// <summary>Of a token that is made here from a shared key.</summary>
    internal static readonly TimeSpan SignatureLifetime = TimeSpan.FromHours(1);

    /// <summary>A token is replaced when so much of its life is left, or a quarter of it if that is less.</summary>
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly ConditionalWeakTable<Live, Claims> connections = [];

    private AmqpOptions Options => options;

    private TimeProvider Time => time;

    private TimeProvider Wire => wire;

    private ILogger Logger => logger;

    public static ClaimsSecurity? For(AmqpOptions options, TimeProvider time, TimeProvider wire, ILogger logger)
    {
        if (!options.IsServiceBus)
        {
            return null;
        }

        TokenCredential? credential = options switch
        {
            { SharedAccessKeyName: not null } => null,
            { ClientId: { } id } => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id)),
            _ => new DefaultAzureCredential(),
        };
        return new ClaimsSecurity(options, credential, time, wire, logger);
    }

    /// <param name="live">The connection that the link will be on.</param>
    /// <param name="queue">What it will be attached to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="QueueUnreachableException">There is no token, or Service Bus does not take it.</exception>
    public async Task AuthorizeAsync(Live live, string queue, CancellationToken cancellationToken)
    {
        var claims = connections.GetValue(live, made => new Claims(this, made));
        await claims.AuthorizeAsync(queue, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Token> TokenAsync(string audience, CancellationToken cancellationToken)
    {
        if (credential is null)
        {
            var expires = time.GetUtcNow() + SignatureLifetime;
            return new Token(SharedAccessSignature(audience, expires), "servicebus.windows.net:sastoken", expires);
        }

        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([Scope]), cancellationToken).ConfigureAwait(false);
            return new Token(token.Token, "jwt", token.ExpiresOn);
        }
        catch (Exception exception) when (exception is AuthenticationFailedException or global::Azure.RequestFailedException)
        {
            throw new QueueUnreachableException("There is no identity to sign in to Service Bus with.", exception);
        }
    }

    private string SharedAccessSignature(string audience, DateTimeOffset expires)
    {
        var resource = Uri.EscapeDataString(audience);
        var seconds = expires.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.SharedAccessKey!), Encoding.UTF8.GetBytes($"{resource}\n{seconds}"));
        return $"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={seconds}&skn={Uri.EscapeDataString(options.SharedAccessKeyName!)}";
    }

    private sealed record Token(string Text, string Type, DateTimeOffset Expires);

    /// <summary>The tokens of one connection, kept fresh while it lives.</summary>
    private sealed class Claims : IDisposable
    {
        private readonly ClaimsSecurity security;
        private readonly Live live;
        private readonly SemaphoreSlim one = new(1);
        private readonly Dictionary<string, DateTimeOffset> queues = new(StringComparer.Ordinal);
        private RequestLinks? links;

        public Claims(ClaimsSecurity security, Live live)
        {
            (this.security, this.live) = (security, live);
            _ = Task.Run(KeepAsync);
        }

        public void Dispose() => one.Dispose();

        public async Task AuthorizeAsync(string queue, CancellationToken cancellationToken)
        {
            await one.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (!queues.TryGetValue(queue, out var renewAt) || renewAt <= security.Time.GetUtcNow())
                {
                    queues[queue] = await PutAsync(queue, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                one.Release();
            }
        }

        private async Task<DateTimeOffset> PutAsync(string queue, CancellationToken cancellationToken)
        {
            if (links is null || links.IsClosed)
            {
                links = await RequestLinks.OpenAsync(live, "$cbs", security.Options, security.Wire, cancellationToken).ConfigureAwait(false);
            }

            var audience = $"amqps://{security.Options.Uri!.Host}/{queue}";
            var token = await security.TokenAsync(audience, cancellationToken).ConfigureAwait(false);
            var answer = await links.AskAsync(
                new Message
                {
                    ApplicationProperties = new ApplicationProperties
                    {
                        ["operation"] = "put-token",
                        ["type"] = token.Type,
                        ["name"] = audience,
                        ["expiration"] = token.Expires.UtcDateTime,
                    },
                    BodySection = new AmqpValue { Value = token.Text },
                },
                cancellationToken).ConfigureAwait(false);
            if (RequestLinks.StatusOf(answer) is not (200 or 202))
            {
                throw new QueueUnreachableException($"Service Bus does not take the token for {queue}: {RequestLinks.StatusOf(answer)} {RequestLinks.DescriptionOf(answer)}");
            }

            var now = security.Time.GetUtcNow();
            var margin = TimeSpan.FromTicks(Math.Min((token.Expires - now).Ticks / 4, LongestMargin.Ticks));
            return token.Expires - margin is var renewAt && renewAt > now + RetryAfter ? renewAt : now + RetryAfter;
        }

        private async Task KeepAsync()
        {
            try
            {
                using var timer = new PeriodicTimer(RetryAfter, security.Time);
                while (await timer.WaitForNextTickAsync(live.Ended).ConfigureAwait(false))
                {
                    await RenewAsync(live.Ended).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                // The connection has ended.
            }
        }

        private async Task RenewAsync(CancellationToken ended)
        {
            await one.WaitAsync(ended).ConfigureAwait(false);
            try
            {
                var now = security.Time.GetUtcNow();
                foreach (var queue in queues.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
                {
                    queues[queue] = await PutAsync(queue, ended).ConfigureAwait(false);
                    Log.Renewed(security.Logger, queue);
                }
            }
            catch (QueueUnreachableException exception)
            {
                // Links go on until the token expires; Service Bus then detaches them, and they are attached with a fresh one.
                Log.NotRenewed(security.Logger, exception);
            }
            finally
            {
                one.Release();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The token for {Queue} was renewed")]
        public static partial void Renewed(ILogger logger, string queue);

        [LoggerMessage(2, LogLevel.Warning, "A token for Service Bus could not be renewed; it will be tried again")]
        public static partial void NotRenewed(ILogger logger, Exception exception);
    }
}
