using System.Security.Cryptography;
using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.FanOut;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Board;

/// <summary>
/// A duty officer's report by hand: typed, looked at with whom it would reach, then sent through the same intake as
/// <c>POST /api/reports</c>. Only what was looked at is sent.
/// </summary>
internal static class RaisePages
{
    private const string Json = "application/json";

    public static void MapRaisePages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/reports/new", (HubCaller caller, Taxonomy taxonomy, TimeProvider time) =>
            Page(caller, taxonomy, RaiseForm.Blank(time.GetUtcNow()))).RequireAuthorization(HubPolicies.Act);
        routes.MapPost("/reports/new", RaiseAsync).RequireAuthorization(HubPolicies.Act);
    }

    private static async Task<IResult> RaiseAsync(HttpRequest request, HubCaller caller, [AsParameters] Parts parts, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Use the page's form.");
        }

        var fields = await request.ReadFormAsync(cancellationToken);
        var form = RaiseForm.Of(fields);
        if (form.Errors(parts.Taxonomy).ToList() is { Count: > 0 } errors)
        {
            return Page(caller, parts.Taxonomy, form, errors);
        }

        var body = form.ToJson(caller);
        switch (parts.Classify.Classify(body, Json))
        {
            case ClassifyOutcome.Classified { Items: [var only] }:
                var digest = Convert.ToHexStringLower(SHA256.HashData(body));
                var (asked, seen) = (fields["act"] == "send", fields["seen"] == digest);
                if (asked && seen)
                {
                    return await SendAsync(form, body, caller, parts, cancellationToken);
                }

                var tried = await TriedReport.LoadAsync(only, parts.Audience, parts.Taxonomy, parts.Time.GetUtcNow(), cancellationToken);
                return Page(caller, parts.Taxonomy, form, asked ? [("preview", BoardWords.ChangedSincePreview)] : [], tried, digest);
            case ClassifyOutcome.Invalid invalid:
                return Page(caller, parts.Taxonomy, form, [.. invalid.Errors.Select(error => (form.FieldOf(error.Field), Said($"{error.Field} {error.Message}")))]);
            case ClassifyOutcome.Refused refused:
                return Page(caller, parts.Taxonomy, form, [("titleEn", Said(refused.Reason))]);
            case ClassifyOutcome.Unsupported unsupported:
                return Page(caller, parts.Taxonomy, form, [("titleEn", Said(unsupported.Reason))]);
            default:
                throw new InvalidOperationException("Unknown outcome of a classification.");
        }
    }

    private static async Task<IResult> SendAsync(RaiseForm form, byte[] body, HubCaller caller, Parts parts, CancellationToken cancellationToken)
    {
        var sender = new IntakeCaller { Id = caller.Id, MaySubmit = true, IdempotencyKey = form.Token };
        var result = await parts.Audit.RecordAsync(
            caller.Orders("report-by-hand", "reports", $"sha256 {Convert.ToHexStringLower(SHA256.HashData(body))}"),
            () => parts.Intake.AcceptAsync(body, Json, sender, cancellationToken),
            result => result is IntakeResult.Accepted,
            cancellationToken);
        return result switch
        {
            IntakeResult.Accepted { Items: [var only] } => TypedResults.LocalRedirect($"/reports/{only.Id}"),
            IntakeResult.IdempotencyConflict => Page(caller, parts.Taxonomy, form, [("sent", BoardWords.SentBefore)], sent: form.IdFor(caller)),
            IntakeResult.Invalid invalid => Page(caller, parts.Taxonomy, form, [.. invalid.Errors.Select(error => (form.FieldOf(error.Field), Said($"{error.Field} {error.Message}")))]),
            IntakeResult.Refused refused => Page(caller, parts.Taxonomy, form, [("titleEn", Said(refused.Reason))]),
            IntakeResult.TooLarge large => Page(caller, parts.Taxonomy, form, [("bodyEn", Said($"A report is at most {large.MaxBytes} bytes."))]),
            _ => throw new InvalidOperationException($"Intake answered {result.GetType().Name}."),
        };
    }

    /// <summary>What a format says is wrong, it says in English.</summary>
    private static LocalizedText Said(string text) => new(text, "この項目を確認してください。");

    private static RazorComponentResult<RaisePage> Page(
        HubCaller caller,
        Taxonomy taxonomy,
        RaiseForm form,
        IReadOnlyList<(string Field, LocalizedText Why)>? errors = null,
        TriedReport? tried = null,
        string? digest = null,
        ReportId? sent = null) =>
        new(new { Form = form, Taxonomy = taxonomy, Errors = errors ?? [], Tried = tried, Digest = digest, Sent = sent, SignedIn = caller.Name })
        {
            StatusCode = errors is { Count: > 0 } ? sent is null ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict : StatusCodes.Status200OK,
        };

    private sealed record Parts(
        ClassifyReports Classify, ResolveAudience Audience, AcceptReports Intake, Taxonomy Taxonomy, AuditLog Audit, TimeProvider Time);
}
