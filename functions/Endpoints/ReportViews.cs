using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Functions.Web;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>A report in own JSON, as a sender writes it; intake reads it by itself and names every error.</summary>
internal sealed record ReportBody
{
    public required string Source { get; init; }

    public required string SourceId { get; init; }

    public ReportAction? Action { get; init; }

    public IReadOnlyList<ReportReference>? References { get; init; }

    public required ReportMode Mode { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Of title and body, BCP 47; detected when absent.</summary>
    public string? Language { get; init; }

    /// <summary>Or <see cref="Texts"/>.</summary>
    public string? Title { get; init; }

    public string? Body { get; init; }

    public IReadOnlyList<ReportText>? Texts { get; init; }

    public IReadOnlyList<ReportCode>? Codes { get; init; }

    public ReportLocation? Location { get; init; }

    public Marking? Marking { get; init; }

    /// <summary>String, number or boolean values.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Facts { get; init; }

    public ReportContact? Contact { get; init; }
}

/// <param name="Id">The report's id: the first one's where it is a duplicate.</param>
/// <param name="Duplicate">The hub had it already.</param>
/// <param name="Links">Where to read it.</param>
/// <param name="Differs">True where a duplicate says something else than the one stored; the first stands.</param>
internal sealed record AcceptedReportView(ReportId Id, bool Duplicate, SelfLink Links, bool? Differs)
{
    public static AcceptedReportView Of(AcceptedItem item) =>
        new(item.Id, item.Duplicate, new SelfLink(ReportEndpoints.SelfOf(item.Id)), item.Differs ? true : null);
}

internal sealed record SelfLink(string Self);

/// <summary>The answer to a collection that holds none or several reports.</summary>
/// <param name="Items">In their order.</param>
/// <param name="Skipped">Entries that could not be read, and why.</param>
internal sealed record AcceptedReportsView(IReadOnlyList<AcceptedReportView> Items, IReadOnlyList<FieldError>? Skipped)
{
    public static AcceptedReportsView Of(IntakeResult.Accepted accepted) =>
        new([.. accepted.Items.Select(AcceptedReportView.Of)], accepted.SkippedEntries is { Count: > 0 } skipped ? skipped : null);
}

/// <summary>The answer to one line of a batch: as a report of its own would have had, with its status.</summary>
internal sealed record BatchLineView(int Line, int Status)
{
    public ReportId? Id { get; init; }

    public bool? Duplicate { get; init; }

    public bool? Differs { get; init; }

    public SelfLink? Links { get; init; }

    /// <summary>Where the line is a collection that holds none or several reports.</summary>
    public IReadOnlyList<AcceptedReportView>? Items { get; init; }

    public string? Detail { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    public static BatchLineView Of(BatchLine line) => line.Result switch
    {
        IntakeResult.Accepted { Items: [var only], SkippedEntries.Count: 0 } => new(line.Line, 202)
        {
            Id = only.Id,
            Duplicate = only.Duplicate,
            Differs = only.Differs ? true : null,
            Links = new SelfLink(ReportEndpoints.SelfOf(only.Id)),
        },
        IntakeResult.Accepted several => new(line.Line, 202)
        {
            Items = AcceptedReportsView.Of(several).Items,
            Errors = several.SkippedEntries is { Count: > 0 } skipped ? Grouped(skipped) : null,
        },
        IntakeResult.Invalid invalid => new(line.Line, 400) { Detail = "The request is not valid.", Errors = Grouped(invalid.Errors) },
        IntakeResult.Forbidden forbidden => new(line.Line, 403) { Detail = forbidden.Reason },
        IntakeResult.Refused refused => new(line.Line, 422) { Detail = refused.Reason },
        IntakeResult.UnsupportedMediaType unsupported => new(line.Line, 415) { Detail = unsupported.Reason },
        IntakeResult.TooLarge large => new(line.Line, 413) { Detail = $"A report is at most {large.MaxBytes} bytes." },
        IntakeResult.Unavailable => new(line.Line, 503) { Detail = "The store or a queue cannot be reached. Send this line again." },
        _ => throw new InvalidOperationException($"Intake answered {line.Result.GetType().Name}."),
    };

    private static Dictionary<string, IReadOnlyList<string>> Grouped(IReadOnlyList<FieldError> errors) =>
        errors.GroupBy(error => error.Field, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(error => error.Message)], StringComparer.Ordinal);
}

[JsonConverter(typeof(KebabEnumConverter<ReportState>))]
internal enum ReportState
{
    /// <summary>Durable; triage has not come to it yet.</summary>
    Accepted,
    Triaged,
    Refused,
}

/// <summary>A report as stored, in the shape its sender wrote, and what triage made of it.</summary>
internal sealed record ReportView
{
    public required ReportId Id { get; init; }

    public required string Source { get; init; }

    public required string SourceId { get; init; }

    public required string Format { get; init; }

    public required ReportAction Action { get; init; }

    public required ReportMode Mode { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyList<ReportReference> References { get; init; } = [];

    public IReadOnlyList<string> EventKeys { get; init; } = [];

    /// <summary>Of title and body, which are in the source's own language; all languages are in <see cref="Texts"/>.</summary>
    public required string Language { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    public required IReadOnlyList<ReportText> Texts { get; init; }

    public IReadOnlyList<ReportCode> Codes { get; init; } = [];

    public ReportLocation? Location { get; init; }

    public required Marking Marking { get; init; }

    public required IReadOnlyDictionary<string, FactValue> Facts { get; init; }

    public ReportContact? Contact { get; init; }

    public required ReportState State { get; init; }

    /// <summary>Why triage decided so.</summary>
    public string? Reason { get; init; }

    public ClassificationResult? Classification { get; init; }

    public SituationId? SituationId { get; init; }

    public IReadOnlyList<AlertId> AlertIds { get; init; } = [];

    public required SelfLink Links { get; init; }

    public static ReportView Of(StoredReport stored)
    {
        var (report, outcome) = stored;
        return new ReportView
        {
            Id = report.Id,
            Source = report.Source,
            SourceId = report.SourceId,
            Format = report.Format,
            Action = report.Action,
            Mode = report.Mode,
            ObservedAt = report.ObservedAt,
            ReceivedAt = report.ReceivedAt,
            ExpiresAt = report.ExpiresAt,
            References = report.References,
            EventKeys = report.EventKeys,
            Language = report.Texts[0].Language,
            Title = report.Texts[0].Title,
            Body = report.Texts[0].Body,
            Texts = report.Texts,
            Codes = report.Codes,
            Location = report.Location,
            Marking = report.Marking,
            Facts = report.Facts,
            Contact = report.Contact,
            State = outcome?.State switch
            {
                null => ReportState.Accepted,
                TriageState.Triaged => ReportState.Triaged,
                TriageState.Refused => ReportState.Refused,
                var other => throw new InvalidOperationException($"Unknown state {other}."),
            },
            Reason = outcome?.Reason,
            Classification = outcome?.Classification,
            SituationId = outcome?.Situation,
            AlertIds = outcome?.Alerts ?? [],
            Links = new SelfLink(ReportEndpoints.SelfOf(report.Id)),
        };
    }
}

/// <summary>For the hot path and for lines, which are written outside the framework's own JSON.</summary>
[JsonSerializable(typeof(AcceptedReportView))]
[JsonSerializable(typeof(AcceptedReportsView))]
[JsonSerializable(typeof(BatchLineView))]
[JsonSerializable(typeof(ReportView))]
internal sealed partial class ReportViewJson : JsonSerializerContext
{
    public static readonly ReportViewJson Wire = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcDateTimeOffsetConverter() },
    });
}
