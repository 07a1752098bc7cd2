using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification.Rules;

/// <summary>Where an event must be for a rule to hold.</summary>
internal enum RulePlace
{
    Any,
    Japan,

    /// <summary>In Japan, also where an English text names no place.</summary>
    JapanUnlessSaid,
    Abroad,
}

/// <summary>
/// A rule as its file states it: concepts that stand together in one sentence (each string one group, alternatives separated
/// by <c>|</c>), how much that argues for the category, and what would spoil it.
/// </summary>
internal sealed record RuleFile
{
    /// <summary>Shown as the signal of the evidence.</summary>
    public required string Signal { get; init; }

    public required double Weight { get; init; }

    /// <summary>Groups of alternatives, all needed: <c>["missile|projectile", "fire"]</c>.</summary>
    public required string[] All { get; init; }

    /// <summary>Farthest that the words may stand apart, in characters of English (a Japanese character counts as two); 0: the sentence.</summary>
    public int Within { get; init; }

    /// <summary>Concepts whose presence in the sentence spoils the rule.</summary>
    public string? Unless { get; init; }

    /// <summary>Contexts that do not weaken this rule.</summary>
    public string? Despite { get; init; }

    public RulePlace Where { get; init; }

    /// <summary>The first group must come before the others.</summary>
    public bool Ordered { get; init; }

    /// <summary>Each group needs a word of its own, of another stem: "India … Indian" is one country, not two.</summary>
    public bool Apart { get; init; }

    /// <summary>Holds also where the words are hedged (may, plans to).</summary>
    public bool Hedged { get; init; }

    /// <summary>Holds in a title only.</summary>
    public bool TitleOnly { get; init; }

    /// <summary>How soon people must know where the rule holds; null leaves it to the category.</summary>
    public Urgency? Urgency { get; init; }
}

/// <summary>A rule ready to be matched.</summary>
internal sealed record EventRule(
    int Index,
    CategoryId Category,
    int CategoryIndex,
    string Signal,
    double Weight,
    ConceptSet[] Groups,
    ConceptSet Unless,
    ConceptSet Despite,
    RulePlace Where,
    int Within,
    bool Ordered,
    bool Apart,
    bool Hedged,
    bool TitleOnly,
    Urgency? Urgency);

/// <summary>
/// How much a context weakens what is said in it, whether a title that has it speaks for the whole text, and whether a first
/// sentence that has it shows what the title meant.
/// </summary>
internal sealed record ContextFile(double Factor, bool Carries, bool LooksBack);

/// <summary>All rules and contexts (<c>Rules/*.json</c>), by the concept their first group begins with.</summary>
internal sealed partial class RuleBook
{
    private readonly Dictionary<CategoryId, int> indices = [];

    private RuleBook(Lexicon lexicon, List<EventRule> rules, IReadOnlyList<CategoryId> categories, (int Concept, ContextFile Context)[] contexts)
    {
        Rules = rules;
        Categories = categories;
        Contexts = contexts;
        foreach (var (index, category) in categories.Index())
        {
            indices.Add(category, index);
        }

        ByConcept = new EventRule[lexicon.ConceptCount][];
        ByLaterConcept = new EventRule[lexicon.ConceptCount][];
        for (var concept = 0; concept < ByConcept.Length; concept++)
        {
            ByConcept[concept] = [.. rules.Where(rule => rule.Groups[0].Has(concept))];
            ByLaterConcept[concept] = [.. rules.Where(rule => !rule.TitleOnly && !rule.Ordered && rule.Groups.Length > 1 && rule.Groups[1].Has(concept))];
        }
    }

    public List<EventRule> Rules { get; }

    /// <summary>All that a report can be scored for: the taxonomy, and what is alarming without fitting it.</summary>
    public IReadOnlyList<CategoryId> Categories { get; }

    /// <summary>A category's place in <see cref="Categories"/>, −1 for what is none.</summary>
    public int IndexOf(CategoryId category) => indices.GetValueOrDefault(category, -1);

    public (int Concept, ContextFile Context)[] Contexts { get; }

