using System.Globalization;
using System.Security.Cryptography;
using AllianceNotify.Audit;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Csv;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Contacts, one by one and as CSV.</summary>
internal static class ContactEndpoints
{
    private const string Csv = "text/csv";

    private static readonly DirectoryResource<ContactId, Contact, ContactForm> Contacts = new()
    {
        Path = "/api/contacts",
        Noun = "contact",
        Table = tables => tables.Contacts,
        Check = form => form.Check(),
        FormOf = ContactForm.Of,
        IdOf = form => form.Id,
        WithId = (form, id) => form with { Id = id },
        InUse = StandsInRotaAsync,
    };

    public static void MapContacts(this WebApplication app)
    {
        var group = Contacts.Map(app);
        group.MapGet("/{id}/lists", ListsAsync).RequireAuthorization(HubPolicies.Read);
        group.MapPost("/import", ImportAsync).RequireAuthorization(HubPolicies.Administer)
            .Accepts<string>(Csv)
            .Produces<ImportReport>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        group.MapGet("/export", Export).RequireAuthorization(HubPolicies.Read).Produces<string>(StatusCodes.Status200OK, Csv);
    }

    private static async Task<Results<Ok<Page<ListId>>, ProblemHttpResult>> ListsAsync(string id, DirectoryTables tables, CancellationToken cancellationToken) =>
        await Contacts.FindAsync(id, tables, cancellationToken) is { } found
            ? TypedResults.Ok(new Page<ListId>(await tables.Lists.ListsOfAsync(found.Value.Id, cancellationToken).ToListAsync(cancellationToken), null))
            : Problems.NotFound("contact");

    /// <summary>
    /// Imports the good rows and refuses the bad ones whole; answers what became of each. With <c>dryRun=true</c> the same answer,
    /// and nothing changes. UTF-8 unless <c>charset=shift_jis</c> is declared.
    /// </summary>
    private static async Task<IResult> ImportAsync(HttpRequest request, ImportContacts import, HubCaller caller, AuditLog audit, CancellationToken cancellationToken, bool dryRun = false)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase))
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, $"Contacts are imported as {Csv}.");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Compressed bodies are not read here.");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = ImportContacts.MaxBytes;
        }

        if (await request.ReadWholeAsync(ImportContacts.MaxBytes, cancellationToken) is not { } file)
        {
            return Problems.Of(
                StatusCodes.Status413PayloadTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"A file is at most {ImportContacts.MaxBytes} bytes: import it in parts."));
        }

        var charset = type.Charset.HasValue ? type.Charset.Value : null;
        var result = dryRun
            ? await import.RunAsync(file, charset, dryRun, cancellationToken)
            : await audit.RecordAsync(
                caller.Orders("import-contacts", "contacts", $"sha256 {Convert.ToHexStringLower(SHA256.HashData(file.Span))}"),
                () => import.RunAsync(file, charset, dryRun, cancellationToken),
                result => result is ImportResult.Done,
                cancellationToken);
        return result switch
        {
            ImportResult.Done done => TypedResults.Ok(done.Report),
            ImportResult.NotRead refused => Problems.Invalid("file", refused.Reason),
            var other => throw new InvalidOperationException($"Import answered {other.GetType().Name}."),
        };
    }

    /// <summary>All contacts with their lists, in the form that import takes.</summary>
    private static PushStreamHttpResult Export(ExportContacts export, HttpContext context) =>
        TypedResults.Stream(stream => export.WriteAsync(stream, context.RequestAborted), $"{Csv}; charset=utf-8", "contacts.csv");

    private static async Task<string?> StandsInRotaAsync(DirectoryTables tables, ContactId contact, CancellationToken cancellationToken)
    {
        await foreach (var (rota, _, _) in tables.Rotas.AllAsync(cancellationToken))
        {
            if (rota.Entries.Any(entry => entry.Contact == contact))
            {
                return $"Rota {rota.Id} has this contact on call: change the rota first.";
            }
        }

        return null;
    }
}
