using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// How the hub posts to addresses that administrators and contacts gave it: no redirects, no proxy of the environment's choosing,
/// bounded connections, and no way into private networks unless configuration opens it. The address that is really connected
/// to is looked at, so a name that resolves differently the second time gains nothing.
/// </summary>
internal static class OutgoingHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public static HttpClient Create(bool allowPrivateAddresses, int maxConnectionsPerServer)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = maxConnectionsPerServer,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivateAddresses, cancellationToken),
        };
        // Each send has its channel's own time limit.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };
    }

    /// <summary>Whether an address is outside the public Internet: loopback, private, link-local (also cloud metadata), shared, multicast, unspecified.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal
                || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any) || EmbedsIPv4(address);
        }

        var bytes = address.GetAddressBytes();
        return (bytes[0], bytes[1]) switch
        {
            (0, _) or (10, _) or (127, _) => true,
            (100, >= 64 and <= 127) => true,
            (169, 254) => true,
            (172, >= 16 and <= 31) => true,
            (192, 168) or (192, 0) => true,
            (198, 18 or 19) => true,
            ( >= 224, _) => true,
            _ => false,
        };
    }

    /// <summary>The wait that a Retry-After header asks for (RFC 9110 §10.2.3), also a fraction of seconds as Microsoft Graph sends; null where there is none.</summary>
    public static DateTimeOffset? RetryAt(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.Headers.RetryAfter is { } header)
        {
            return header.Delta is { } delta ? now + delta : header.Date;
        }

        return response.Headers.NonValidated.TryGetValues("Retry-After", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < 604_800
                ? now + TimeSpan.FromSeconds(seconds)
                : null;
    }

    /// <summary>What a status says about one delivery.</summary>
    public static DeliveryOutcome OutcomeOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return status switch
        {
            >= 200 and < 300 => new DeliveryOutcome.Delivered(),
            408 or 425 or 429 or >= 500 => new DeliveryOutcome.Deferred(RetryAt(response, now), $"HTTP {status}."),
            >= 300 and < 400 => new DeliveryOutcome.Refused($"HTTP {status}: redirects are not followed."),
            _ => new DeliveryOutcome.Refused($"HTTP {status}."),
        };
    }

    /// <summary>6to4 and NAT64 carry an IPv4 address that could be a private one.</summary>
    private static bool EmbedsIPv4(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (bytes[0] == 0x20 && bytes[1] == 0x02)
        {
            return IsPrivate(new IPAddress(bytes.AsSpan(2, 4)));
        }

        return bytes.AsSpan(0, 12).SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) && IsPrivate(new IPAddress(bytes.AsSpan(12, 4)));
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivateAddresses, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        var allowed = allowPrivateAddresses ? addresses : [.. addresses.Where(address => !IsPrivate(address))];
        if (allowed.Length == 0)
        {
            throw new PrivateAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name leads into a private network, and configuration does not allow that.</summary>
internal sealed class PrivateAddressException() : IOException("The address leads into a private network.");
