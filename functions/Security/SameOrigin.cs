using AllianceNotify.Functions.Web;

namespace AllianceNotify.Functions.Security;

/// <summary>
/// Keeps other sites from acting with a browser's session: an unsafe request that a cookie vouches for must come from the
/// hub's own pages. Checked by Sec-Fetch-Site, which browsers set and pages cannot, else by Origin.
/// </summary>
internal static class SameOrigin
{
    /// <summary>Authentication type of an identity that came from the session cookie.</summary>
    public const string SessionIdentity = "HubSession";

    public static async Task RequireAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.Identity?.AuthenticationType == SessionIdentity && !IsSafe(context.Request.Method) && !IsOwnPage(context))
        {
            await Problems.Forbidden("A signed-in browser may act only from the hub's own pages.").ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    public static bool IsOwnPage(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
        {
            return site == "same-origin";
        }

        return Uri.TryCreate(headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && (IsSame(origin, $"{context.Request.Scheme}://{context.Request.Host}")
                || IsSame(origin, context.RequestServices.GetRequiredService<PublicAddress>().Base.AbsoluteUri));
    }

    private static bool IsSame(Uri origin, string own) =>
        Uri.TryCreate(own, UriKind.Absolute, out var uri)
        && Uri.Compare(origin, uri, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
