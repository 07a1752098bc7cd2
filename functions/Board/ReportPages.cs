using AllianceNotify.Classification;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>One report as it was accepted, and what became of it.</summary>
internal static class ReportPages
{
    public static void MapReportPages(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/reports/{id}", ShowAsync).RequireAuthorization(HubPolicies.ReadReports);

    private static async Task<IResult> ShowAsync(string id, HubCaller caller, ReportTable reports, Taxonomy taxonomy, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id)
        && await reports.GetWithOutcomeAsync(new ReportId(id), cancellationToken) is { } stored
        && caller.MayReadReport(stored.Report)
            ? new RazorComponentResult<ReportPage>(new { Stored = stored, Taxonomy = taxonomy, SignedIn = caller.Name })
            : BoardEndpoints.NotFound(caller.Name);
}
