using System.Globalization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Audit;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Alerts, whom they reached, and answers to them.</summary>
internal static class AlertEndpoints
{
    private const int PageSize = 1_000;

    public static void MapAlerts(this WebApplication app)
    {
        var group = app.MapGroup("/api/alerts").WithTags("Alerts");
        group.MapGet("/{id}", GetAsync).RequireAuthorization(HubPolicies.Read);
        group.MapGet("/{id}/deliveries", ListDeliveriesAsync).RequireAuthorization(HubPolicies.Read);
        group.MapPost("/{id}/acknowledgements", AcknowledgeAsync).RequireAuthorization(HubPolicies.Act);
    }

    private static async Task<Results<Ok<AlertView>, ProblemHttpResult>> GetAsync(
        string id, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        await FindAsync(id, caller, situations, cancellationToken) is { } alert ? TypedResults.Ok(AlertView.Of(alert)) : Problems.NotFound("alert");

    /// <summary>State per contact, channel and round, by contact.</summary>
    private static async Task<Results<Ok<Page<DeliveryView>>, ValidationProblem, ProblemHttpResult>> ListDeliveriesAsync(
        string id, HubCaller caller, SituationTable situations, DeliveryTable deliveries, CancellationToken cancellationToken, string? after = null)
    {
        if (after is not null && !RouteKey.IsKey(after))
        {
            return Problems.Invalid("after", "Is not a cursor of this list.");
        }

        if (await FindAsync(id, caller, situations, cancellationToken) is not { } alert)
        {
            return Problems.NotFound("alert");
        }

        var range = new RowRange(after is null ? null : after + " ", null, PageSize);
        var rows = await deliveries.ListAsync(alert.Id, range, cancellationToken).ToListAsync(cancellationToken);
        var next = rows.Count == PageSize ? $"/api/alerts/{alert.Id}/deliveries?after={Uri.EscapeDataString(rows[^1].Row)}" : null;
        return TypedResults.Ok(new Page<DeliveryView>([.. rows.Select(row => DeliveryView.Of(row.Value))], next));
    }

    /// <summary>The caller's own answer. Answering twice keeps the first.</summary>
    private static async Task<Results<Ok<AnswerView>, Created<AnswerView>, ValidationProblem, ProblemHttpResult>> AcknowledgeAsync(
        string id, AcknowledgeRequest? request, HubCaller caller, SituationTable situations, AcknowledgeAlert acknowledge, AuditLog audit, CancellationToken cancellationToken)
    {
        if (request?.Note is { Length: > AcknowledgeAlert.MaxNote })
        {
            return Problems.Invalid("note", string.Create(CultureInfo.InvariantCulture, $"At most {AcknowledgeAlert.MaxNote} characters."));
        }

        if (await FindAsync(id, caller, situations, cancellationToken) is not { } alert)
        {
            return Problems.NotFound("alert");
        }

        return await audit.RecordAsync(
            caller.Orders("acknowledge", $"alerts/{alert.Id}"),
            () => acknowledge.ByPrincipalAsync(alert.Id, caller.Id, caller.Name, AnswerRoute.Api, request?.Note, cancellationToken),
            result => result is AnswerResult.Recorded,
            cancellationToken) switch
        {
            AnswerResult.Recorded recorded => TypedResults.Created($"/api/situations/{alert.Situation}", AnswerView.Of(recorded.Answer)),
            AnswerResult.AlreadyAnswered before => TypedResults.Ok(AnswerView.Of(before.Answer)),
            AnswerResult.UnknownAlert => Problems.NotFound("alert"),
            var other => throw new InvalidOperationException($"Unknown result {other.GetType().Name}."),
        };
    }

    private static async ValueTask<Alert?> FindAsync(string id, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id)
        && await situations.GetAlertAsync(new AlertId(id), cancellationToken) is { } alert
        && caller.MayRead(alert.Marking)
            ? alert
            : null;
}

internal sealed record AcknowledgeRequest(string? Note);

internal sealed record AlertView
{
    public required AlertId Id { get; init; }

    public required SituationId SituationId { get; init; }

    public required int Revision { get; init; }

    public required AlertKind Kind { get; init; }

    public required ReportMode Mode { get; init; }

    /// <summary>Why it is in doubt whether it is what <see cref="Mode"/> states; missing where nothing contradicts it. Claim neither while it stands.</summary>
    public string? ModeDoubt { get; init; }

    public required CategoryId Category { get; init; }

    public required double Confidence { get; init; }

    public required Urgency Urgency { get; init; }

    public required Marking Marking { get; init; }

    public required IReadOnlyList<ReportText> Texts { get; init; }

    public ReportLocation? Location { get; init; }

    public required IReadOnlyDictionary<string, FactValue> Facts { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string Source { get; init; }

    public ReportId? ReportId { get; init; }

    public required bool ExpectsAnswer { get; init; }

    public string? ReviewReason { get; init; }

    public string? MadeBy { get; init; }

    public required AlertLinks Links { get; init; }

    public static AlertView Of(Alert alert) => new()
    {
        Id = alert.Id,
        SituationId = alert.Situation,
        Revision = alert.Revision,
        Kind = alert.Kind,
        Mode = alert.Mode,
        ModeDoubt = alert.ModeDoubt,
        Category = alert.Category,
        Confidence = alert.Confidence,
        Urgency = alert.Urgency,
        Marking = alert.Marking,
        Texts = alert.Texts,
        Location = alert.Location,
        Facts = alert.Facts,
        ObservedAt = alert.ObservedAt,
        MadeAt = alert.MadeAt,
        Source = alert.Source,
        ReportId = alert.Report,
        ExpectsAnswer = alert.ExpectsAnswer,
        ReviewReason = alert.ReviewReason,
        MadeBy = alert.MadeBy,
        Links = new AlertLinks($"/api/alerts/{alert.Id}", $"/api/alerts/{alert.Id}/deliveries", $"/api/situations/{alert.Situation}"),
    };
}

internal sealed record AlertLinks(string Self, string Deliveries, string Situation);

internal sealed record DeliveryView
{
    public required ContactId ContactId { get; init; }

    public string? Name { get; init; }

    public required string Agency { get; init; }

    public required string Channel { get; init; }

    public required int Round { get; init; }

    public required DeliveryState State { get; init; }

    /// <summary>Why this contact is told, or withheld from.</summary>
    public required string Reason { get; init; }

    public required int Attempts { get; init; }

    public string? LastError { get; init; }

    public required DateTimeOffset PlannedAt { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? FirstAttemptAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public string? ProviderId { get; init; }

    public static DeliveryView Of(DeliveryRecord record) => new()
    {
        ContactId = record.Contact,
        Name = record.DisplayName,
        Agency = record.Agency,
        Channel = record.Channel,
        Round = record.Round,
        State = record.State,
        Reason = record.Reason,
        Attempts = record.Attempts,
        LastError = record.LastError,
        PlannedAt = record.PlannedAt,
        NotBefore = record.NotBefore,
        FirstAttemptAt = record.FirstAttemptAt,
        SentAt = record.SentAt,
        ProviderId = record.ProviderId,
    };
}
