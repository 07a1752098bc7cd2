using System.Text.Json.Serialization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// Situations, their history, and what a duty officer decides about them. What a caller's marking does not allow is left out
/// of lists and answered as what is not there.
/// </summary>
internal static class SituationEndpoints
{
    private const int PageSize = 100;

    /// <summary>How many situations one call looks through for matching ones before it hands back a cursor.</summary>
    private const int MostLookedAt = 2_000;

    public static void MapSituations(this WebApplication app)
    {
        var group = app.MapGroup("/api/situations").WithTags("Situations");
        group.MapGet("", ListAsync).RequireAuthorization(HubPolicies.Read);
        group.MapGet("/{id}", GetAsync).RequireAuthorization(HubPolicies.Read);
        group.MapPost("/{id}/reclassify", ReclassifyAsync).RequireAuthorization(HubPolicies.Act);
        group.MapPost("/{id}/close", CloseAsync).RequireAuthorization(HubPolicies.Act);
        group.MapPost("/{id}/alert", AlertAsync).RequireAuthorization(HubPolicies.Act);
        group.MapPost("/{id}/merge", MergeAsync).RequireAuthorization(HubPolicies.Act);
        group.MapPost("/{id}/split", SplitAsync).RequireAuthorization(HubPolicies.Act);
    }

    /// <summary>Newest first.</summary>
    private static async Task<Results<Ok<Page<SituationView>>, ValidationProblem>> ListAsync(
        [AsParameters] SituationFilter filter, HubCaller caller, SituationTable situations, CancellationToken cancellationToken)
    {
        if (filter.Errors().ToList() is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var items = new List<SituationView>();
        var looked = 0;
        await foreach (var (cursor, situation) in situations.ListAsync(filter.After, cancellationToken))
        {
            if (filter.Since is { } since && situation.OpenedAt < since)
            {
                break;
            }

            if (filter.Matches(situation) && caller.MayRead(situation.Marking))
            {
                items.Add(SituationView.Of(situation));
            }

            if (items.Count == PageSize || ++looked == MostLookedAt)
            {
                return TypedResults.Ok(new Page<SituationView>(items, filter.NextAfter(cursor)));
            }
        }

        return TypedResults.Ok(new Page<SituationView>(items, null));
    }

    private static async Task<Results<Ok<SituationDetailsView>, ProblemHttpResult>> GetAsync(
        string id, HttpResponse response, HubCaller caller, SituationTable situations, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, caller, situations, cancellationToken) is not { } found)
        {
            return Problems.NotFound("situation");
        }

