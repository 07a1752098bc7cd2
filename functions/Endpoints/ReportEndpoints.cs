using System.Text.Json;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>Reports in, and what became of them.</summary>
internal static class ReportEndpoints
{
    private const string Ndjson = "application/x-ndjson";
    private const string IdempotencyKey = "Idempotency-Key";

    public static void MapReports(this WebApplication app)
    {
        var group = app.MapGroup("/api/reports").WithTags("Reports");
        group.MapPost("", AcceptAsync).RequireAuthorization(HubPolicies.Report)
            .WithMetadata(new BodyExample("application/json", typeof(ReportBody)))
            .Produces<AcceptedReportView>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/batch", AcceptBatchAsync).RequireAuthorization(HubPolicies.Report)
            .WithMetadata(new BodyExample(Ndjson, typeof(ReportBody)))
            .Produces<BatchLineView>(StatusCodes.Status200OK, Ndjson)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        group.MapGet("/{id}", GetAsync).RequireAuthorization(HubPolicies.ReadReports);
    }

    /// <summary>Takes one body of any format that is read here. 202 only once every report in it is durable.</summary>
    private static async Task<IResult> AcceptAsync(
        HttpRequest request, HubCaller caller, AcceptReports intake, IOptions<WebServerOptions> limits, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "Compressed bodies are not read here.");
        }

        if (await request.ReadWholeAsync(limits.Value.MaxBodyBytes, cancellationToken) is not { } body)
        {
            return Answer(new IntakeResult.TooLarge((int)limits.Value.MaxBodyBytes));
        }

        // Binary mode: the attributes of a CloudEvent stand in headers, and the body is the report itself.
        var (envelope, errors) = CloudEventAttributes.FromHeaders(name => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null);
        return errors.Count > 0
            ? Answer(new IntakeResult.Invalid(errors))
            : Answer(await intake.AcceptAsync(body, request.ContentType, envelope, CallerOf(caller, request), cancellationToken));
    }

    /// <summary>
    /// A report a line in, an answer a line out. The answers are sent when the last line is in: a client that writes its whole
    /// body before it reads would otherwise wait for us while we wait for it.
    /// </summary>
    private static async Task<IResult> AcceptBatchAsync(
        HttpContext context, HubCaller caller, AcceptReports intake, IOptions<WebServerOptions> limits, CancellationToken cancellationToken)
    {
        if (!IsLines(context.Request))
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, $"A batch is JSON lines: {Ndjson}.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limits.Value.MaxBatchBytes;
        }

        await using var answers = new FileBufferingWriteStream();
        await foreach (var line in intake.AcceptBatchAsync(context.Request.BodyReader, CallerOf(caller, context.Request), cancellationToken))
        {
            await JsonSerializer.SerializeAsync(answers, BatchLineView.Of(line), ReportViewJson.Wire.BatchLineView, cancellationToken);
            await answers.WriteAsync("\n"u8.ToArray(), cancellationToken);
        }

        context.Response.ContentType = Ndjson;
        await answers.DrainBufferAsync(context.Response.Body, cancellationToken);
        return Results.Empty;
    }

    /// <summary>What the caller may not read is answered as what is not there.</summary>
    private static async Task<Results<Ok<ReportView>, ProblemHttpResult>> GetAsync(
        string id, HubCaller caller, ReportTable reports, CancellationToken cancellationToken) =>
        RouteKey.IsKey(id)
        && await reports.GetWithOutcomeAsync(new ReportId(id), cancellationToken) is { } stored
        && caller.MayReadReport(stored.Report)
            ? TypedResults.Ok(ReportView.Of(stored))
            : Problems.NotFound("report");

    private static IResult Answer(IntakeResult result) => result switch
    {
        IntakeResult.Accepted { Items: [var only], SkippedEntries.Count: 0 } => TypedResults.Accepted(SelfOf(only.Id), AcceptedReportView.Of(only)),
        IntakeResult.Accepted several => TypedResults.Accepted((string?)null, AcceptedReportsView.Of(several)),
        IntakeResult.Invalid invalid => Problems.Invalid(invalid.Errors),
        IntakeResult.Forbidden forbidden => Problems.Forbidden(forbidden.Reason),
        IntakeResult.Refused refused => Problems.Refused(refused.Reason),
        IntakeResult.UnsupportedMediaType unsupported => Problems.Of(StatusCodes.Status415UnsupportedMediaType, unsupported.Reason),
        IntakeResult.TooLarge large => Problems.Of(StatusCodes.Status413PayloadTooLarge, $"A report is at most {large.MaxBytes} bytes."),
        IntakeResult.IdempotencyConflict => Problems.Conflict("This Idempotency-Key was used for another body."),
        _ => throw new InvalidOperationException($"Intake answered {result.GetType().Name}."),
    };

    internal static string SelfOf(ReportId id) => $"/api/reports/{id}";

    private static IntakeCaller CallerOf(HubCaller caller, HttpRequest request) => new()
    {
        Id = caller.Id,
        MaySubmit = true,
        Sources = caller is { Role: AllianceNotify.Security.HubRole.Reporter, Sources.Count: > 0 } ? caller.Sources.ToHashSet(StringComparer.Ordinal) : null,
        IdempotencyKey = request.Headers.TryGetValue(IdempotencyKey, out var key) ? key.ToString() : null,
    };

    private static bool IsLines(HttpRequest request) => request.Headers.ContentEncoding.Count == 0
        && request.ContentType?.Split(';')[0].Trim().ToLowerInvariant()
            is Ndjson or "application/ndjson" or "application/jsonl" or "application/json" or "text/plain" or "application/octet-stream" or null;

}
