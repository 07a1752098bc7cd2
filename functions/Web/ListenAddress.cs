using System.Net;
using AllianceNotify.Functions.Cli;

namespace AllianceNotify.Functions.Web;

/// <summary>One address to listen on.</summary>
internal sealed record ListenAddress(IPEndPoint EndPoint, bool Https)
{
    public const string Default = "http://127.0.0.1:7071";

    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>Reads <c>http://127.0.0.1:7071;https://*:443</c>. A host is an address, <c>localhost</c>, or <c>*</c> for all.</summary>
    public static IReadOnlyList<ListenAddress> ParseAll(string urls) =>
        urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? [.. parts.Select(Parse)]
            : throw new CallFailed("No address to listen on is configured.");

    private static ListenAddress Parse(string url)
    {
        var binding = TryBinding(url);
        if (binding is null || binding.Scheme is not ("http" or "https") || binding.Port is < 0 or > 65535 || binding.PathBase.Length > 0)
        {
            throw new CallFailed($"'{url}' is not an address to listen on; expected for example http://127.0.0.1:7071.");
        }

        var address = binding.Host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.IPv6Any,
            var host when IPAddress.TryParse(host.Trim('[', ']'), out var parsed) => parsed,
            var host => throw new CallFailed($"'{host}' in '{url}' is neither an IP address, localhost nor *."),
        };
        return new ListenAddress(new IPEndPoint(address, binding.Port), binding.Scheme == "https");
    }

    private static BindingAddress? TryBinding(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
