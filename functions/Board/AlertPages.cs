using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>One alert: whom it went to, who answered, and the mail as its readers see it.</summary>
internal static class AlertPages
{
    private const int PageSize = 200;

    public static void MapAlertPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alerts/{id}", ShowAsync).RequireAuthorization(HubPolicies.Read).WithMetadata(PagePolicy.ShowsMail);
        routes.MapGet("/alerts/{id}/mail", ShowMailAsync).RequireAuthorization(HubPolicies.Read).WithMetadata(PagePolicy.Mail);
    }

    public static async Task<Alert?> FindAsync(string id, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id) && await situations.GetAlertAsync(new AlertId(id), cancellationToken) is { } alert && caller.MayRead(alert.Marking)
            ? alert
            : null;

    /// <summary>A recipient's own link is theirs: whoever else looks sees the words without it.</summary>
    public static RenderedAlert WithoutLink(RenderedAlert content) => content.For(new Uri("about:blank"));

    private static async Task<IResult> ShowAsync(
        string id, HubCaller caller, SituationTable situations, DeliveryTable deliveries, Taxonomy taxonomy, CancellationToken cancellationToken, string? after = null)
    {
        if (await FindAsync(id, caller, situations, cancellationToken) is not { } alert)
        {
            return BoardEndpoints.NotFound(caller.Name);
        }

        var answers = await situations.ListAnswersAsync(alert.Situation, alert.Revision, cancellationToken)
            .Select(row => row.Value)
            .Where(answer => answer.Alert == alert.Id)
            .ToListAsync(cancellationToken);
        return new RazorComponentResult<AlertPage>(new
        {
            Deliveries = await AlertDeliveries.LoadAsync(alert, answers, deliveries, after, PageSize, cancellationToken),
            Taxonomy = taxonomy,
            SignedIn = caller.Name,
        });
    }

    private static async Task<IResult> ShowMailAsync(
        string id, HubCaller caller, SituationTable situations, AlertRenderer renderer, CancellationToken cancellationToken, string language = "en") =>
        await FindAsync(id, caller, situations, cancellationToken) is { } alert
            ? TypedResults.Content(WithoutLink(await renderer.RenderAsync(alert, language, cancellationToken)).Html, "text/html", Encoding.UTF8)
            : BoardEndpoints.NotFound(caller.Name);
}
