using AllianceNotify.Audit;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// Contact lists and their members. Members are added and removed, never replaced as a whole: two administrators at work on
/// one list cannot undo each other, so membership needs no version.
/// </summary>
internal static class ListEndpoints
{
    private const int PageSize = 100;
    private const int MaxPageSize = 1_000;
    private const int MaxMembersAtOnce = 10_000;

    private static readonly DirectoryResource<ListId, ContactList, ListForm> Lists = new()
    {
        Path = "/api/lists",
        Noun = "list",
        Table = tables => tables.Lists,
        Check = form => form.Check(),
        FormOf = ListForm.Of,
        IdOf = form => form.Id,
        WithId = (form, id) => form with { Id = id },
        InUse = IsNamedAsync,
    };

    public static void MapLists(this WebApplication app)
    {
        var group = Lists.Map(app);
        group.MapGet("/{id}/members", MembersAsync).RequireAuthorization(HubPolicies.Read);
        group.MapPost("/{id}/members", AddAsync).RequireAuthorization(HubPolicies.Administer);
        group.MapDelete("/{id}/members/{contact}", RemoveAsync).RequireAuthorization(HubPolicies.Administer);
    }

    /// <summary>In the order of their ids.</summary>
    private static async Task<Results<Ok<Page<MemberView>>, ValidationProblem, ProblemHttpResult>> MembersAsync(
        string id, DirectoryTables tables, CancellationToken cancellationToken, string? after = null, int limit = PageSize)
    {
        if (limit is < 1 or > MaxPageSize || (after is not null && !RouteKey.IsKey(after)))
        {
            return Problems.Invalid(after is null ? "limit" : "after", $"A page of 1 to {MaxPageSize}, after a cursor of this list.");
        }

        if (await Lists.FindAsync(id, tables, cancellationToken) is not { } list)
        {
            return Problems.NotFound("list");
        }

        var (ids, cursor) = await tables.Lists.MemberPageAsync(list.Value.Id, after, limit, cancellationToken);
        var contacts = await tables.Contacts.GetManyAsync(ids, cancellationToken);
        var next = cursor is null ? null : $"/api/lists/{Uri.EscapeDataString(id)}/members?after={Uri.EscapeDataString(cursor)}{(limit == PageSize ? "" : $"&limit={limit}")}";
        return TypedResults.Ok(new Page<MemberView>([.. contacts.OfType<Contact>().Select(MemberView.Of)], next));
    }

    /// <summary>Adds contacts; those who are members already stay members. All must exist, or nobody is added.</summary>
    private static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult>> AddAsync(
        string id, MembersRequest request, HubCaller caller, AuditLog audit, DirectoryTables tables, CancellationToken cancellationToken)
    {
        if (await Lists.FindAsync(id, tables, cancellationToken) is not { } list)
        {
            return Problems.NotFound("list");
        }

        if (request.Contacts is not { Count: >= 1 and <= MaxMembersAtOnce } named)
        {
            return Problems.Invalid("contacts", $"Required: 1 to {MaxMembersAtOnce} ids of contacts.");
        }

        var errors = await MissingContacts.AmongAsync(named, i => $"contacts[{i}]", tables, cancellationToken);
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        // One entry a contact would make a large list's import a large log; the ids are what a reviewer needs, as far as they fit.
        var order = caller.Orders("add-members", $"lists/{id}", Named(named));
        return await audit.RecordAsync(
            order,
            () => tables.Lists.AddMembersAsync(list.Value.Id, named.Select(contact => new ContactId(contact!)), cancellationToken).AsTask(),
            added => added,
            cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound("list");
    }

    /// <summary>Also where the contact is no member, or is no contact any more.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string id, string contact, HubCaller caller, AuditLog audit, DirectoryTables tables, CancellationToken cancellationToken)
    {
        if (await Lists.FindAsync(id, tables, cancellationToken) is not { } list || !RouteKey.IsKey(contact))
        {
            return Problems.NotFound("list");
        }

        await audit.AppendAsync(caller.Orders("remove-member", $"lists/{id}", contact), cancellationToken);
        await tables.Lists.RemoveMembersAsync(list.Value.Id, [new ContactId(contact)], cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Up to a hundred ids, and how many there are.</summary>
    private static string Named(IReadOnlyList<string?> contacts) =>
        contacts.Count <= 100 ? string.Join(' ', contacts) : $"{string.Join(' ', contacts.Take(100))} and more: {contacts.Count} in all";

    private static async Task<string?> IsNamedAsync(DirectoryTables tables, ListId list, CancellationToken cancellationToken)
    {
        if (list == ContactList.DutyDesk)
        {
            return "The duty desk is told what nobody else is told: it cannot be deleted.";
        }

        await foreach (var (subscription, _, _) in tables.Subscriptions.AllAsync(cancellationToken))
        {
            if (subscription.List == list)
            {
                return $"Subscription {subscription.Id} names this list: delete the subscription first.";
            }
        }

        await foreach (var (policy, _, _) in tables.Policies.AllAsync(cancellationToken))
        {
            if (policy.Steps.Any(step => step.List == list))
            {
                return $"Policy {policy.Id} names this list: change the policy first.";
            }
        }

        return null;
    }
}

/// <param name="Contacts">Ids of contacts.</param>
internal sealed record MembersRequest(IReadOnlyList<string?>? Contacts);

internal sealed record MemberView(ContactId Id, PersonName Name, string Agency, string Nation)
{
    public static MemberView Of(Contact contact) => new(contact.Id, contact.Name, contact.Agency, contact.Nation);
}

/// <summary>Which of the contacts named do not exist.</summary>
internal static class MissingContacts
{
    public static async Task<IReadOnlyList<FieldError>> AmongAsync(
        IReadOnlyList<string?> named, Func<int, string> fieldOf, DirectoryTables tables, CancellationToken cancellationToken)
    {
        var ids = named.OfType<string>().Where(RouteKey.IsKey).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(ContactId.Of).ToList();
        var found = (await tables.Contacts.GetManyAsync(ids, cancellationToken)).OfType<Contact>().Select(contact => contact.Id.Value).ToHashSet(StringComparer.Ordinal);
        return [.. named.Index().Where(item => item.Item is null || !found.Contains(item.Item)).Select(item => new FieldError(fieldOf(item.Index), "There is no contact of this id."))];
    }
}