    /// <summary>Rules by the concepts of their first group.</summary>
    public EventRule[][] ByConcept { get; }

    /// <summary>Rules by the concepts of their second group; for sentences whose title holds the first.</summary>
    public EventRule[][] ByLaterConcept { get; }

    /// <summary>Throws <see cref="InvalidDataException"/> where a rule names a concept or a category that does not exist.</summary>
    public static RuleBook Load(Lexicon lexicon, Taxonomy taxonomy)
    {
        var rules = new List<EventRule>();
        CategoryId[] categories = [.. taxonomy.Categories.Select(category => category.Id), CategoryId.Unclassified];
        foreach (var (category, files) in Read("rules.", RuleJson.Default.DictionaryStringRuleFileArray))
        {
            var id = CategoryId.Of(category);
            if (taxonomy.Find(id) is null && id != CategoryId.Unclassified)
                throw new InvalidDataException($"A rule is for {category}, which the taxonomy does not have.");
            var first = rules.Count;
            rules.AddRange(files.Select((file, at) => Compile(file, id, Array.IndexOf(categories, id), first + at, lexicon)));
        }

        var contexts = Read("contexts.", RuleJson.Default.DictionaryStringContextFile)
            .Select(pair => (lexicon.ConceptOf(pair.Key), pair.Value)).ToArray();
        return new RuleBook(lexicon, rules, categories, contexts);
    }

    private static EventRule Compile(RuleFile file, CategoryId category, int categoryIndex, int index, Lexicon lexicon) => new(
        index,
        category,
        categoryIndex,
        file.Signal,
        file.Weight,
        [.. file.All.Select(group => ConceptSet.Of(lexicon, group))],
        ConceptSet.Of(lexicon, file.Unless),
        ConceptSet.Of(lexicon, file.Despite),
        file.Where,
        file.Within == 0 ? int.MaxValue : file.Within,
        file.Ordered,
        file.Apart,
        file.Hedged,
        file.TitleOnly,
        file.Urgency);

    private static IEnumerable<KeyValuePair<string, T>> Read<T>(string prefix, System.Text.Json.Serialization.Metadata.JsonTypeInfo<Dictionary<string, T>> type) =>
        typeof(RuleBook).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(name => JsonSerializer.Deserialize(typeof(RuleBook).Assembly.GetManifestResourceStream(name)!, type)!);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        UseStringEnumConverter = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(Dictionary<string, RuleFile[]>))]
    [JsonSerializable(typeof(Dictionary<string, ContextFile>))]
    private sealed partial class RuleJson : JsonSerializerContext;
}

/// <summary>A set of concepts, as bits.</summary>
internal readonly struct ConceptSet
{
    private readonly ulong[] bits;

    /// <summary>Whole vectors, so that two sets are compared in one step.</summary>
    public ConceptSet(int concepts) => bits = new ulong[((concepts - 1) / (64 * Vector512<ulong>.Count) + 1) * Vector512<ulong>.Count];

    public static ConceptSet Of(Lexicon lexicon, string? names)
    {
        var set = new ConceptSet(lexicon.ConceptCount);
        foreach (var name in (names ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            set.Add(lexicon.ConceptOf(name));
        }

        return set;
    }

    public bool Has(int concept) => (bits[concept >> 6] & (1UL << (concept & 63))) != 0;

    public void Add(int concept) => bits[concept >> 6] |= 1UL << (concept & 63);

    public void Clear() => bits.AsSpan().Clear();

    public bool Meets(ConceptSet other)
    {
        ref var mine = ref MemoryMarshal.GetArrayDataReference(bits);
        ref var others = ref MemoryMarshal.GetArrayDataReference(other.bits);
        for (var at = 0; at < Math.Min(bits.Length, other.bits.Length); at += Vector512<ulong>.Count)
        {
            if ((Vector512.LoadUnsafe(ref mine, (nuint)at) & Vector512.LoadUnsafe(ref others, (nuint)at)) != Vector512<ulong>.Zero)
                return true;
        }

        return false;
    }
}
