using System.Reflection;
using System.Text;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>The hub's pages: what is going on, who was told, and the page that an alert's link opens. Server-rendered, without script.</summary>
internal static class BoardEndpoints
{
    private const int PageSize = 50;

    public static void AddBoard(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents();
        builder.Services.AddSingleton<AcknowledgementPageParts>();
    }

    public static void MapBoard(this WebApplication app)
    {
        var group = app.MapGroup("").ExcludeFromDescription();
        group.MapGet("/hub.css", () => TypedResults.Text(Css.Value, "text/css; charset=utf-8")).AllowAnonymous();
        group.MapGet("/a/{token}", ShowAlertAsync).AllowAnonymous();
        group.MapPost("/a/{token}", AnswerAlertAsync).AllowAnonymous();
        group.MapGet("/situations", ListSituationsAsync).RequireAuthorization(HubPolicies.Read);
        group.MapGet("/situations/{id}", ShowSituationAsync).RequireAuthorization(HubPolicies.Read);
        group.MapPost("/situations/{id}/acknowledge", AcknowledgeAsync).RequireAuthorization(HubPolicies.Act);
        group.MapPost("/situations/{id}/reclassify", ReclassifyAsync).RequireAuthorization(HubPolicies.Act);
        group.MapPost("/situations/{id}/close", CloseAsync).RequireAuthorization(HubPolicies.Act);
        group.MapGet("/outbox", ListOutboxAsync).RequireAuthorization(HubPolicies.Read);
        group.MapGet("/outbox/{id}", ShowOutboxAsync).RequireAuthorization(HubPolicies.Read);
    }

    private static readonly Lazy<string> Css = new(() =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("hub.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    /// <summary>Shows the alert and a button. Mail scanners open links: this changes nothing.</summary>
    private static Task<RazorComponentResult<AcknowledgePage>> ShowAlertAsync(
        string token, AcknowledgementPageParts parts, CancellationToken cancellationToken) =>
        parts.PageAsync(token, answered: null, cancellationToken);

    private static async Task<RazorComponentResult<AcknowledgePage>> AnswerAlertAsync(
        string token, HttpRequest request, AcknowledgementPageParts parts, CancellationToken cancellationToken)
    {
        var note = request.HasFormContentType ? (await request.ReadFormAsync(cancellationToken))["note"].ToString() : null;
        return await parts.AnswerAsync(token, note, cancellationToken);
    }

    private static async Task<RazorComponentResult<SituationListPage>> ListSituationsAsync(
        HubCaller caller, SituationTable situations, Taxonomy taxonomy, CancellationToken cancellationToken, string? after = null)
    {
        var shown = new List<Situation>();
        string? next = null;
        await foreach (var (cursor, situation) in situations.ListAsync(RouteKey.IsKey(after ?? "") ? after : null, cancellationToken))
        {
            if (caller.MayRead(situation.Marking))
            {
                shown.Add(situation);
            }

            if (shown.Count == PageSize)
            {
                next = $"/situations?after={Uri.EscapeDataString(cursor)}";
                break;
            }
        }

        return new RazorComponentResult<SituationListPage>(new
        {
            Situations = (IReadOnlyList<Situation>)shown,
            NameOf = (Func<Situation, string>)(situation => NameOf(situation.Category, taxonomy)),
            Next = next,
            SignedIn = caller.Name,
        });
    }

    private static async Task<Results<RazorComponentResult<SituationPage>, ProblemHttpResult>> ShowSituationAsync(
        string id, HubCaller caller, SituationTable situations, DeliveryTable deliveries, Taxonomy taxonomy, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, caller, situations, cancellationToken) is not { } situation)
        {
            return Problems.NotFound("situation");
        }

        var alerts = new List<(Alert Alert, IReadOnlyList<DeliveryRecord> Deliveries)>();
        await foreach (var alert in situations.ListAlertsAsync(situation.Id, cancellationToken))
        {
            alerts.Add((alert.Value, await deliveries.ListAsync(alert.Value.Id, cancellationToken).Take(500).Select(row => row.Value).ToListAsync(cancellationToken)));
        }

        return new RazorComponentResult<SituationPage>(new
        {
            Situation = situation,
            CategoryName = NameOf(situation.Category, taxonomy),
            Categories = (IReadOnlyList<(string, string)>)[.. taxonomy.Categories.Select(category => (category.Id.Value, Both(category.Name))), ("none", "Not a situation 該当なし")],
            Timeline = (IReadOnlyList<TimelineEntry>)await situations.TimelineAsync(situation.Id, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken),
            Alerts = (IReadOnlyList<(Alert, IReadOnlyList<DeliveryRecord>)>)alerts,
            MayAct = caller.Role is HubRole.DutyOfficer or HubRole.Administrator,
            SignedIn = caller.Name,
        });
    }

