using System.Net;
using AllianceNotify.Functions.Web;

namespace AllianceNotify.Functions.Triggers;

/// <summary>
/// Lets only the Functions host call a trigger. The host presents no credential, and it forwards other people's requests over
/// the same socket; but its own calls are addressed to the loopback address that it gave the handler and carry one invocation
/// id, while a forwarded request keeps the public host name, or carries the X-Forwarded headers that the host adds. Needed:
/// an escaped dot segment in a forwarded path (<c>/situations/%252e%252e/TriageReportFlash</c>) is resolved on the way.
/// </summary>
internal static class HostOnly
{
    private const string InvocationId = "X-Azure-Functions-InvocationId";
    private const string Forwarded = "Forwarded";
    private const string ForwardedPrefix = "X-Forwarded-";

    public static async ValueTask<object?> RequireAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        IsHostsOwn(context.HttpContext)
            ? await next(context)
            : Problems.Of(StatusCodes.Status404NotFound, "There is nothing here.");

    internal static bool IsHostsOwn(HttpContext context)
    {
        var (request, connection) = (context.Request, context.Connection);
        return connection.RemoteIpAddress is { } from
            && IPAddress.IsLoopback(from)
            && IPEndPoint.TryParse(request.Host.Value ?? "", out var addressed)
            && IPAddress.IsLoopback(addressed.Address)
            && addressed.Port == connection.LocalPort
            && request.Headers[InvocationId] is [{ } id]
            && Guid.TryParse(id, out _)
            && !request.Headers.Keys.Any(IsForwarding);
    }

    private static bool IsForwarding(string header) =>
        header.Equals(Forwarded, StringComparison.OrdinalIgnoreCase) || header.StartsWith(ForwardedPrefix, StringComparison.OrdinalIgnoreCase);
}
