using AllianceNotify.Classification;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>Situations as pages. What a duty officer decides there is in <see cref="SituationForms"/>.</summary>
internal static class SituationPages
{
    private const int PageSize = 50;

    /// <summary>How many situations one page looks through for matching ones.</summary>
    private const int MostLookedAt = 2_000;

    public static void MapSituationPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/situations", ListAsync).RequireAuthorization(HubPolicies.Read);
        routes.MapGet("/situations/{id}", ShowAsync).RequireAuthorization(HubPolicies.Read);
        routes.MapSituationForms();
    }

    private static async Task<RazorComponentResult<SituationListPage>> ListAsync(
        [AsParameters] SituationFilterForm filter, HubCaller caller, SituationTable situations, Taxonomy taxonomy, TimeProvider time, CancellationToken cancellationToken)
    {
        var rows = new List<SituationRow>();
        var looked = 0;
        string? older = null;
        await foreach (var (cursor, situation) in situations.ListAsync(filter.Cursor, cancellationToken))
        {
            if (filter.Matches(situation) && caller.MayRead(situation.Marking))
            {
                rows.Add(await SituationRow.LoadAsync(situation, situations, taxonomy, cancellationToken));
            }

            if (rows.Count == PageSize || ++looked == MostLookedAt)
            {
                older = filter.OlderThan(cursor);
                break;
            }
        }

        return new RazorComponentResult<SituationListPage>(new
        {
            Filter = filter,
            Rows = (IReadOnlyList<SituationRow>)rows,
            Now = time.GetUtcNow(),
            LookedThroughAll = looked < MostLookedAt,
            Older = older,
            SignedIn = caller.Name,
        });
    }

    private static async Task<IResult> ShowAsync(string id, HubCaller caller, [AsParameters] SituationParts parts, CancellationToken cancellationToken) =>
        await parts.FindAsync(id, caller, cancellationToken) is { } situation
            ? await parts.PageAsync(situation, caller, null, cancellationToken)
            : BoardEndpoints.NotFound(caller.Name);
}

/// <summary>What a situation's page needs.</summary>
internal sealed record SituationParts(SituationTable Situations, DeliveryTable Deliveries, ReportTable Reports, Taxonomy Taxonomy, TimeProvider Time)
{
    public async Task<Situation?> FindAsync(string id, HubCaller caller, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id)
        && await Situations.GetAsync(new SituationId(id), cancellationToken) is { } found
        && caller.MayRead(found.Value.Marking)
            ? found.Value
            : null;

    /// <param name="situation">As it stands now.</param>
    /// <param name="caller">Who looks.</param>
    /// <param name="attempt">What was tried and not done; the answer is then 409.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IResult> PageAsync(Situation situation, HubCaller caller, FormAttempt? attempt, CancellationToken cancellationToken) =>
        new RazorComponentResult<SituationPage>(new
        {
            Details = await SituationDetails.LoadAsync(situation, caller, this, cancellationToken),
            Taxonomy,
            Now = Time.GetUtcNow(),
            Attempt = attempt,
            SignedIn = caller.Name,
        })
        {
            StatusCode = attempt is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
        };
}
