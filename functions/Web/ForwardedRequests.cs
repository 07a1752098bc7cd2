using System.Net;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Web;

/// <summary>
/// Under the Functions host every request comes from loopback in plain HTTP. What the reader's browser speaks is the public
/// address's scheme (cookies are then for HTTPS only), and who called is the last entry of X-Forwarded-For: what the nearest
/// proxy wrote, and no caller can.
/// </summary>
internal static class ForwardedRequests
{
    private const string ForwardedFor = "X-Forwarded-For";

    public static void UseForwardingHost(this WebApplication app)
    {
        if (!app.Configuration.IsUnderFunctionsHost())
        {
            return;
        }

        var scheme = app.Services.GetRequiredService<IOptions<HubOptions>>().Value.PublicUrl?.Scheme;
        app.Use((context, next) =>
        {
            context.Request.Scheme = scheme ?? context.Request.Scheme;
            if (context.Request.Headers[ForwardedFor] is [.., { } header]
                && IPEndPoint.TryParse(header.Split(',', StringSplitOptions.TrimEntries)[^1], out var caller))
            {
                context.Connection.RemoteIpAddress = caller.Address;
            }

            return next(context);
        });
    }
}
