using System.Text.Json;
using System.Text.Json.Serialization;

namespace AllianceNotify.Bench;

/// <summary>
/// One text of a file that somebody gives to measure on (<c>classify-eval --texts</c>): one JSON object a line, with the right category in
/// <c>category</c> and further answers that are right too in <c>also</c>. Other properties (a source, a note) are not read.
/// </summary>
internal sealed record GivenText
{
    public required string Id { get; init; }

    public string? Title { get; init; }

    public required string Text { get; init; }

    public required string Category { get; init; }

    public JsonElement Also { get; init; }

    /// <summary>Lines of this form, and lines of the evaluation set's own form (<see cref="EvalText"/>), may stand in one file.</summary>
    public static EvalText Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        if (!document.RootElement.TryGetProperty("category", out _))
            return document.Deserialize(EvalJson.Default.EvalText)!;
        var given = document.Deserialize(GivenJson.Default.GivenText)!;
        return new EvalText
        {
            Id = given.Id,
            Labels = [given.Category, .. given.Others()],
            Language = (given.Title + given.Text).Any(static c => c is >= 'ぁ' and <= 'ヿ') ? "ja" : "en",
            Title = string.IsNullOrWhiteSpace(given.Title) ? null : given.Title,
            Body = given.Text,
        };
    }

    /// <summary>One category, a list of them, or nothing.</summary>
    private string[] Others() => Also.ValueKind switch
    {
        JsonValueKind.Array => [.. Also.EnumerateArray().Select(one => one.GetString()!).Where(one => one.Length > 0)],
        JsonValueKind.String when Also.GetString() is { Length: > 0 } one => one.Split([',', '|', ' '], StringSplitOptions.RemoveEmptyEntries),
        _ => [],
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GivenText))]
internal sealed partial class GivenJson : JsonSerializerContext;
