using AllianceNotify.Functions.Cli;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Web;

internal static partial class WebServer
{
    /// <summary>Kestrel bound in code: an <c>ASPNETCORE_URLS</c> that is meant for another process must not move the hub.</summary>
    public static void AddWebServer(this WebApplicationBuilder builder)
    {
        var hub = builder.HubOptions();
        var addresses = ListenAddress.ParseAll(hub.Urls);
        if (!hub.AllowRemote && addresses.FirstOrDefault(address => !address.IsLoopback) is { } remote)
        {
            throw new CallFailed($"{remote.EndPoint} is not a loopback address: set Hub__AllowRemote=true to serve other machines.");
        }

        if (addresses.Any(address => address.Https))
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.AddOptions<WebServerOptions>()
            .Bind(builder.Configuration.GetSection(WebServerOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton(DescriptorBudget.OfThisProcess());
        builder.Services.AddSingleton<PublicAddress>();
        builder.Services.AddSingleton<IConnectionListenerFactory, BoundedListenerFactory>();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<WebServerOptions>>((kestrel, web) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = web.Value.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            foreach (var address in addresses)
            {
                kestrel.Listen(address.EndPoint, listen =>
                {
                    if (address.Https)
                    {
                        listen.UseHttps();
                    }
                });
            }
        });
    }
}
