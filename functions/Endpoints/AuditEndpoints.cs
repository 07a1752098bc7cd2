using System.Globalization;
using AllianceNotify.Audit;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Who ordered what, in its order, for auditors and administrators.</summary>
internal static class AuditEndpoints
{
    private const int PageSize = 100;
    private const int MaxPageSize = 1_000;

    public static void MapAudit(this WebApplication app) =>
        app.MapGet("/api/audit", ListAsync).WithTags("Operations").RequireAuthorization(HubPolicies.Oversee);

    /// <summary>Oldest first: from a time (<c>since</c>) or from after an entry's number (<c>after</c>) on.</summary>
    private static async Task<Results<Ok<Page<AuditEntry>>, ValidationProblem>> ListAsync(
        AuditLog audit, CancellationToken cancellationToken, DateTimeOffset? since = null, long? after = null, int limit = PageSize)
    {
        if (limit is < 1 or > MaxPageSize)
        {
            return Problems.Invalid("limit", $"1 to {MaxPageSize}.");
        }

        if (after is < 0 or long.MaxValue)
        {
            return Problems.Invalid("after", "Not a cursor of this list.");
        }

        var start = after ?? (since is { } time ? await audit.LastBeforeAsync(time, cancellationToken) : 0);
        var items = await audit.ReadAsync(start, cancellationToken).Take(limit + 1).ToListAsync(cancellationToken);
        var next = items.Count > limit
            ? string.Create(CultureInfo.InvariantCulture, $"/api/audit?after={items[limit - 1].Number}{(limit == PageSize ? "" : $"&limit={limit}")}")
            : null;
        return TypedResults.Ok(new Page<AuditEntry>(next is null ? items : items[..limit], next));
    }
}
