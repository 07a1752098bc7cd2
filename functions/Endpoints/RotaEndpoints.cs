using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Who is on call when.</summary>
internal static class RotaEndpoints
{
    private static readonly DirectoryResource<RotaId, Rota, RotaForm> Rotas = new()
    {
        Path = "/api/rotas",
        Noun = "rota",
        Table = tables => tables.Rotas,
        Check = form => form.Check(),
        FormOf = RotaForm.Of,
        IdOf = form => form.Id,
        WithId = (form, id) => form with { Id = id },
        Missing = MissingAsync,
        InUse = IsNamedAsync,
    };

    public static void MapRotas(this WebApplication app) =>
        Rotas.Map(app).MapGet("/{id}/on-call", OnCallAsync).RequireAuthorization(HubPolicies.Read);

    /// <summary>Everybody on call at a time, now unless <c>at</c> says otherwise.</summary>
    private static async Task<Results<Ok<Page<MemberView>>, ProblemHttpResult>> OnCallAsync(
        string id, DirectoryTables tables, TimeProvider time, CancellationToken cancellationToken, DateTimeOffset? at = null)
    {
        if (await Rotas.FindAsync(id, tables, cancellationToken) is not { } rota)
        {
            return Problems.NotFound("rota");
        }

        var onCall = rota.Value.OnCallAt(at ?? time.GetUtcNow()).OrderBy(contact => contact.Value, StringComparer.Ordinal).ToList();
        var contacts = await tables.Contacts.GetManyAsync(onCall, cancellationToken);
        return TypedResults.Ok(new Page<MemberView>([.. contacts.OfType<Contact>().Select(MemberView.Of)], null));
    }

    private static Task<IReadOnlyList<FieldError>> MissingAsync(DirectoryTables tables, Rota rota, CancellationToken cancellationToken) =>
        MissingContacts.AmongAsync([.. rota.Entries.Select(entry => entry.Contact.Value)], i => $"entries[{i}].contact", tables, cancellationToken);

    private static async Task<string?> IsNamedAsync(DirectoryTables tables, RotaId rota, CancellationToken cancellationToken)
    {
        await foreach (var (policy, _, _) in tables.Policies.AllAsync(cancellationToken))
        {
            if (policy.Steps.Any(step => step.Rota == rota))
            {
                return $"Policy {policy.Id} names this rota: change the policy first.";
            }
        }

        return null;
    }
}