        var key = found.Value.Id;
        response.SetETag(found.ETag);
        return TypedResults.Ok(new SituationDetailsView(
            SituationView.Of(found.Value),
            await situations.ListAlertsAsync(key, cancellationToken).Select(row => AlertView.Of(row.Value)).ToListAsync(cancellationToken),
            await situations.ListAnswersAsync(key, 0, cancellationToken).Select(row => AnswerView.Of(row.Value)).ToListAsync(cancellationToken),
            await situations.TimelineAsync(key, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken)));
    }

    private static async Task<Results<Ok<DirectedView>, ValidationProblem, ProblemHttpResult>> ReclassifyAsync(
        string id, ReclassifyRequest request, HubCaller caller, SituationTable situations, DirectSituation direct, Taxonomy taxonomy, AuditLog audit, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        if (request.Category is not { } category || (category != CategoryId.None && taxonomy.Find(category) is null))
        {
            errors.Add(new FieldError("category", "Required: a category of the taxonomy, or none."));
        }

        errors.AddRange(ReasonErrors(request.Reason));
        return errors.Count > 0
            ? Problems.Invalid(errors)
            : await DirectAsync(id, caller, situations, audit, $"reclassify to {request.Category}", key => direct.ReclassifyAsync(key, request.Category!.Value, request.Reason!, caller.Name, cancellationToken), cancellationToken);
    }

    private static async Task<Results<Ok<DirectedView>, ValidationProblem, ProblemHttpResult>> CloseAsync(
        string id, CloseRequest request, HubCaller caller, SituationTable situations, DirectSituation direct, AuditLog audit, CancellationToken cancellationToken) =>
        ReasonErrors(request.Reason).ToList() is { Count: > 0 } errors
            ? Problems.Invalid(errors)
            : await DirectAsync(id, caller, situations, audit, "close", key => direct.CloseAsync(key, request.Reason!, caller.Name, cancellationToken), cancellationToken);

    private static async Task<Results<Ok<DirectedView>, ValidationProblem, ProblemHttpResult>> AlertAsync(
        string id, OwnAlertRequest request, HubCaller caller, SituationTable situations, DirectSituation direct, AuditLog audit, CancellationToken cancellationToken) =>
        request.Errors().ToList() is { Count: > 0 } errors
            ? Problems.Invalid(errors)
            : await DirectAsync(
                id,
                caller,
                situations,
                audit,
                "alert",
                key => direct.AlertAsync(key, request.Texts!, request.Urgency!.Value, request.Audience is { Count: > 0 } lists ? lists : null, caller.Name, cancellationToken),
                cancellationToken);

    /// <summary>This situation is the same event as another, which goes on in its place: the answer is that one. Nobody hears an all-clear.</summary>
    private static async Task<Results<Ok<DirectedView>, ValidationProblem, ProblemHttpResult>> MergeAsync(
        string id, MergeRequest request, HubCaller caller, SituationTable situations, RegroupSituations regroup, AuditLog audit, CancellationToken cancellationToken)
    {
        var errors = ReasonErrors(request.Reason).ToList();
        if (request.Into is not { } into || await FindAsync(into.Value, caller, situations, cancellationToken) is null)
        {
            errors.Add(new FieldError("into", "Required: a situation that you may read."));
        }

        return errors.Count > 0
            ? Problems.Invalid(errors)
            : await DirectAsync(id, caller, situations, audit, $"merge into {request.Into}", key => regroup.MergeAsync(key, request.Into!.Value, request.Reason!, caller.Name, cancellationToken), cancellationToken);
    }

    /// <summary>Some of the situation's reports are another event: the answer is the new situation, told as any new one.</summary>
    private static async Task<Results<Ok<DirectedView>, ValidationProblem, ProblemHttpResult>> SplitAsync(
        string id, SplitRequest request, HubCaller caller, SituationTable situations, RegroupSituations regroup, AuditLog audit, CancellationToken cancellationToken)
    {
        var errors = ReasonErrors(request.Reason).ToList();
        if (request.ReportIds is not { Count: >= 1 and <= RegroupSituations.MaxReports } || request.ReportIds.Any(report => !RouteKey.IsKey(report.Value)))
        {
            errors.Add(new FieldError("reportIds", $"Required: 1 to {RegroupSituations.MaxReports} reports of the situation."));
        }

        return errors.Count > 0
            ? Problems.Invalid(errors)
            : await DirectAsync(id, caller, situations, audit, "split", key => regroup.SplitAsync(key, request.ReportIds!, request.Reason!, caller.Name, cancellationToken), cancellationToken);
    }

    private static async Task<Results<Ok<DirectedView>, ValidationProblem, ProblemHttpResult>> DirectAsync(
        string id,
        HubCaller caller,
        SituationTable situations,
        AuditLog audit,
        string what,
        Func<SituationId, Task<DirectionResult>> order,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(id, caller, situations, cancellationToken) is not { } found)
        {
            return Problems.NotFound("situation");
        }

        return await DirectionAudit.RecordAsync(audit, caller, found.Value.Id, what, () => order(found.Value.Id), cancellationToken) switch
        {
            DirectionResult.Done done => TypedResults.Ok(new DirectedView(SituationView.Of(done.Situation), done.Alert?.Id)),
            DirectionResult.UnknownSituation => Problems.NotFound("situation"),
            DirectionResult.NotPossible not => Problems.Conflict(not.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other.GetType().Name}."),
        };
    }

    private static async ValueTask<Versioned<Situation>?> FindAsync(
        string id, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id)
        && await situations.GetAsync(new SituationId(id), cancellationToken) is { } found
        && caller.MayRead(found.Value.Marking)
            ? found
            : null;

    private static IEnumerable<FieldError> ReasonErrors(string? reason) =>
        reason?.Trim() is not { Length: >= 1 and <= 1_000 } ? [new FieldError("reason", "Required: 1 to 1,000 characters.")] : [];
}

