using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AllianceNotify.Content;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>Messages that were written to this machine instead of being sent.</summary>
internal static class OutboxPages
{
    private const int PageSize = 50;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapOutboxPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/outbox", ListAsync).RequireAuthorization(HubPolicies.Read);
        routes.MapGet("/outbox/{id}", ShowAsync).RequireAuthorization(HubPolicies.Read).WithMetadata(PagePolicy.ShowsMail);
    }

    private static async Task<IResult> ListAsync(
        HubCaller caller, OutboxFolder outbox, SituationTable situations, CancellationToken cancellationToken, string? after = null)
    {
        OutboxPage page;
        try
        {
            page = await outbox.ListAsync(after, PageSize, cancellationToken);
        }
        catch (ArgumentException)
        {
            return BoardEndpoints.NotFound(caller.Name);
        }

        var readable = new Dictionary<AlertId, bool>();
        var entries = new List<OutboxEntry>();
        foreach (var entry in page.Entries)
        {
            if (!readable.TryGetValue(entry.Alert, out var may))
            {
                readable[entry.Alert] = may = await AlertPages.FindAsync(entry.Alert.Value, caller, situations, cancellationToken) is not null;
            }

            if (may)
            {
                entries.Add(entry);
            }
        }

        return new RazorComponentResult<OutboxListPage>(new { Entries = (IReadOnlyList<OutboxEntry>)entries, page.Next, SignedIn = caller.Name });
    }

    private static async Task<IResult> ShowAsync(
        string id, HubCaller caller, OutboxFolder outbox, SituationTable situations, AlertRenderer renderer, CancellationToken cancellationToken)
    {
        if (await outbox.FindAsync(id, cancellationToken) is not { } entry
            || await AlertPages.FindAsync(entry.Alert.Value, caller, situations, cancellationToken) is not { } alert)
        {
            return BoardEndpoints.NotFound(caller.Name);
        }

        var content = AlertPages.WithoutLink(await renderer.RenderAsync(alert, entry.Language, cancellationToken));
        return new RazorComponentResult<OutboxEntryPage>(new
        {
            Entry = entry,
            Alert = alert,
            content.Text,
            Card = JsonNode.Parse(content.Card)!.ToJsonString(Readable),
            SignedIn = caller.Name,
        });
    }
}