    private static Task<IResult> AcknowledgeAsync(
        string id, HttpRequest request, HubCaller caller, SituationTable situations, AcknowledgeAlert acknowledge, CancellationToken cancellationToken) =>
        ActAsync(id, request, caller, situations, async (situation, form) =>
        {
            var latest = Alert.IdOf(situation.Id, situation.Revision);
            return await acknowledge.ByPrincipalAsync(latest, caller.Id, caller.Name, AnswerRoute.Board, form["note"], cancellationToken)
                is AnswerResult.UnknownAlert ? "There is no alert to answer." : null;
        }, cancellationToken);

    private static Task<IResult> ReclassifyAsync(
        string id, HttpRequest request, HubCaller caller, SituationTable situations, DirectSituation direct, CancellationToken cancellationToken) =>
        ActAsync(id, request, caller, situations, async (situation, form) => ReasonOf(form) is not { } reason
            ? "A reason is required."
            : Refusal(await direct.ReclassifyAsync(situation.Id, new CategoryId(form["category"].ToString()), reason, caller.Name, cancellationToken)), cancellationToken);

    private static Task<IResult> CloseAsync(
        string id, HttpRequest request, HubCaller caller, SituationTable situations, DirectSituation direct, CancellationToken cancellationToken) =>
        ActAsync(id, request, caller, situations, async (situation, form) => ReasonOf(form) is not { } reason
            ? "A reason is required."
            : Refusal(await direct.CloseAsync(situation.Id, reason, caller.Name, cancellationToken)), cancellationToken);

    private static async Task<RazorComponentResult<OutboxListPage>> ListOutboxAsync(
        HubCaller caller, OutboxFolder outbox, SituationTable situations, CancellationToken cancellationToken, string? after = null)
    {
        var page = await outbox.ListAsync(after, PageSize, cancellationToken);
        var readable = new Dictionary<AlertId, bool>();
        var entries = new List<OutboxEntry>();
        foreach (var entry in page.Entries)
        {
            if (!readable.TryGetValue(entry.Alert, out var may))
            {
                readable[entry.Alert] = may = await MayReadAsync(entry, caller, situations, cancellationToken);
            }

            if (may)
            {
                entries.Add(entry);
            }
        }

        return new RazorComponentResult<OutboxListPage>(new { Entries = (IReadOnlyList<OutboxEntry>)entries, page.Next, SignedIn = caller.Name });
    }

    private static async Task<Results<RazorComponentResult<OutboxEntryPage>, ProblemHttpResult>> ShowOutboxAsync(
        string id, HubCaller caller, OutboxFolder outbox, SituationTable situations, AlertRenderer renderer, CancellationToken cancellationToken)
    {
        if (await outbox.FindAsync(id, cancellationToken) is not { } entry
            || await situations.GetAlertAsync(entry.Alert, cancellationToken) is not { } alert
            || !caller.MayRead(alert.Marking))
        {
            return Problems.NotFound("message");
        }

        // The recipient's own link is theirs: the page shows the words without it.
        var content = await renderer.RenderAsync(alert, entry.Language, cancellationToken);
        return new RazorComponentResult<OutboxEntryPage>(new
        {
            Entry = entry,
            Text = content.Text.Replace(RenderedAlert.AcknowledgeUrlPlaceholder, "—", StringComparison.Ordinal),
            SignedIn = caller.Name,
        });
    }

    private static async Task<bool> MayReadAsync(OutboxEntry entry, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        await situations.GetAlertAsync(entry.Alert, cancellationToken) is { } alert && caller.MayRead(alert.Marking);

    /// <summary>Back to the situation, or the problem in words.</summary>
    private static async Task<IResult> ActAsync(
        string id, HttpRequest request, HubCaller caller, SituationTable situations, Func<Situation, IFormCollection, Task<string?>> act, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Use the page's form.");
        }

        if (await FindAsync(id, caller, situations, cancellationToken) is not { } situation)
        {
            return Problems.NotFound("situation");
        }

        return await act(situation, await request.ReadFormAsync(cancellationToken)) is { } refusal
            ? Problems.Conflict(refusal)
            : TypedResults.LocalRedirect($"/situations/{situation.Id}");
    }

    private static async Task<Situation?> FindAsync(string id, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id) && await situations.GetAsync(new SituationId(id), cancellationToken) is { } found && caller.MayRead(found.Value.Marking) ? found.Value : null;

    private static string? ReasonOf(IFormCollection form) => form["reason"].ToString().Trim() is { Length: >= 1 and <= 1_000 } reason ? reason : null;

    private static string? Refusal(DirectionResult result) => result switch
    {
        DirectionResult.Done => null,
        DirectionResult.NotPossible not => not.Reason,
        _ => "There is no such situation.",
    };

    private static string NameOf(CategoryId category, Taxonomy taxonomy) =>
        taxonomy.Find(category) is { } known ? Both(known.Name) : category == CategoryId.Unclassified ? "Unclassified 未分類" : category.Value;

    private static string Both(LocalizedText text) => $"{text.En} {text.Ja}";
}
