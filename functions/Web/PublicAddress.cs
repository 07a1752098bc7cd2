using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Web;

/// <summary>Where readers reach the hub. Known once the server listens, since the port may be the system's choice.</summary>
internal sealed class PublicAddress(IOptions<HubOptions> options, IServer server)
{
    public Uri Base => options.Value.PublicUrl ?? (Listening is [var first, ..] ? first : new Uri(ListenAddress.Default));

    /// <summary>As bound, with wildcard hosts shown as loopback so that each can be opened.</summary>
    public IReadOnlyList<Uri> Listening => server.Features.Get<IServerAddressesFeature>() is { } feature
        ? [.. feature.Addresses.Select(address => new Uri(address
            .Replace("[::]", "127.0.0.1", StringComparison.Ordinal)
            .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)))]
        : [];
}
