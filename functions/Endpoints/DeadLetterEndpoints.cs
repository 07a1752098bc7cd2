using AllianceNotify.Audit;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// What was set aside for a person, messages and single deliveries alike: why, since when, and again. Bodies are not shown:
/// they may hold what the caller may not read.
/// </summary>
internal static class DeadLetterEndpoints
{
    private const int PageSize = 100;

    public static void MapDeadLetters(this WebApplication app)
    {
        var group = app.MapGroup("/api/dead-letters").WithTags("Operations");
        group.MapGet("", ListAsync).RequireAuthorization(HubPolicies.Oversee);
        group.MapPost("/{id}/replay", ReplayAsync).RequireAuthorization(HubPolicies.Administer);
    }

    /// <summary>Deliveries first, then queue by queue, each oldest first.</summary>
    private static async Task<Results<Ok<Page<DeadLetterView>>, ValidationProblem>> ListAsync(
        DeadLetters deadLetters, CancellationToken cancellationToken, string? after = null)
    {
        try
        {
            var page = await deadLetters.ListAsync(after, PageSize, cancellationToken);
            var next = page.Next is { } cursor ? $"/api/dead-letters?after={Uri.EscapeDataString(cursor)}" : null;
            return TypedResults.Ok(new Page<DeadLetterView>([.. page.Items.Select(DeadLetterView.Of)], next));
        }
        catch (FormatException)
        {
            return Problems.Invalid("after", "Not a cursor of this list.");
        }
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> ReplayAsync(
        string id, DeadLetters deadLetters, HubCaller caller, AuditLog audit, CancellationToken cancellationToken) =>
        await audit.RecordAsync(
            caller.Orders("replay-dead-letter", "dead-letters", AuditText.Id(id)),
            () => deadLetters.ReplayAsync(id, cancellationToken),
            result => result == ReplayResult.Replayed,
            cancellationToken) switch
        {
            ReplayResult.Replayed => TypedResults.Accepted((string?)null),
            ReplayResult.NothingToDo => Problems.Conflict("The work has been done or called off since; nothing was queued."),
            _ => Problems.NotFound("dead letter"),
        };
}

internal sealed record DeadLetterView(string Id, string Queue, string Reason, int Attempts, DateTimeOffset PlannedAt, DateTimeOffset DeadAt)
{
    public static DeadLetterView Of(DeadLetterItem letter) => new(
        letter.Id, letter.Queue, letter.Reason, letter.Attempts, letter.PlannedAt, letter.DeadAt);
}
