using System.Globalization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Situations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>Situations as pages, and a duty officer's decisions by form.</summary>
internal static class SituationPages
{
    private const int PageSize = 50;

    /// <summary>How many situations one page looks through for matching ones.</summary>
    private const int MostLookedAt = 2_000;

    private const string NoReason = "A reason of at most 1,000 characters is required. 理由（1,000字以内）が必要です。";

    private const string ChangedMeanwhile = "It was changed since you opened this page. Look again, then decide. 表示後に更新されました。内容を確認してから操作してください。";

    public static void MapSituationPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/situations", ListAsync).RequireAuthorization(HubPolicies.Read);
        routes.MapGet("/situations/{id}", ShowAsync).RequireAuthorization(HubPolicies.Read);
        routes.MapPost("/situations/{id}/acknowledge", AcknowledgeAsync).RequireAuthorization(HubPolicies.Act);
        routes.MapPost("/situations/{id}/reclassify", ReclassifyAsync).RequireAuthorization(HubPolicies.Act);
        routes.MapPost("/situations/{id}/close", CloseAsync).RequireAuthorization(HubPolicies.Act);
    }

    private static async Task<RazorComponentResult<SituationListPage>> ListAsync(
        [AsParameters] SituationFilterForm filter, HubCaller caller, SituationTable situations, Taxonomy taxonomy, TimeProvider time, CancellationToken cancellationToken)
    {
        var rows = new List<SituationRow>();
        var looked = 0;
        string? older = null;
        await foreach (var (cursor, situation) in situations.ListAsync(filter.Cursor, cancellationToken))
        {
            if (filter.Matches(situation) && caller.MayRead(situation.Marking))
            {
                rows.Add(await SituationRow.LoadAsync(situation, situations, taxonomy, cancellationToken));
            }

            if (rows.Count == PageSize || ++looked == MostLookedAt)
            {
                older = filter.OlderThan(cursor);
                break;
            }
        }

        return new RazorComponentResult<SituationListPage>(new
        {
            Filter = filter,
            Rows = (IReadOnlyList<SituationRow>)rows,
            Now = time.GetUtcNow(),
            LookedThroughAll = looked < MostLookedAt,
            Older = older,
            SignedIn = caller.Name,
        });
    }

    private static async Task<IResult> ShowAsync(string id, HubCaller caller, [AsParameters] Parts parts, CancellationToken cancellationToken) =>
        await parts.FindAsync(id, caller, cancellationToken) is { } situation
            ? await PageAsync(situation, caller, parts, null, cancellationToken)
            : BoardEndpoints.NotFound(caller.Name);

    /// <summary>Answers the alert that the page showed, which a later one may have overtaken meanwhile.</summary>
    private static Task<IResult> AcknowledgeAsync(
        string id, HttpRequest request, HubCaller caller, AcknowledgeAlert acknowledge, [AsParameters] Parts parts, CancellationToken cancellationToken) =>
        ActAsync(id, request, caller, parts, async (situation, form) =>
            !Alert.TryParseId(new AlertId(form["alert"].ToString()), out var of, out var revision) || of != situation.Id
            || await parts.Audit.RecordAsync(
                caller.Orders("acknowledge", $"alerts/{Alert.IdOf(of, revision)}"),
                () => acknowledge.ByPrincipalAsync(Alert.IdOf(of, revision), caller.Id, caller.Name, AnswerRoute.Board, form["note"], cancellationToken),
                result => result is AnswerResult.Recorded,
                cancellationToken) is AnswerResult.UnknownAlert
                ? "There is no such alert. この通報は存在しません。"
                : null, cancellationToken);

    private static Task<IResult> ReclassifyAsync(
        string id, HttpRequest request, HubCaller caller, DirectSituation direct, [AsParameters] Parts parts, CancellationToken cancellationToken) =>
        DecideAsync(
            id,
            request,
            caller,
            parts,
            form => $"reclassify to {AuditText.Id(form["category"].ToString())}",
            (situation, form, reason) => direct.ReclassifyAsync(situation, new CategoryId(form["category"].ToString()), reason, caller.Name, cancellationToken),
            cancellationToken);

    private static Task<IResult> CloseAsync(
        string id, HttpRequest request, HubCaller caller, DirectSituation direct, [AsParameters] Parts parts, CancellationToken cancellationToken) =>
        DecideAsync(
            id, request, caller, parts, _ => "close", (situation, _, reason) => direct.CloseAsync(situation, reason, caller.Name, cancellationToken), cancellationToken);

    /// <summary>A decision needs a reason, and the situation as the page showed it.</summary>
    private static Task<IResult> DecideAsync(
        string id,
        HttpRequest request,
        HubCaller caller,
        Parts parts,
        Func<IFormCollection, string> inWords,
        Func<SituationId, IFormCollection, string, Task<DirectionResult>> decide,
        CancellationToken cancellationToken) =>
        ActAsync(id, request, caller, parts, async (situation, form) =>
        {
            if (form["reason"].ToString().Trim() is not { Length: >= 1 and <= 1_000 } reason)
            {
                return NoReason;
            }

            if (form["revision"] != situation.Revision.ToString(CultureInfo.InvariantCulture))
            {
                return ChangedMeanwhile;
            }

            var result = await DirectionAudit.RecordAsync(
                parts.Audit, caller, situation.Id, inWords(form), () => decide(situation.Id, form, reason), cancellationToken);
            return result switch
            {
                DirectionResult.Done => null,
                DirectionResult.NotPossible not => not.Reason,
                _ => ChangedMeanwhile,
            };
        }, cancellationToken);

    /// <summary>Back to the situation, or the situation with what stood in the way.</summary>
    private static async Task<IResult> ActAsync(
        string id,
        HttpRequest request,
        HubCaller caller,
        Parts parts,
        Func<Situation, IFormCollection, Task<string?>> act,
        CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Use the page's form.");
        }

        if (await parts.FindAsync(id, caller, cancellationToken) is not { } situation)
        {
            return BoardEndpoints.NotFound(caller.Name);
        }

        if (await act(situation, await request.ReadFormAsync(cancellationToken)) is not { } refusal)
        {
            return TypedResults.LocalRedirect($"/situations/{situation.Id}");
        }

        return await parts.FindAsync(id, caller, cancellationToken) is { } current
            ? await PageAsync(current, caller, parts, refusal, cancellationToken)
            : BoardEndpoints.NotFound(caller.Name);
    }

    private static async Task<IResult> PageAsync(
        Situation situation, HubCaller caller, Parts parts, string? error, CancellationToken cancellationToken) =>
        new RazorComponentResult<SituationPage>(new
        {
            Details = await SituationDetails.LoadAsync(situation, caller, parts.Situations, parts.Deliveries, cancellationToken),
            parts.Taxonomy,
            Now = parts.Time.GetUtcNow(),
            Error = error,
            SignedIn = caller.Name,
        })
        {
            StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
        };

    /// <summary>What a situation's page needs.</summary>
    private sealed record Parts(SituationTable Situations, DeliveryTable Deliveries, Taxonomy Taxonomy, AuditLog Audit, TimeProvider Time)
    {
        public async Task<Situation?> FindAsync(string id, HubCaller caller, CancellationToken cancellationToken) =>
            RouteKey.IsKey(id)
            && await Situations.GetAsync(new SituationId(id), cancellationToken) is { } found
            && caller.MayRead(found.Value.Marking)
                ? found.Value
                : null;
    }
}
