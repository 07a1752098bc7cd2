using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>A paragraph of the Guidelines by its number, with its heading in both languages (<c>Guidelines/paragraphs.json</c>).</summary>
internal sealed record GuidelinesParagraph(string Reference, string En, string Ja);

/// <summary>A category as its file states it; the heading of the reference comes from the list of paragraphs.</summary>
internal sealed record TaxonomyFile
{
    public required CategoryId Id { get; init; }

    public required LocalizedText Name { get; init; }

    public required string Reference { get; init; }

    public required IReadOnlyList<string> AlsoIn { get; init; }

    public required LocalizedText Responsibility { get; init; }

    public required IReadOnlyList<Phase> Phases { get; init; }

    public required Urgency DefaultUrgency { get; init; }

    public required Urgency UrgencyFloor { get; init; }

    public required IReadOnlyList<LocalizedText> Playbook { get; init; }

    public bool OfficialStatementOnly { get; init; }

    public IReadOnlyList<CorrelationRule>? Correlation { get; init; }
}

internal static partial class TaxonomyData
{
    private const string CategoryPrefix = "taxonomy/";

    public static IReadOnlyList<GuidelinesParagraph> ReadParagraphs() =>
        JsonSerializer.Deserialize(Resource("paragraphs.json"), TaxonomyJson.Default.IReadOnlyListGuidelinesParagraph)!;

    public static IReadOnlyList<TaxonomyFile> ReadFiles() =>
    [
        .. typeof(TaxonomyData).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(CategoryPrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => JsonSerializer.Deserialize(Resource(name), TaxonomyJson.Default.TaxonomyFile)!),
    ];

    public static Taxonomy Read()
    {
        var paragraphs = ReadParagraphs();
        var order = paragraphs.Index().ToDictionary(entry => entry.Item.Reference, entry => entry.Index, StringComparer.Ordinal);
        return new Taxonomy([.. ReadFiles().OrderBy(file => PlaceOf(file, order)).Select(file => Category(file, paragraphs[PlaceOf(file, order)]))]);
    }

    private static int PlaceOf(TaxonomyFile file, Dictionary<string, int> order) =>
        order.TryGetValue(file.Reference, out var place)
            ? place
            : throw new InvalidDataException($"Category {file.Id} refers to {file.Reference}, which the Guidelines do not have.");

    private static TaxonomyCategory Category(TaxonomyFile file, GuidelinesParagraph paragraph) => new()
    {
        Id = file.Id,
        Name = file.Name,
        Guidelines = new GuidelinesReference(paragraph.Reference, new LocalizedText(paragraph.En, paragraph.Ja)),
        Responsibility = file.Responsibility,
        Phases = file.Phases,
        DefaultUrgency = file.DefaultUrgency,
        UrgencyFloor = file.UrgencyFloor,
        Playbook = file.Playbook,
        OfficialStatementOnly = file.OfficialStatementOnly,
        Correlation = file.Correlation ?? [],
    };

    private static Stream Resource(string name) =>
        typeof(TaxonomyData).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidDataException($"The build carries no resource {name}.");

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(TaxonomyFile))]
    [JsonSerializable(typeof(IReadOnlyList<GuidelinesParagraph>))]
    private sealed partial class TaxonomyJson : JsonSerializerContext;
}
