using AllianceNotify.Feeds;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Systems that are expected to report, and how those that do not send are fetched.</summary>
internal static class SourceEndpoints
{
    private static readonly DirectoryResource<SourceId, ReportSource, SourceForm> Sources = new()
    {
        Path = "/api/sources",
        Noun = "source",
        Table = tables => tables.Sources,
        Check = form => form.Check(),
        FormOf = SourceForm.Of,
        IdOf = form => form.Id,
        WithId = (form, id) => form with { Id = id },
    };

    public static void MapSources(this WebApplication app) =>
        Sources.Map(app).MapGet("/{id}/status", StatusAsync).RequireAuthorization(HubPolicies.Read);

    /// <summary>When it was last heard and fetched, and what went wrong.</summary>
    private static async Task<Results<Ok<SourceStatusView>, ProblemHttpResult>> StatusAsync(string id, SourceStatusTable statuses, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id) && await statuses.GetAsync(new SourceId(id), cancellationToken) is { } status
            ? TypedResults.Ok(SourceStatusView.Of(status.Value))
            : Problems.NotFound("source that was looked at yet");
}

/// <param name="Id">The source.</param>
/// <param name="Since">Since when it is expected.</param>
/// <param name="LastHeard">Its last report, or the last fetch that worked.</param>
/// <param name="LastFetchAt">The last fetch, whether it worked or not.</param>
/// <param name="NextFetchAt">Not fetched before.</param>
/// <param name="LastError">Why the last fetch did not work, or what of its answer could not be read.</param>
/// <param name="Failures">Fetches in a row that did not work.</param>
/// <param name="SilentSituationId">The situation that tells of its silence, while it lasts.</param>
internal sealed record SourceStatusView(
    SourceId Id, DateTimeOffset Since, DateTimeOffset? LastHeard, DateTimeOffset? LastFetchAt, DateTimeOffset? NextFetchAt, string? LastError, int Failures, SituationId? SilentSituationId)
{
    public static SourceStatusView Of(SourceStatus status) => new(
        status.Id, status.Since, status.LastHeard, status.LastFetchAt, status.NextFetchAt, status.LastError, status.Failures, status.Silent);
}
