using AllianceNotify.Audit;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Keys of systems and people: made (and shown once), listed without secrets, revoked.</summary>
internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this WebApplication app)
    {
        var group = app.MapGroup("/api/api-keys").WithTags("Operations");
        group.MapGet("", ListAsync).RequireAuthorization(HubPolicies.Oversee);
        group.MapPost("", CreateAsync).RequireAuthorization(HubPolicies.Administer);
        group.MapDelete("/{id}", RevokeAsync).RequireAuthorization(HubPolicies.Administer);
    }

    private static async Task<Ok<Page<ApiKeyView>>> ListAsync(ApiKeyTable keys, CancellationToken cancellationToken)
    {
        var items = new List<ApiKeyView>();
        await foreach (var key in keys.ListAsync(cancellationToken))
        {
            items.Add(ApiKeyView.Of(key));
        }

        return TypedResults.Ok(new Page<ApiKeyView>(items, null));
    }

    private static async Task<Results<Created<CreatedApiKey>, ValidationProblem>> CreateAsync(
        ApiKeyRequest request, ApiKeyTable keys, HubCaller caller, AuditLog audit, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (request.Errors(now).ToList() is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        await audit.AppendAsync(caller.Orders("create-api-key", "api-keys", $"{request.Role} for {request.Name}"), cancellationToken);
        var (key, text) = await keys.CreateAsync(request.ToNewKey(caller.Name), now, cancellationToken);
        return TypedResults.Created($"/api/api-keys/{key.Id}", new CreatedApiKey(text.Reveal(), ApiKeyView.Of(key)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        string id, ApiKeyTable keys, HubCaller caller, AuditLog audit, CallerLookup callers, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = new ApiKeyId(id);
        if (!RouteKey.IsKey(id) || await keys.GetAsync(key, cancellationToken) is null)
        {
            return Problems.NotFound("API key");
        }

        var order = caller.Orders("revoke-api-key", $"api-keys/{id}");
        if (!await audit.RecordAsync(order, () => keys.RevokeAsync(key, time.GetUtcNow(), cancellationToken), revoked => revoked, cancellationToken))
        {
            return Problems.NotFound("API key");
        }

        callers.Forget(key);
        return TypedResults.NoContent();
    }
}

/// <param name="Role"><c>reporter</c>, <c>duty-officer</c>, <c>administrator</c> or <c>auditor</c>.</param>
/// <param name="Sources">Sources a reporter may report as; none given: any.</param>
/// <param name="Reader">Whom the key reads for; none given: the role's default.</param>
internal sealed record ApiKeyRequest(
    string? Name, HubRole? Role, IReadOnlyList<string>? Sources, ReaderView? Reader, DateTimeOffset? ExpiresAt)
{
    public IEnumerable<FieldError> Errors(DateTimeOffset now)
    {
        if (Name is not { Length: >= 1 and <= 100 } || Name.Any(char.IsControl))
        {
            yield return new FieldError("name", "Required: 1 to 100 characters.");
        }

        if (Role is null)
        {
            yield return new FieldError("role", "Required: reporter, duty-officer, administrator or auditor.");
        }

        if (Sources is { Count: > 0 } && Role is not (null or HubRole.Reporter))
        {
            yield return new FieldError("sources", "Only a reporter's key is bound to sources.");
        }

        if (Sources?.Any(source => source is not { Length: >= 1 and <= 200 }) == true)
        {
            yield return new FieldError("sources", "A source is 1 to 200 characters.");
        }

        if (Reader is { Nation: not { Length: 3 } } or { Agency: not { Length: >= 1 and <= 40 } })
        {
            yield return new FieldError("reader", "Takes nation (ISO 3166-1 alpha-3), agency (1 to 40 characters) and maxTlp.");
        }

        if (ExpiresAt <= now)
        {
            yield return new FieldError("expiresAt", "Lies in the past.");
        }
    }

    public NewApiKey ToNewKey(string createdBy) => new(Name!, Role!.Value, createdBy)
    {
        Sources = Sources ?? [],
        Reader = Reader is { } reader ? new Reader(reader.Nation!, reader.Agency!, reader.MaxTlp ?? Tlp.Clear) : null,
        ExpiresAt = ExpiresAt,
    };
}

internal sealed record ReaderView(string? Nation, string? Agency, Tlp? MaxTlp);

/// <param name="Key">The whole key. It is not stored and cannot be shown again.</param>
/// <param name="Details">What is stored of it.</param>
internal sealed record CreatedApiKey(string Key, ApiKeyView Details);

internal sealed record ApiKeyView(
    ApiKeyId Id,
    string Name,
    HubRole Role,
    IReadOnlyList<string> Sources,
    ReaderView? Reader,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt)
{
    public static ApiKeyView Of(ApiKey key) => new(
        key.Id,
        key.Name,
        key.Role,
        key.Sources,
        key.Reader is { } reader ? new ReaderView(reader.Nation, reader.Agency, reader.MaxTlp) : null,
        key.CreatedAt,
        key.CreatedBy,
        key.ExpiresAt,
        key.RevokedAt,
        key.LastUsedAt);
}
