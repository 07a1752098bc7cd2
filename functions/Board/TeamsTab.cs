using AllianceNotify.Functions.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>The static tab of the Teams app.</summary>
internal static class TeamsTab
{
    /// <summary>An id of a situation, or Teams' placeholder where there was nothing to put in.</summary>
    private const int MaxId = 100;

    public static void MapTeamsTab(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/teams", Show).AllowAnonymous().WithMetadata(PagePolicy.TeamsTab);

    private static RazorComponentResult<TeamsTabPage> Show(string? situation = null) =>
        new(new { Situation = situation is { Length: > 0 and <= MaxId } && situation.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? situation : null });
}
