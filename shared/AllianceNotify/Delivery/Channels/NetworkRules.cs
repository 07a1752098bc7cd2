using System.Net;
using System.Net.Sockets;

namespace AllianceNotify.Delivery.Channels;

/// <summary>
/// Which addresses the hub connects to on behalf of a contact. Only public ones, so that nobody can make the hub talk to its
/// own network or to a cloud's metadata service; and those that an administrator opened.
/// </summary>
internal sealed class NetworkRules(bool allowPrivate, IEnumerable<IPNetwork> allowed)
{
    // RFC 6890 and its successors (IANA special-purpose registries), multicast and reserved space, and the addresses on which
    // clouds answer their own machines: 169.254.0.0/16 (all), 100.100.100.200 (in 100.64/10), 168.63.129.16 (Azure, a public one).
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork TranslatedIPv4 = IPNetwork.Parse("64:ff9b::/96");

    private readonly IPNetwork[] allowed = [.. allowed];

    /// <summary>Plain HTTP is for opened networks only: what passes through others must be encrypted.</summary>
    public bool MayConnect(IPAddress address, bool encrypted)
    {
        var plain = Plain(address);
        return allowed.Any(network => network.Contains(plain)) || (IsPublic(plain) ? encrypted : allowPrivate);
    }

    private static bool IsPublic(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address))
        && !NotPublic.Any(network => network.Contains(address));

    /// <summary>An IPv4 address in IPv6 clothes is judged as what it is: mapped (RFC 4291 §2.5.5.2) or translated (RFC 6052 §2.1).</summary>
    private static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        return TranslatedIPv4.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12)) : address;
    }
}

/// <summary>The hub does not connect there.</summary>
internal sealed class AddressNotAllowedException(string message) : Exception(message);
