using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>
/// What the hub says of its own decisions, in the reader's language. The records hold the English sentence, which is what was said at the
/// time; the Japanese one is found by its pattern in <c>HubSentences.json</c>. What a person typed stays as typed.
/// </summary>
public static class HubSentences
{
    private const int MaxDepth = 4;

    private static readonly Lazy<IReadOnlyList<HubSentence>> Catalogue = new(Load);

    private static readonly FrozenDictionary<string, string> Terms = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [nameof(ReportMode.Actual)] = "実際",
        [nameof(ReportMode.Exercise)] = "訓練",
        [nameof(ReportMode.Test)] = "試験",
        [nameof(Urgency.Flash)] = Words.Of(Urgency.Flash).Ja,
        [nameof(Urgency.Urgent)] = Words.Of(Urgency.Urgent).Ja,
        [nameof(Urgency.Routine)] = Words.Of(Urgency.Routine).Ja,
        [nameof(Urgency.Info)] = Words.Of(Urgency.Info).Ja,
        ["actual"] = "実際",
        ["exercise"] = "訓練",
        ["test"] = "試験",
        ["earthquake"] = "地震",
        ["tsunami"] = "津波",
        ["eruption"] = "噴火",
        ["volcano"] = "噴火警戒",
        ["launch"] = "発射",
        ["incursion"] = "領空・領海等への侵入",
        ["cyber-incident"] = "サイバー事案",
        ["cyber-threat"] = "サイバー脅威",
        ["pager"] = "PAGER",
        ["disaster"] = "GDACS",
        ["alert-level"] = "警戒レベル",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static IReadOnlyList<HubSentence> All => Catalogue.Value;

    /// <summary>The sentence in both languages; both are <paramref name="english"/> where it is none of the hub's.</summary>
    /// <param name="english">A reason or outcome as the records have it.</param>
    /// <param name="taxonomy">Names the categories in it.</param>
    public static LocalizedText Of(string english, Taxonomy taxonomy) => new(english, Japanese(english, taxonomy) ?? english);

    /// <summary>The sentence in <paramref name="language"/> (BCP 47): English where it is none of the hub's.</summary>
    public static string In(string language, string english, Taxonomy taxonomy) => Of(english, taxonomy).In(language);

    internal static string? Japanese(string english, Taxonomy taxonomy) => Japanese(english.Trim(), taxonomy, 0);

    private static string? Japanese(string english, Taxonomy taxonomy, int depth)
    {
        if (english.Length == 0 || depth > MaxDepth)
        {
            return null;
        }

        foreach (var sentence in All)
        {
            if (sentence.Match(english) is { } values)
            {
                return sentence.Say((name, at) => Value(name, values[at], taxonomy, depth));
            }
        }

        return InTwo(english, taxonomy, depth);
    }

    /// <summary>Two sentences in a row, each of which is known.</summary>
    private static string? InTwo(string english, Taxonomy taxonomy, int depth)
    {
        for (var at = english.IndexOf(' ', StringComparison.Ordinal); at > 0; at = english.IndexOf(' ', at + 1))
        {
            if (english[at - 1] is '.' or ';' && Japanese(english[(at + 1)..], taxonomy, depth + 1) is { } second
                && Japanese(english[..at].TrimEnd(';'), taxonomy, depth + 1) is { } first)
            {
                return english[at - 1] == ';' ? $"{first}、{second}" : first + second;
            }
        }

        return null;
    }

    private static string Value(string name, string value, Taxonomy taxonomy, int depth)
    {
        if (name.StartsWith("reason", StringComparison.Ordinal))
        {
            return Japanese(value, taxonomy, depth + 1) ?? value;
        }

        return name.StartsWith("category", StringComparison.Ordinal)
            ? AlertSheet.CategoryName(new CategoryId(value), taxonomy, "ja")
            : Terms.GetValueOrDefault(value, value);
    }

    /// <summary>The patterns that say most come first: a shorter one would take the rest for a value.</summary>
    private static IReadOnlyList<HubSentence> Load()
    {
        using var stream = typeof(HubSentences).Assembly.GetManifestResourceStream("hub-sentences.json")
            ?? throw new InvalidOperationException("The sentences of the hub are missing.");
        return [.. JsonSerializer.Deserialize(stream, HubSentencesJson.Default.IReadOnlyListLocalizedText)!
            .Select(text => new HubSentence(text.En, text.Ja))
            .OrderByDescending(sentence => sentence.LettersOfItsOwn)];
    }
}

/// <summary>One sentence with named values in braces: its English pattern and its Japanese words.</summary>
internal sealed class HubSentence
{
    private readonly IReadOnlyList<string> literals;
    private readonly IReadOnlyList<string> names;
    private readonly string japanese;

    public HubSentence(string english, string japanese)
    {
        (literals, names) = Cut(english);
        this.japanese = japanese;
        English = english;
    }

    public string English { get; }

    /// <summary>The words between the values, as the code that says the sentence has them.</summary>
    public IReadOnlyList<string> Literals => literals;

    public IReadOnlyList<string> Names => names;

    public int LettersOfItsOwn => literals.Sum(literal => literal.Length);

    /// <summary>The values in their order, none empty; null where <paramref name="text"/> is another sentence.</summary>
    public IReadOnlyList<string>? Match(string text)
    {
        if (!text.StartsWith(literals[0], StringComparison.Ordinal) || (names.Count == 0 && text.Length != literals[0].Length))
        {
            return null;
        }

        var values = new List<string>(names.Count);
        var from = literals[0].Length;
        for (var at = 1; at < literals.Count; at++)
        {
            var to = at < literals.Count - 1
                ? from < text.Length ? text.IndexOf(literals[at], from + 1, StringComparison.Ordinal) : -1
                : text.EndsWith(literals[at], StringComparison.Ordinal) ? text.Length - literals[at].Length : -1;
            if (to <= from)
            {
                return null;
            }

            values.Add(text[from..to]);
            from = to + literals[at].Length;
        }

        // A value that is one word in the hub's sentences: what holds spaces is another sentence.
        return values.Where((value, at) => IsOneWord(names[at]) && value.Contains(' ', StringComparison.Ordinal)).Any() ? null : values;
    }

    public string Say(Func<string, int, string> value)
    {
        var (pieces, placed) = Cut(japanese);
        var said = new StringBuilder(pieces[0]);
        for (var at = 0; at < placed.Count; at++)
        {
            said.Append(value(placed[at], IndexOf(placed[at]))).Append(pieces[at + 1]);
        }

        return said.ToString();
    }

    private int IndexOf(string name)
    {
        var at = 0;
        while (names[at] != name)
        {
            at++;
        }

        return at;
    }

    private static bool IsOneWord(string name) =>
        name.TrimEnd('2') is "category" or "urgency" or "mode" or "event" or "situation" or "alert" or "round" or "list" or "subscription" or "count" or "grade" or "hazard";

    private static (IReadOnlyList<string> Literals, IReadOnlyList<string> Names) Cut(string pattern)
    {
        var pieces = pattern.Split('{', '}');
        return ([.. pieces.Where((_, at) => at % 2 == 0)], [.. pieces.Where((_, at) => at % 2 == 1)]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<LocalizedText>))]
internal sealed partial class HubSentencesJson : JsonSerializerContext;
