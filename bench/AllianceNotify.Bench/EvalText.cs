using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Reports;

namespace AllianceNotify.Bench;

/// <summary>One text of the evaluation set (<c>eval/README.md</c>): what it says and what the right answers are.</summary>
internal sealed record EvalText
{
    public required string Id { get; init; }

    /// <summary>Right primary answers, best first; further right categories of the same text may follow.</summary>
    public required string[] Labels { get; init; }

    public required string Language { get; init; }

    public string? Title { get; init; }

    public string? Body { get; init; }

    public string? Mode { get; init; }

    public string? Observed { get; init; }

    public Dictionary<string, string>? Codes { get; init; }

    public Dictionary<string, JsonElement>? Facts { get; init; }

    public double[]? At { get; init; }

    public string? Place { get; init; }

    public string? Action { get; init; }

    /// <summary>The text contradicts its mode and must be held.</summary>
    public bool Doubt { get; init; }

    /// <summary>The fixed rule: texts whose id begins with held- or second- were written before they were first run and are never looked at one by one, nor are real ones of <c>real-held-</c>.</summary>
    public string Part => Id switch
    {
        ['h', 'e', 'l', 'd', '-', ..] => "first held-out part",
        ['s', 'e', 'c', 'o', 'n', 'd', '-', ..] => "second held-out part",
        ['r', 'e', 'a', 'l', '-', 'h', 'e', 'l', 'd', '-', ..] => "real held-out part",
        ['r', 'e', 'a', 'l', '-', ..] => Real,
        _ => Tuning,
    };

    public const string Tuning = "tuning part";

    /// <summary>Real texts to learn from.</summary>
    public const string Real = "real part";

    public SituationReport ToReport()
    {
        var observed = DateTimeOffset.Parse(Observed ?? "2026-05-01T00:00:00Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var body = Body ?? "";
        var title = Title ?? (body.Length > 480 ? body[..480] : body);
        return new SituationReport
        {
            Id = SituationReport.IdOf("eval", Id),
            Source = "eval",
            SourceId = Id,
            Action = Action switch { "cancel" => ReportAction.Cancel, "update" => ReportAction.Update, _ => ReportAction.New },
            Mode = Mode switch { "exercise" => ReportMode.Exercise, "test" => ReportMode.Test, _ => ReportMode.Actual },
            ObservedAt = observed,
            ReceivedAt = observed,
            Texts = [new ReportText(Language, title, Title is null ? body[title.Length..] : body)],
            Codes = [.. (Codes ?? []).Select(code => new ReportCode(code.Key, code.Value))],
            Facts = (Facts ?? []).ToDictionary(fact => fact.Key, fact => FactOf(fact.Value)),
            Location = At is null && Place is null ? null : new ReportLocation { Name = Place, Latitude = At?[0], Longitude = At?[1] },
            Marking = Marking.Public,
            Format = "own-json",
        };
    }

    private static FactValue FactOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => FactValue.Of(value.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => FactValue.Of(value.GetBoolean()),
        _ => FactValue.Of(value.GetString() ?? ""),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EvalText))]
internal sealed partial class EvalJson : JsonSerializerContext;
