using System.Text.Json;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>The hub's own report, as the public API describes it. Properties that it does not name are ignored.</summary>
public sealed class OwnJsonFormat : IReportFormat
{
    public const string FormatName = "own-json";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head)
    {
        if (!MediaType.IsJson(contentType) || (contentType is not null && MediaType.IsSpecificJson(contentType)))
        {
            return FormatMatch.No;
        }

        // No other format claims plain JSON by its type alone, so that the content need not be asked once it is declared.
        if (contentType is not null)
        {
            return FormatMatch.ByType;
        }

        return JsonHead.Of(head) switch
        {
            null => FormatMatch.No,
            var json when json.Has("sourceId") && json.Has("source") => FormatMatch.ByContent,
            _ => FormatMatch.ByType,
        };
    }

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        using var document = StrictJson.TryParse(body, out var error);
        if (document is null)
        {
            return new ReadResult.Invalid([error!]);
        }

        return document.RootElement.ValueKind == JsonValueKind.Object
            ? Read(document.RootElement, context)
            : new ReadResult.Invalid([new FieldError("$", "A report is a JSON object; several reports are sent as JSON lines.")]);
    }

    private static ReadResult Read(JsonElement root, ReadContext context)
    {
        var errors = new List<FieldError>();
        var fields = new JsonFields(root, "", errors);
        if (OwnJsonParts.IsAboveUnclassified(fields))
        {
            return new ReadResult.Refused(MarkingText.AboveUnclassified);
        }

        var source = fields.Text("source", 200, required: true);
        var sourceId = fields.Text("sourceId", 400, required: true);
        var action = fields.Choice<ReportAction>("action") ?? ReportAction.New;
        var mode = fields.Choice<ReportMode>("mode", required: true);
        var observedAt = fields.Time("observedAt", IsoTime.Earliest, context.ReceivedAt + IsoTime.MaxAhead, required: true);
        var expiresAt = fields.Time("expiresAt", IsoTime.Earliest, context.ReceivedAt + IsoTime.MaxHold);
        var references = fields.Objects("references", 100)
            .ConvertAll(reference => (Source: reference.Text("source", 200, required: true), SourceId: reference.Text("sourceId", 400, required: true)));
        if (action != ReportAction.New && references.Count == 0 && !fields.Has("references"))
        {
            fields.Error("references", $"is required with action {JsonFields.WireName(action)}: it names the earlier report");
        }

        var texts = OwnJsonParts.Texts(fields);
        var codes = fields.Objects("codes", 500)
            .ConvertAll(code => (Scheme: code.Text("scheme", 100, required: true), Value: code.Text("value", 400, required: true)));
        var location = OwnJsonParts.Location(fields);
        var marking = OwnJsonParts.Marking(fields);
        var facts = OwnJsonParts.Facts(fields);
        var contact = OwnJsonParts.Contact(fields);
        var eventKeys = fields.Texts("eventKeys", 100, 400);
        if (errors.Count > 0)
        {
            return new ReadResult.Invalid(errors);
        }

        return new ReadResult.Reports([new SituationReport
        {
            Id = SituationReport.IdOf(source!, sourceId!),
            Source = source!,
            SourceId = sourceId!,
            Action = action,
            Mode = mode!.Value,
            ObservedAt = observedAt!.Value,
            ReceivedAt = context.ReceivedAt,
            ExpiresAt = expiresAt,
            References = [.. references.Select(reference => new ReportReference(reference.Source!, reference.SourceId!))],
            EventKeys = eventKeys,
            Texts = texts,
            Codes = [.. codes.Select(code => new ReportCode(code.Scheme!, code.Value!))],
            Location = location,
            Marking = marking,
            Facts = facts,
            Contact = contact,
            Format = FormatName,
        }]);
    }
}
