using System.Text;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Publishing;
using AllianceNotify.Situations;
using Microsoft.Net.Http.Headers;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>This hub's alerts for other systems, as CAP 1.2 and as an Atom feed of it; only what the caller's marking may read.</summary>
internal static class FeedEndpoints
{
    public static void MapFeeds(this WebApplication app)
    {
        var group = app.MapGroup("/feeds").WithTags("Feeds").RequireAuthorization(HubPolicies.ReadReports);
        group.MapGet("/cap.atom", FeedAsync).Produces<string>(StatusCodes.Status200OK, "application/atom+xml").Produces(StatusCodes.Status304NotModified);
        group.MapGet("/cap/{id}.xml", CapAsync).Produces<string>(StatusCodes.Status200OK, CapAlertXml.MediaType).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>The newest alerts, newest first, each whole in its entry.</summary>
    private static async Task<IResult> FeedAsync(HttpRequest request, HubCaller caller, PublishAlerts publish, PublicAddress address, CancellationToken cancellationToken)
    {
        var feed = await publish.FeedAsync(new Uri(address.Base, "/feeds/cap.atom"), caller.MayRead, cancellationToken);
        var version = new EntityTagHeaderValue($"\"{feed.Version}\"");
        request.HttpContext.Response.GetTypedHeaders().ETag = version;
        return request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(version, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Text(feed.Xml, "application/atom+xml", Encoding.UTF8);
    }

    /// <summary>One alert, signed where the hub has a certificate to sign with. Reviews are not published.</summary>
    private static async Task<IResult> CapAsync(string id, HubCaller caller, PublishAlerts publish, SituationTable situations, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id)
        && await situations.GetAlertAsync(new AlertId(id), cancellationToken) is { } alert
        && caller.MayRead(alert.Marking)
        && await publish.CapOfAsync(alert.Id, cancellationToken) is { } xml
            ? TypedResults.Text(xml, CapAlertXml.MediaType, Encoding.UTF8)
            : Problems.NotFound("published alert");
}
