using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// CloudEvents 1.0 in structured mode, one event or a batch, whose data is a report in any other format. Data that is itself an
/// event is not opened: an envelope in an envelope hides what the outer one vouches for.
/// </summary>
public sealed class CloudEventFormat(ReportReader inner) : IReportFormat
{
    public const string FormatName = "cloudevents";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "specversion", "id", "source", "type", "datacontenttype", "dataschema", "subject", "time", "data", "data_base64", "status", "tlp", "traceparent", "tracestate",
    };

    private const string One = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head)
    {
        if (contentType is One or Batch)
        {
            return FormatMatch.ByContent;
        }

        return MediaType.IsJson(contentType) && (contentType is null || !MediaType.IsSpecificJson(contentType)) && head.IndexOf("specversion"u8) >= 0
            && JsonHead.Of(head) is { } json && json.Has("specversion") && json.Has("type") && json.Has("source")
                ? FormatMatch.ByContent
                : FormatMatch.No;
    }

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        if (context.Envelope is not null)
        {
            return new ReadResult.Invalid([new FieldError("$", "is a CloudEvent inside a CloudEvent, which is not opened: attributes in headers and an event in the body contradict each other")]);
        }

        using var document = StrictJson.TryParse(body, out var error);
        if (document is null)
        {
            return new ReadResult.Invalid([error!]);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            return ReadEvent(document.RootElement, context);
        }

        var reading = new Collection.Reading();
        var index = 0;
        foreach (var each in document.RootElement.EnumerateArray())
        {
            reading.Add(ReadEvent(each, context), string.Create(CultureInfo.InvariantCulture, $"[{index++}]"));
        }

        return reading.Result;
    }

    private ReadResult ReadEvent(JsonElement element, ReadContext context)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new ReadResult.Invalid([new FieldError("$", "A CloudEvent is an object.")]);
        }

        var errors = new List<FieldError>();
        var fields = new JsonFields(element, "", errors);
        var (attributes, missing) = CloudEventAttributes.Of(name => fields.Text(name, 2_000), name => name);
        if (attributes is null)
        {
            return new ReadResult.Invalid([.. missing, .. errors]);
        }

        var contentType = fields.Text("datacontenttype", 200) ?? "application/json";
        if (Data(fields, contentType) is not { } data)
        {
            fields.Error("data", "is required: the report, or data_base64 in its place");
            return new ReadResult.Invalid(errors);
        }

        if (errors.Count > 0)
        {
            return new ReadResult.Invalid(errors);
        }

        return inner.Read(data, contentType, context with { Envelope = attributes with { Extensions = Extensions(element) } }) switch
        {
            ReadOutcome.Read read => read.Result,
            ReadOutcome.Unsupported unsupported => new ReadResult.Invalid([new FieldError("data", unsupported.Reason)]),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    /// <summary>What is neither an attribute of CloudEvents 1.0 nor of this hub: names of lower-case letters and digits (§3.1), plain values.</summary>
    private static Dictionary<string, string> Extensions(JsonElement element) => element.EnumerateObject()
        .Where(each => !Known.Contains(each.Name) && each.Name.Length <= 50 && each.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            && each.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        .ToDictionary(each => each.Name, each => each.Value.ValueKind == JsonValueKind.String ? StrictJson.TextOf(each.Value) ?? "" : each.Value.GetRawText(), StringComparer.Ordinal);

    /// <summary>The data's own bytes: JSON as it stands, a string's text where the data is of another type, or decoded base 64.</summary>
    private static byte[]? Data(JsonFields fields, string contentType)
    {
        if (fields.Find("data_base64") is { } encoded)
        {
            return encoded.ValueKind == JsonValueKind.String && encoded.TryGetBytesFromBase64(out var bytes) ? bytes : null;
        }

        return fields.Find("data") switch
        {
            { ValueKind: JsonValueKind.String } text when !MediaType.IsJson(MediaType.Of(contentType)) => StrictJson.TextOf(text) is { } data ? Encoding.UTF8.GetBytes(data) : null,
            { } json => Encoding.UTF8.GetBytes(json.GetRawText()),
            null => null,
        };
    }
}
