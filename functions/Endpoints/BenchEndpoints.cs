using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// What benchmarks compare with; there only where <c>Bench:NullEndpoint</c> is set. Asks for the same key and takes the same
/// body as reports do, answers as they are answered, and neither reads nor stores anything.
/// </summary>
internal static class BenchEndpoints
{
    private const string Setting = "Bench:NullEndpoint";

    public static void MapBench(this WebApplication app)
    {
        if (app.Configuration.GetValue<bool>(Setting))
        {
            app.MapPost("/bench/nothing", TakeAsync).RequireAuthorization(HubPolicies.Report).ExcludeFromDescription();
        }
    }

    private static async Task<Accepted<AcceptedReportView>> TakeAsync(
        HttpRequest request, IOptions<WebServerOptions> limits, CancellationToken cancellationToken)
    {
        await request.ReadWholeAsync(limits.Value.MaxBodyBytes, cancellationToken);
        var nothing = new AcceptedItem(new ReportId("r-nothing"), Duplicate: false);
        return TypedResults.Accepted(ReportEndpoints.SelfOf(nothing.Id), AcceptedReportView.Of(nothing));
    }
}
