using System.Globalization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>
/// A duty officer's answers and decisions by form. What cannot be carried out is said on the situation's own page, as it then
/// stands, with what was typed.
/// </summary>
internal static class SituationForms
{
    public const string Acknowledge = "acknowledge";
    public const string Reclassify = "reclassify";
    public const string Close = "close";
    public const string Merge = "merge";
    public const string Split = "split";

    public static void MapSituationForms(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/situations/{id}").RequireAuthorization(HubPolicies.Act);
        group.MapPost(Acknowledge, AcknowledgeAsync);
        group.MapPost(Reclassify, ReclassifyAsync);
        group.MapPost(Close, CloseAsync);
        group.MapPost(Merge, MergeAsync);
        group.MapPost(Split, SplitAsync);
    }

    /// <summary>Answers the alert that the page showed, which a later one may have overtaken meanwhile.</summary>
    private static Task<IResult> AcknowledgeAsync(
        string id, HttpRequest request, HubCaller caller, AcknowledgeAlert acknowledge, AuditLog audit, [AsParameters] SituationParts parts, CancellationToken cancellationToken) =>
        ActAsync(Acknowledge, id, request, caller, parts, async (situation, form) =>
            !Alert.TryParseId(new AlertId(form["alert"].ToString()), out var of, out var revision) || of != situation.Id
            || await audit.RecordAsync(
                caller.Orders("acknowledge", $"alerts/{Alert.IdOf(of, revision)}"),
                () => acknowledge.ByPrincipalAsync(Alert.IdOf(of, revision), caller.Id, caller.Name, AnswerRoute.Board, form["note"], cancellationToken),
                result => result is AnswerResult.Recorded,
                cancellationToken) is AnswerResult.UnknownAlert
                ? new FormOutcome.Refused(BoardWords.NoSuchAlert)
                : new FormOutcome.Done(situation.Id), cancellationToken);

    private static Task<IResult> ReclassifyAsync(
        string id, HttpRequest request, HubCaller caller, DirectSituation direct, AuditLog audit, [AsParameters] SituationParts parts, CancellationToken cancellationToken) =>
        ActAsync(Reclassify, id, request, caller, parts, (situation, form) => DecideAsync(
            situation,
            form,
            caller,
            parts,
            audit,
            $"reclassify to {AuditText.Id(form["category"].ToString())}",
            reason => direct.ReclassifyAsync(situation.Id, new CategoryId(form["category"].ToString()), reason, caller.Name, cancellationToken),
            cancellationToken), cancellationToken);

    private static Task<IResult> CloseAsync(
        string id, HttpRequest request, HubCaller caller, DirectSituation direct, AuditLog audit, [AsParameters] SituationParts parts, CancellationToken cancellationToken) =>
        ActAsync(Close, id, request, caller, parts, (situation, form) => DecideAsync(
            situation, form, caller, parts, audit, "close", reason => direct.CloseAsync(situation.Id, reason, caller.Name, cancellationToken), cancellationToken), cancellationToken);

    /// <summary>On to the situation that goes on.</summary>
    private static Task<IResult> MergeAsync(
        string id, HttpRequest request, HubCaller caller, RegroupSituations regroup, AuditLog audit, [AsParameters] SituationParts parts, CancellationToken cancellationToken) =>
        ActAsync(Merge, id, request, caller, parts, async (situation, form) =>
            await parts.FindAsync(form["into"].ToString(), caller, cancellationToken) is not { } into
                ? new FormOutcome.Refused(BoardWords.IntoNeeded)
                : await DecideAsync(
                    situation,
                    form,
                    caller,
                    parts,
                    audit,
                    $"merge into {into.Id}",
                    reason => regroup.MergeAsync(situation.Id, into.Id, reason, caller.Name, cancellationToken),
                    cancellationToken), cancellationToken);

    /// <summary>On to the new situation.</summary>
    private static Task<IResult> SplitAsync(
        string id, HttpRequest request, HubCaller caller, RegroupSituations regroup, AuditLog audit, [AsParameters] SituationParts parts, CancellationToken cancellationToken) =>
        ActAsync(Split, id, request, caller, parts, async (situation, form) =>
        {
            var chosen = form["report"].OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            return chosen is not { Count: >= 1 and <= RegroupSituations.MaxReports } || !chosen.TrueForAll(RouteKey.IsKey)
                ? new FormOutcome.Refused(BoardWords.ReportsNeeded)
                : await DecideAsync(
                    situation,
                    form,
                    caller,
                    parts,
                    audit,
                    "split",
                    reason => regroup.SplitAsync(situation.Id, [.. chosen.Select(report => new ReportId(report))], reason, caller.Name, cancellationToken),
                    cancellationToken);
        }, cancellationToken);

    /// <summary>A decision needs a reason, and the situation as the page showed it.</summary>
    private static async Task<FormOutcome> DecideAsync(
        Situation situation,
        IFormCollection form,
        HubCaller caller,
        SituationParts parts,
        AuditLog audit,
        string inWords,
        Func<string, Task<DirectionResult>> decide,
        CancellationToken cancellationToken)
    {
        if (form["reason"].ToString().Trim() is not { Length: >= 1 and <= 1_000 } reason)
        {
            return new FormOutcome.Refused(BoardWords.ReasonNeeded);
        }

        if (form["revision"] != situation.Revision.ToString(CultureInfo.InvariantCulture))
        {
            return new FormOutcome.Refused(BoardWords.ChangedMeanwhile);
        }

        return await DirectionAudit.RecordAsync(audit, caller, situation.Id, inWords, () => decide(reason), cancellationToken) switch
        {
            DirectionResult.Done done => new FormOutcome.Done(done.Situation.Id),
            DirectionResult.NotPossible not => new FormOutcome.Refused(HubSentences.Of(not.Reason, parts.Taxonomy)),
            _ => new FormOutcome.Refused(BoardWords.ChangedMeanwhile),
        };
    }

    /// <summary>On to the situation that the decision made current, or back with what stood in the way.</summary>
    private static async Task<IResult> ActAsync(
        string name,
        string id,
        HttpRequest request,
        HubCaller caller,
        SituationParts parts,
        Func<Situation, IFormCollection, Task<FormOutcome>> act,
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

        var form = await request.ReadFormAsync(cancellationToken);
        return await act(situation, form) switch
        {
            FormOutcome.Done done => TypedResults.LocalRedirect($"/situations/{done.Situation}"),
            FormOutcome.Refused refused when await parts.FindAsync(id, caller, cancellationToken) is { } current =>
                await parts.PageAsync(current, caller, new FormAttempt(name, refused.Why, form), cancellationToken),
            _ => BoardEndpoints.NotFound(caller.Name),
        };
    }

    private abstract record FormOutcome
    {
        private FormOutcome()
        {
        }

        public sealed record Done(SituationId Situation) : FormOutcome;

        public sealed record Refused(LocalizedText Why) : FormOutcome;
    }
}
