using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using AllianceNotify.Feeds;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// HTTP to addresses that contacts and not administrators chose: the network rules are applied to the very address that is
/// connected to, so a name that resolves differently the next time gains nothing. No redirects, cookies or proxies; no
/// tracing either, since for some receivers the URL is the credential.
/// </summary>
internal sealed class OutboundHttp : IDisposable
{
    // Kept connections are for receivers that are sent to again and again; beyond so many open ones each is closed after use,
    // or alerts to thousands of hosts would use up the process's descriptors.
    private const int KeepAtMost = 128;
    private const int MaxRead = 4096;

    private readonly HttpClient client;
    private readonly NetworkRules rules;
    private int open;

    /// <param name="rules">Where it may connect to.</param>
    /// <param name="adjust">The last word on the handler, for callers that bring their own connections; null: as it is.</param>
    public OutboundHttp(NetworkRules rules, Action<SocketsHttpHandler>? adjust = null)
    {
        this.rules = rules;
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            Credentials = null,
            MaxResponseDrainSize = 16 * 1024,
            MaxResponseHeadersLength = 16,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            UseCookies = false,
            UseProxy = false,
        };
        adjust?.Invoke(handler);
        client = new HttpClient(handler)
        {
            // The delivery stage's pipeline ends what takes too long.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => client.Dispose();

    /// <summary>
    /// An address in <c>https</c> (or <c>http</c>, for allowed networks) without user information; null where it is none.
    /// </summary>
    public static Uri? Parse(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url is { UserInfo.Length: 0, Host.Length: > 0 }
            ? url
            : null;

    /// <summary>
    /// Sends and says what the answer means. <paramref name="read"/> looks at a success and the first 4 KiB of its body, and may
    /// find that it is none; where null the body is not read.
    /// </summary>
    public async Task<DeliveryOutcome> SendAsync(
        HttpRequestMessage request,
        TimeProvider time,
        Func<HttpResponseMessage, string, DeliveryOutcome>? read,
        CancellationToken cancellationToken)
    {
        request.Headers.ConnectionClose = Volatile.Read(ref open) > KeepAtMost;
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || read is null)
            {
                return HttpOutcome.Of((int)response.StatusCode, response, time.GetUtcNow());
            }

            return read(response, await ReadAsync(response, cancellationToken).ConfigureAwait(false));
        }
        catch (HttpRequestException exception) when (exception.InnerException is AddressNotAllowedException refused)
        {
            return new DeliveryOutcome.Refused(refused.Message);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException)
        {
            return new DeliveryOutcome.Misconfigured("The receiver's TLS certificate is not trusted, or no TLS version is shared.");
        }
        catch (HttpRequestException exception)
        {
            return new DeliveryOutcome.Deferred(null, $"No answer: {exception.HttpRequestError}.");
        }
        catch (IOException)
        {
            return new DeliveryOutcome.Deferred(null, "No answer: the connection broke.");
        }
    }

    /// <summary>
    /// Fetches a whole body of at most <paramref name="maxBytes"/>; a success or 304 is an answer, everything else a failure with its reason.
    /// </summary>
    public async Task<(HttpAnswer? Answer, FetchResult.Failed? Failure)> FetchAsync(HttpRequestMessage request, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode && status != 304)
            {
                return (null, new FetchResult.Failed($"Its server answers {status}.", response.Headers.RetryAfter?.Delta));
            }

            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using var body = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > maxBytes)
                {
                    return (null, new FetchResult.Failed($"It is larger than {maxBytes} bytes."));
                }

                body.Write(buffer, 0, read);
            }

            var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase);
            return (new HttpAnswer(status, body.ToArray(), response.Content.Headers.ContentType?.ToString(), headers), null);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AddressNotAllowedException refused)
        {
            return (null, new FetchResult.Failed(refused.Message));
        }
        catch (HttpRequestException exception)
        {
            return (null, new FetchResult.Failed($"No answer: {exception.HttpRequestError}."));
        }
        catch (IOException)
        {
            return (null, new FetchResult.Failed("No answer: the connection broke."));
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxRead];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var encrypted = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var addresses = IPAddress.TryParse(context.DnsEndPoint.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        var permitted = addresses.Where(address => rules.MayConnect(address, encrypted)).ToList();
        if (permitted.Count == 0)
        {
            throw new AddressNotAllowedException(encrypted
                ? "The host has no address that the hub may connect to (private, loopback, link-local and metadata addresses are refused)."
                : "The hub sends over plain http to networks that an administrator allowed, and to no others.");
        }

        for (var i = 0; ; i++)
        {
            var socket = new CountedSocket(this, permitted[i].AddressFamily);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(permitted[i], context.DnsEndPoint.Port), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < permitted.Count - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private sealed class CountedSocket : Socket
    {
        private readonly OutboundHttp owner;
        private int counted = 1;

        public CountedSocket(OutboundHttp owner, AddressFamily family)
            : base(family, SocketType.Stream, ProtocolType.Tcp)
        {
            this.owner = owner;
            NoDelay = true;
            Interlocked.Increment(ref owner.open);
        }

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref counted, 0) == 1)
            {
                Interlocked.Decrement(ref owner.open);
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>What a server answered: 304 with nothing, or a success with its body.</summary>
internal sealed record HttpAnswer(int Status, byte[] Body, string? ContentType, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
