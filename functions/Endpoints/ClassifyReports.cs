using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Intake;
using AllianceNotify.Reports;

namespace AllianceNotify.Functions.Endpoints;

/// <summary>
/// Says what texts are about without storing them. Takes every format that intake reads; own JSON may leave out what only a
/// stored report needs (source, sourceId, observedAt, mode), since nothing is done with it.
/// </summary>
internal sealed class ClassifyReports(ReportReader reader, ReportClassifier classifier, TimeProvider time)
{
    /// <summary>One body; several answers where it is a collection.</summary>
    public ClassifyOutcome Classify(ReadOnlyMemory<byte> body, string? contentType)
    {
        var context = new ReadContext(time.GetUtcNow());
        var outcome = reader.Read(body, contentType, context);
        if (outcome is ReadOutcome.Read { Format: Intake.Formats.OwnJsonFormat.FormatName, Result: ReadResult.Invalid } && Completed(body, context.ReceivedAt) is { } completed)
        {
            outcome = reader.Read(completed, contentType, context);
        }

        return outcome switch
        {
            ReadOutcome.Unsupported unsupported => new ClassifyOutcome.Unsupported(unsupported.Reason),
            ReadOutcome.Read { Result: ReadResult.Reports read } =>
                new ClassifyOutcome.Classified([.. read.Items.Select(report => new ClassifiedReport(report, classifier.Classify(report)))]),
            ReadOutcome.Read { Result: ReadResult.Invalid invalid } => new ClassifyOutcome.Invalid(invalid.Errors),
            ReadOutcome.Read { Result: ReadResult.Refused refused } => new ClassifyOutcome.Refused(refused.Reason),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
        };
    }

    /// <summary>Own JSON with what only a stored report needs filled in; null where it is no JSON object.</summary>
    private static byte[]? Completed(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        JsonObject fields;
        try
        {
            if (JsonNode.Parse(body.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 32 }) is not JsonObject parsed)
            {
                return null;
            }

            fields = parsed;
            fields.TryAdd("source", "classify");
            fields.TryAdd("sourceId", "classify");
            fields.TryAdd("mode", "actual");
            fields.TryAdd("observedAt", now.ToString("O"));
            if (!fields.ContainsKey("texts") && !fields.ContainsKey("title") && TextOf(fields, "body") is { } text)
            {
                var (title, rest) = FirstLine(text);
                fields["title"] = title;
                fields["body"] = rest;
            }

            return JsonSerializer.SerializeToUtf8Bytes(fields, ClassifyJson.Default.JsonObject);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            // Malformed, or a name twice: the format's own error says so.
            return null;
        }
    }

    private static string? TextOf(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue<string>(out var text) && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static (string Title, string Body) FirstLine(string text)
    {
        const int longest = 500;
        var end = text.AsSpan().IndexOfAny('\n', '\r');
        end = end < 0 ? text.Length : end;
        if (end > longest)
        {
            end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        }

        return (text[..end].TrimEnd(), text[end..].TrimStart());
    }
}

internal sealed record ClassifiedReport(SituationReport Report, ClassificationResult Classification);

internal abstract record ClassifyOutcome
{
    private ClassifyOutcome()
    {
    }

    public sealed record Classified(IReadOnlyList<ClassifiedReport> Items) : ClassifyOutcome;

    public sealed record Invalid(IReadOnlyList<FieldError> Errors) : ClassifyOutcome;

    public sealed record Refused(string Reason) : ClassifyOutcome;

    public sealed record Unsupported(string Reason) : ClassifyOutcome;
}

/// <summary>One classified text on the wire.</summary>
internal sealed record ClassifiedView
{
    /// <summary>The <c>id</c> that came with it, whatever JSON value it is.</summary>
    public JsonElement? Id { get; init; }

    /// <summary>Source and source id, for a report out of a collection or of another format.</summary>
    public string? Source { get; init; }

    public string? SourceId { get; init; }

    public ReportMode? Mode { get; init; }

    public ClassificationResult? Classification { get; init; }

    /// <summary>Where one line holds several reports.</summary>
    public IReadOnlyList<ClassifiedView>? Items { get; init; }

    /// <summary>Why it could not be read.</summary>
    public string? Error { get; init; }

    public static ClassifiedView Of(ClassifiedReport item) => new()
    {
        Source = item.Report.Source,
        SourceId = item.Report.SourceId,
        Mode = item.Report.Mode,
        Classification = item.Classification,
    };

    /// <summary>One answer for one line.</summary>
    public static ClassifiedView Of(JsonElement? id, ClassifyOutcome outcome) => outcome switch
    {
        ClassifyOutcome.Classified { Items: [var only] } => new() { Id = id, Mode = only.Report.Mode, Classification = only.Classification },
        ClassifyOutcome.Classified several => new() { Id = id, Items = [.. several.Items.Select(Of)] },
        ClassifyOutcome.Invalid invalid => new() { Id = id, Error = string.Join(" ", invalid.Errors.Take(10).Select(error => $"{error.Field}: {error.Message.TrimEnd('.')}.")) },
        ClassifyOutcome.Refused refused => new() { Id = id, Error = refused.Reason },
        ClassifyOutcome.Unsupported unsupported => new() { Id = id, Error = unsupported.Reason },
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };
}

[JsonSerializable(typeof(ClassifiedView))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ClassifyJson : JsonSerializerContext
{
    public static readonly ClassifyJson Wire = new(new JsonSerializerOptions(ReportViewJson.Wire.Options) { TypeInfoResolver = null });
}
