using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace AllianceNotify.Contacts.Forms;

/// <summary>The channels a contact can name, and what an address of each looks like. Syntax only: nothing is looked up.</summary>
internal static partial class ChannelAddresses
{
    private static readonly FrozenDictionary<string, Func<string, string?>> ErrorOf = new Dictionary<string, Func<string, string?>>
    {
        ["smtp"] = MailError,
        ["graph-mail"] = MailError,
        ["teams"] = UserError,
        ["webhook"] = address => UrlError(address, allowHttp: true),
        ["teams-workflow"] = address => UrlError(address, allowHttp: false),
        ["outbox"] = address => address.Length <= 320 ? null : "At most 320 characters.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Names { get; } = string.Join(", ", ErrorOf.Keys.Order(StringComparer.Ordinal));

    public static bool IsKnown(string channel) => ErrorOf.ContainsKey(channel);

    /// <summary>Null: an address that the channel can take.</summary>
    public static string? Check(string channel, string address) => ErrorOf[channel](address);

    /// <summary>
    /// RFC 5321 §4.1.2 Mailbox with a dot-string before the @ and a domain name after it, in ASCII; at most 64 and 254
    /// characters (§4.5.3.1). Quoted local parts and address literals are left out: nobody's duty desk has them, and they
    /// are how addresses smuggle other text.
    /// </summary>
    private static string? MailError(string address) =>
        address.Length <= 254 && address.IndexOf('@', StringComparison.Ordinal) is >= 1 and <= 64 && Mailbox().IsMatch(address)
            ? null
            : "A mail address: name@host.";

    /// <summary>A user of the hub's tenant: the object id as Entra ID shows it, or the user principal name, which looks like a mail address.</summary>
    private static string? UserError(string address) =>
        Guid.TryParseExact(address, "D", out _) || MailError(address) is null
            ? null
            : "A user's object id (8-4-4-4-12 hexadecimal digits) or user principal name (name@host).";

    private static string? UrlError(string address, bool allowHttp)
    {
        var scheme = allowHttp ? "http or https" : "https";
        if (address.Length is 0 or > 2048 || address.Any(c => c is <= ' ' or > '~' or '"' or '<' or '>' or '\\'))
        {
            return $"An absolute {scheme} address of at most 2048 characters of ASCII.";
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return $"An absolute {scheme} address.";
        }

        // Plain http to this very machine never crosses a network.
        var schemeFits = uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (allowHttp || uri.IsLoopback));
        return !schemeFits ? $"Must be {scheme}."
            : uri.UserInfo.Length > 0 ? "No user name or password in the address."
            : uri.Fragment.Length > 0 ? "No fragment (#) in the address."
            : null;
    }

    [GeneratedRegex(
        @"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex Mailbox();
}