/// <param name="Status"><c>open</c>, <c>held</c> or <c>closed</c>.</param>
/// <param name="Category">A category of the taxonomy, or <c>unclassified</c>.</param>
/// <param name="Mode"><c>actual</c>, <c>exercise</c> or <c>test</c>.</param>
/// <param name="Since">Opened at this time or later.</param>
/// <param name="After">From the <c>next</c> of the page before.</param>
internal sealed record SituationFilter(string? Status, string? Category, string? Mode, DateTimeOffset? Since, string? After)
{
    public IEnumerable<FieldError> Errors()
    {
        if (Status is not null && !KebabText.TryParse<SituationStatus>(Status, out _))
        {
            yield return new FieldError("status", "Is open, held or closed.");
        }

        if (Mode is not null && !KebabText.TryParse<ReportMode>(Mode, out _))
        {
            yield return new FieldError("mode", "Is actual, exercise or test.");
        }

        if (After is not null && !RouteKey.IsKey(After))
        {
            yield return new FieldError("after", "Is not a cursor of this list.");
        }
    }

    public bool Matches(Situation situation) =>
        (Status is null || (KebabText.TryParse<SituationStatus>(Status, out var status) && situation.Status == status))
        && (Category is null || situation.Category.Value == Category || situation.Categories.Any(score => score.Category.Value == Category))
        && (Mode is null || (KebabText.TryParse<ReportMode>(Mode, out var mode) && situation.Mode == mode));

    public string NextAfter(string cursor)
    {
        var query = QueryString.Empty;
        foreach (var (name, value) in new[] { ("status", Status), ("category", Category), ("mode", Mode), ("since", Since?.ToString("O")) })
        {
            query = value is null ? query : query.Add(name, value);
        }

        return $"/api/situations{query.Add("after", cursor)}";
    }
}

internal sealed record ReclassifyRequest(CategoryId? Category, string? Reason);

internal sealed record CloseRequest(string? Reason);

/// <param name="Into">The situation that goes on.</param>
/// <param name="Reason">1 to 1,000 characters, for the timeline.</param>
internal sealed record MergeRequest(SituationId? Into, string? Reason);

/// <param name="ReportIds">The reports that are another event: 1 to 40; at least one other must stay.</param>
/// <param name="Reason">1 to 1,000 characters, for the timeline.</param>
internal sealed record SplitRequest(IReadOnlyList<ReportId>? ReportIds, string? Reason);

/// <summary>A duty officer's own alert on a situation.</summary>
/// <param name="Texts">Title and body, a language each; the first is shown to readers of other languages.</param>
/// <param name="Urgency"><c>flash</c>, <c>urgent</c> or <c>routine</c>.</param>
/// <param name="Audience">Ids of lists; none: whom the category concerns.</param>
internal sealed record OwnAlertRequest(IReadOnlyList<ReportText>? Texts, Urgency? Urgency, IReadOnlyList<ListId>? Audience)
{
    public IEnumerable<FieldError> Errors()
    {
        if (Texts is not { Count: >= 1 and <= 10 })
        {
            yield return new FieldError("texts", "Required: 1 to 10 texts.");
        }
        else if (Texts.Any(text => text is not { Language.Length: >= 2 and <= 35, Title.Length: >= 1 and <= 500, Body.Length: <= 20_000 }))
        {
            yield return new FieldError("texts", "A text has language, title (1 to 500 characters) and body (at most 20,000).");
        }

        if (Urgency is null or Reports.Urgency.Info)
        {
            yield return new FieldError("urgency", "Required: flash, urgent or routine.");
        }

        if (Audience is { Count: > 100 })
        {
            yield return new FieldError("audience", "At most 100 lists.");
        }
    }
}

