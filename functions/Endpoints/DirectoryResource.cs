using AllianceNotify.Audit;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// The five routes that everything in the directory has: list, make, read, change, delete. Duty officers and auditors read,
/// administrators change; a change names the version it changes (428 without, 412 where it is not the current one).
/// </summary>
internal sealed class DirectoryResource<TId, T, TForm>
    where TId : struct, IStringId<TId>
    where T : class
    where TForm : class
{
    private const int PageSize = 100;
    private const int MaxPageSize = 1_000;

    /// <summary>Address of the collection: <c>/api/contacts</c>.</summary>
    public required string Path { get; init; }

    /// <summary>One of them in words: <c>contact</c>.</summary>
    public required string Noun { get; init; }

    public required Func<DirectoryTables, DirectoryTable<TId, T>> Table { get; init; }

    public required Func<TForm, FormResult<T>> Check { get; init; }

    public required Func<T, TForm> FormOf { get; init; }

    public required Func<TForm, string?> IdOf { get; init; }

    public required Func<TForm, string, TForm> WithId { get; init; }

    /// <summary>What the record names and is not there.</summary>
    public Func<DirectoryTables, T, CancellationToken, Task<IReadOnlyList<FieldError>>> Missing { get; init; } =
        (_, _, _) => Task.FromResult<IReadOnlyList<FieldError>>([]);

    /// <summary>Why it cannot be deleted now; null: it can.</summary>
    public Func<DirectoryTables, TId, CancellationToken, Task<string?>> InUse { get; init; } = (_, _, _) => Task.FromResult<string?>(null);

    public RouteGroupBuilder Map(WebApplication app)
    {
        var group = app.MapGroup(Path).WithTags("People and lists");
        group.MapGet("", ListAsync).RequireAuthorization(HubPolicies.Read);
        // Held as delegates: the route handler analyzer of this SDK fails on a parameter whose type is a type parameter.
        Delegate create = CreateAsync, replace = ReplaceAsync;
        group.MapPost("", create).RequireAuthorization(HubPolicies.Administer);
        group.MapGet("/{id}", GetAsync).RequireAuthorization(HubPolicies.Read);
        group.MapPut("/{id}", replace).RequireAuthorization(HubPolicies.Administer);
        group.MapDelete("/{id}", DeleteAsync).RequireAuthorization(HubPolicies.Administer);
        return group;
    }

    /// <summary>In the order of their ids.</summary>
    private async Task<Results<Ok<Page<TForm>>, ValidationProblem>> ListAsync(
        DirectoryTables tables, CancellationToken cancellationToken, string? after = null, int limit = PageSize)
    {
        if (limit is < 1 or > MaxPageSize)
        {
            return Problems.Invalid("limit", $"1 to {MaxPageSize}.");
        }

        if (after is not null && !RouteKey.IsKey(after))
        {
            return Problems.Invalid("after", "Not a cursor of this list.");
        }

        var page = await Table(tables).ListAsync(after, limit, cancellationToken);
        var next = page.Next is { } cursor ? $"{Path}?after={Uri.EscapeDataString(cursor)}{(limit == PageSize ? "" : $"&limit={limit}")}" : null;
        return TypedResults.Ok(new Page<TForm>([.. page.Items.Select(item => FormOf(item.Value))], next));
    }

    /// <summary>Without an id, it gets one.</summary>
    private async Task<Results<Created<TForm>, ValidationProblem, ProblemHttpResult>> CreateAsync(
        TForm form, HubCaller caller, AuditLog audit, HttpResponse response, DirectoryTables tables, CancellationToken cancellationToken)
    {
        var whole = IdOf(form) is null ? WithId(form, DeterministicId.Random($"{Noun[0]}-")) : form;
        var (record, errors) = await ReadAsync(whole, tables, cancellationToken);
        if (record is null)
        {
            return Problems.Invalid(errors);
        }

        var result = await RecordAsync(
            audit, caller, "create", IdOf(whole)!, () => Table(tables).InsertAsync(record, cancellationToken), cancellationToken);
        if (result is not WriteResult.Applied written)
        {
            return Problems.Conflict($"There is a {Noun} of this id already.");
        }

        response.SetETag(written.ETag);
        return TypedResults.Created($"{Path}/{IdOf(whole)}", FormOf(record));
    }

    private async Task<Results<Ok<TForm>, ProblemHttpResult>> GetAsync(
        string id, HttpResponse response, DirectoryTables tables, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, tables, cancellationToken) is not { } found)
        {
            return Problems.NotFound(Noun);
        }

        response.SetETag(found.ETag);
        return TypedResults.Ok(FormOf(found.Value));
    }

    private async Task<Results<Ok<TForm>, ValidationProblem, ProblemHttpResult>> ReplaceAsync(
        string id,
        TForm form,
        IfMatch ifMatch,
        HubCaller caller,
        AuditLog audit,
        HttpResponse response,
        DirectoryTables tables,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(id, tables, cancellationToken) is not { } found)
        {
            return Problems.NotFound(Noun);
        }

        if (!ifMatch.IsPresent)
        {
            return Problems.IfMatchRequired();
        }

        if (IdOf(form) is { } stated && stated != id)
        {
            return Problems.Invalid("id", "Not the id in the address; an id cannot be changed.");
        }

        var (record, errors) = await ReadAsync(WithId(form, id), tables, cancellationToken);
        if (record is null)
        {
            return Problems.Invalid(errors);
        }

        var result = await RecordAsync(
            audit, caller, "change", id, () => Table(tables).ReplaceAsync(record, ifMatch.ETag ?? found.ETag, cancellationToken), cancellationToken);
        if (result is not WriteResult.Applied written)
        {
            return Lost(result);
        }

        response.SetETag(written.ETag);
        return TypedResults.Ok(FormOf(record));
    }

    private async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, IfMatch ifMatch, HubCaller caller, AuditLog audit, DirectoryTables tables, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, tables, cancellationToken) is not { } found)
        {
            return Problems.NotFound(Noun);
        }

        if (!ifMatch.IsPresent)
        {
            return Problems.IfMatchRequired();
        }

        var key = TId.Of(id);
        if (await InUse(tables, key, cancellationToken) is { } reason)
        {
            return Problems.Conflict(reason);
        }

        var result = await RecordAsync(
            audit, caller, "delete", id, () => Table(tables).DeleteAsync(key, ifMatch.ETag ?? found.ETag, cancellationToken), cancellationToken);
        return result is WriteResult.Applied ? TypedResults.NoContent() : Lost(result);
    }

    private Task<WriteResult> RecordAsync(
        AuditLog audit, HubCaller caller, string verb, string id, Func<ValueTask<WriteResult>> write, CancellationToken cancellationToken) =>
        audit.RecordAsync(
            caller.Orders($"{verb}-{Noun.Replace(' ', '-')}", $"{Path["/api/".Length..]}/{id}"),
            () => write().AsTask(),
            result => result is WriteResult.Applied,
            cancellationToken);

    public async ValueTask<Versioned<T>?> FindAsync(string id, DirectoryTables tables, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id) ? await Table(tables).GetAsync(TId.Of(id), cancellationToken) : null;

    private ProblemHttpResult Lost(WriteResult result) =>
        result is WriteResult.Conflict { Kind: ConflictKind.Missing } ? Problems.NotFound(Noun) : Problems.Changed();

    private async Task<(T? Record, IReadOnlyList<FieldError> Errors)> ReadAsync(TForm form, DirectoryTables tables, CancellationToken cancellationToken)
    {
        switch (Check(form))
        {
            case FormResult<T>.Valid valid:
                var missing = await Missing(tables, valid.Value, cancellationToken);
                return missing.Count == 0 ? (valid.Value, []) : (null, missing);
            case FormResult<T>.Invalid invalid:
                return (null, invalid.Errors);
            default:
                throw new InvalidOperationException("A form is valid or invalid.");
        }
    }
}