internal sealed record DirectedView(SituationView Situation, AlertId? AlertId);

internal sealed record SituationView
{
    public required SituationId Id { get; init; }

    public required SituationStatus Status { get; init; }

    public required ReportMode Mode { get; init; }

    /// <summary>Why it is in doubt whether it is what <see cref="Mode"/> states; missing where nothing contradicts it. Claim neither while it stands.</summary>
    public string? ModeDoubt { get; init; }

    public required CategoryId Category { get; init; }

    public required IReadOnlyList<CategoryScore> Categories { get; init; }

    public required Urgency Urgency { get; init; }

    public required Marking Marking { get; init; }

    /// <summary>In the source's own language; all languages are in <see cref="Texts"/>.</summary>
    public required string Title { get; init; }

    public required IReadOnlyList<ReportText> Texts { get; init; }

    public ReportLocation? Location { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }

    public required ReportId FirstReportId { get; init; }

    public required ReportId LatestReportId { get; init; }

    public required int Revision { get; init; }

    public required bool NeedsReview { get; init; }

    public string? ReviewReason { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public string? ClosedReason { get; init; }

    /// <summary>The situation that goes on in its place.</summary>
    public SituationId? MergedInto { get; init; }

    /// <summary>Situations that go on as this one.</summary>
    public IReadOnlyList<SituationId>? Merged { get; init; }

    /// <summary>The situation that it was split off.</summary>
    public SituationId? SplitFrom { get; init; }

    /// <summary>The sources that report it.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    public required SelfLink Links { get; init; }

    public static SituationView Of(Situation situation) => new()
    {
        Id = situation.Id,
        Status = situation.Status,
        Mode = situation.Mode,
        ModeDoubt = situation.ModeDoubt,
        Category = situation.Category,
        Categories = situation.Categories,
        Urgency = situation.Urgency,
        Marking = situation.Marking,
        Title = situation.Texts[0].Title,
        Texts = situation.Texts,
        Location = situation.Location,
        Source = situation.Source,
        OpenedAt = situation.OpenedAt,
        UpdatedAt = situation.UpdatedAt,
        ObservedAt = situation.ObservedAt,
        FirstReportId = situation.FirstReport,
        LatestReportId = situation.LatestReport,
        Revision = situation.Revision,
        NeedsReview = situation.NeedsReview,
        ReviewReason = situation.ReviewReason,
        ClosedAt = situation.ClosedAt,
        ClosedReason = situation.ClosedReason,
        MergedInto = situation.MergedInto,
        Merged = situation.Merged,
        SplitFrom = situation.SplitFrom,
        Sources = situation.Voices is { } voices ? [.. voices.Keys.Order(StringComparer.Ordinal)] : [situation.Source],
        Links = new SelfLink($"/api/situations/{situation.Id}"),
    };
}

/// <summary>A situation with all that belongs to it; the timeline is in the order things happened.</summary>
internal sealed record SituationDetailsView(
    [property: JsonPropertyOrder(-1)] SituationView Situation,
    IReadOnlyList<AlertView> Alerts,
    IReadOnlyList<AnswerView> Answers,
    IReadOnlyList<TimelineEntry> Timeline);

internal sealed record AnswerView(AlertId AlertId, string Name, string? Agency, DateTimeOffset At, AnswerRoute Route, string? Note)
{
    public static AnswerView Of(Answer answer) => new(answer.Alert, answer.Name, answer.Agency, answer.At, answer.Route, answer.Note);
}
