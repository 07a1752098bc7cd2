using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AllianceNotify.Classification.Text;

/// <summary>What a concept does in a sentence.</summary>
internal enum ConceptKind
{
    /// <summary>Something a rule can ask for: a thing, an act, a state.</summary>
    Thing,

    /// <summary>A place; decides whether an event is in Japan or abroad.</summary>
    Place,

    /// <summary>What a passage is about when it is not about an event now: a court, a film, a match, an anniversary.</summary>
    Context,

    /// <summary>Changes the thing beside it: a negation, a hedge.</summary>
    Modifier,

    /// <summary>A word that gives a number its meaning, or a plain number.</summary>
    Measure,
}

/// <summary>
/// A concept of the lexicon files: words separated by semicolons (English, <c>/v</c> and <c>/n</c> inflected) and by spaces (Japanese).
/// Where it <paramref name="Keeps"/>, a form of it hides nothing: it also means what the words inside it mean.
/// </summary>
internal sealed record ConceptEntry(ConceptKind Kind, string? En, string? Ja, bool Keeps = false);

/// <summary>What one written form stands for: concepts, and a number where it is a number word. No concepts: the form hides what is inside it.</summary>
internal sealed record Meaning(int[] Concepts, double? Number);

/// <summary>
/// The words the classifier knows, from <c>Lexicon/*.json</c>, compiled for matching: English words to numbers and phrases of
/// them to meanings by hash, Japanese forms in a trie walked by hash. Matching takes time by the text, not by the lexicon.
/// </summary>
internal sealed partial class Lexicon
{
    private const string Prefix = "lexicon/";

    private readonly Dictionary<string, int> conceptIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> meaningIds = new(StringComparer.Ordinal);
    private readonly List<ConceptKind> kinds = [];
    private readonly List<string> names = [];

    private Lexicon()
    {
    }

    public WordTable Words { get; } = new();

    public HashTrie Phrases { get; } = new();

    public HashTrie Characters { get; } = new();

    public List<Meaning> Meanings { get; } = [];

    /// <summary>All written forms, as a plain list; what a word search of the same lexicon would look for.</summary>
    public HashSet<string> Forms { get; } = new(StringComparer.Ordinal);

    public int ConceptCount => names.Count;

    public string NameOf(int concept) => names[concept];

    public ConceptKind KindOf(int concept) => kinds[concept];

    /// <summary>Throws <see cref="InvalidDataException"/> for a concept no lexicon file defines: a rule that can never match is a mistake.</summary>
    public int ConceptOf(string name) => conceptIds.TryGetValue(name, out var id)
        ? id
        : throw new InvalidDataException($"The lexicon has no concept {name}.");

    public bool TryConceptOf(string name, out int concept) => conceptIds.TryGetValue(name, out concept);

    public static Lexicon Load() => Build(ReadEntries());

    /// <summary>The meaning of a measurement that the reader derives from numbers (<see cref="Measures"/>).</summary>
    public int MeaningOfDerived(string concept)
    {
        Meanings.Add(new Meaning([ConceptOf(concept)], null));
        return Meanings.Count;
    }

    /// <summary>The lexicon with <paramref name="extra"/> further English words that mean nothing; for measuring that size costs nothing.</summary>
    public static Lexicon LoadWith(IEnumerable<string> extra)
    {
        var lexicon = Build(ReadEntries());
        var meaning = lexicon.AddMeaning(new Meaning([], null));
        foreach (var form in extra)
        {
            lexicon.AddForm(form, meaning);
        }

        return lexicon;
    }

    private static List<(string Name, ConceptEntry Entry)> ReadEntries() =>
    [
        .. typeof(Lexicon).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(name => JsonSerializer.Deserialize(
                typeof(Lexicon).Assembly.GetManifestResourceStream(name)!,
                LexiconJson.Default.DictionaryStringConceptEntry)!)
            .Select(pair => (pair.Key, pair.Value)),
    ];

    private static Lexicon Build(IReadOnlyList<(string Name, ConceptEntry Entry)> entries)
    {
        var lexicon = new Lexicon();
        var meanings = new Dictionary<string, (SortedSet<int> Concepts, double? Number)>(StringComparer.Ordinal);
        foreach (var (name, entry) in entries)
        {
            var concept = lexicon.AddConcept(name, entry.Kind);
            foreach (var (form, number) in FormsOf(entry))
            {
                var known = meanings.TryGetValue(form, out var meaning) ? meaning : (Concepts: [], Number: null);
                if (concept >= 0)
                {
                    known.Concepts.Add(concept);
                }

                meanings[form] = (known.Concepts, number ?? known.Number);
            }
        }

        lexicon.KeepInner(meanings, entries.Where(entry => entry.Entry.Keeps).Select(entry => lexicon.ConceptOf(entry.Name)).ToHashSet());
        lexicon.KeepPlaces(meanings);
        lexicon.KeepOnlyWords(meanings);
        foreach (var (form, (concepts, number)) in meanings.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            lexicon.AddForm(form, lexicon.AddMeaning(new Meaning([.. concepts], number)));
        }

        return lexicon;
    }

    /// <summary>A phrase that only stands for roles ("hot wallets": something digital) still means what its words mean.</summary>
    private void KeepInner(Dictionary<string, (SortedSet<int> Concepts, double? Number)> meanings, HashSet<int> keeping)
    {
        foreach (var (form, (concepts, _)) in meanings)
        {
            if (concepts.Count == 0 || !concepts.All(keeping.Contains))
                continue;
            foreach (var inner in PartsOf(form))
            {
                if (meanings.TryGetValue(inner, out var meaning))
                {
                    concepts.UnionWith(meaning.Concepts.Where(concept => kinds[concept] == ConceptKind.Thing));
                }
            }
        }
    }

    /// <summary>Words and shorter phrases of an English phrase, stretches of a Japanese one.</summary>
    private static IEnumerable<string> PartsOf(string form)
    {
        var latin = !form.AsSpan().ContainsAnyExceptInRange('\0', '\u024F');
        for (var start = 0; start < form.Length; start++)
        {
            if (latin && start > 0 && form[start - 1] != ' ')
                continue;
            for (var end = start + 1; end <= form.Length; end++)
            {
                if (end - start < form.Length && (!latin || end == form.Length || form[end] == ' '))
                    yield return form[start..end];
            }
        }
    }

    /// <summary>A phrase hides the words in it, but not the place it names: "landed on Yonaguni" is still about Yonaguni.</summary>
    private void KeepPlaces(Dictionary<string, (SortedSet<int> Concepts, double? Number)> meanings)
    {
        foreach (var (form, (concepts, _)) in meanings)
        {
            if (concepts.Count == 0 || !form.Contains(' ', StringComparison.Ordinal))
                continue;
            foreach (var word in form.Split(' '))
            {
                if (meanings.TryGetValue(word, out var inner))
                {
                    concepts.UnionWith(inner.Concepts.Where(concept => kinds[concept] == ConceptKind.Place));
                }
            }
        }
    }

    /// <summary>A phrase of one word and little ones ("hit by") still means what the word alone means.</summary>
    private void KeepOnlyWords(Dictionary<string, (SortedSet<int> Concepts, double? Number)> meanings)
    {
        var little = LanguageGuess.EnglishLittleWords.ToHashSet(StringComparer.Ordinal);
        foreach (var (form, (concepts, _)) in meanings)
        {
            if (concepts.Count > 0 && form.Contains(' ', StringComparison.Ordinal) && form.Split(' ').Where(word => !little.Contains(word)).ToArray() is [var only]
                && meanings.TryGetValue(only, out var inner))
            {
                concepts.UnionWith(inner.Concepts.Where(concept => kinds[concept] == ConceptKind.Thing));
            }
        }
    }

    /// <summary>Names that begin with a dash hide what is inside their words and are no concepts.</summary>
    private int AddConcept(string name, ConceptKind kind)
    {
        if (name.StartsWith('-'))
        {
            return -1;
        }

        if (!conceptIds.TryAdd(name, names.Count))
        {
            return conceptIds[name];
        }

        names.Add(name);
        kinds.Add(kind);
        return names.Count - 1;
    }

    /// <summary>Forms that mean the same share one number: few meanings stay near.</summary>
    private int AddMeaning(Meaning meaning)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', meaning.Concepts)}={meaning.Number}");
        if (!meaningIds.TryGetValue(key, out var known))
        {
            Meanings.Add(meaning);
            meaningIds.Add(key, known = Meanings.Count);
        }

        return known;
    }

    private void AddForm(string form, int meaning)
    {
        Forms.Add(form);
        if (form.AsSpan().ContainsAnyExceptInRange('\0', '\u024F'))
        {
            Characters.Add(form.Select(c => (int)c), meaning);
        }
        else
        {
            Phrases.Add(form.Split(' ').Select(Words.Add), meaning);
        }
    }

    private static IEnumerable<(string Form, double? Number)> FormsOf(ConceptEntry entry)
    {
        foreach (var item in (entry.En ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (text, number) = SplitNumber(item);
            foreach (var words in Inflection.FormsOf(TextFolding.Fold(text)))
            {
                yield return (string.Join(' ', words), number);
            }
        }

        foreach (var item in (entry.Ja ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (text, number) = SplitNumber(item);
            yield return (TextFolding.Fold(text), number);
        }
    }

    private static (string Text, double? Number) SplitNumber(string item) => item.Split('=') is [var text, var number]
        ? (text, double.Parse(number, CultureInfo.InvariantCulture))
        : (item, null);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        UseStringEnumConverter = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(Dictionary<string, ConceptEntry>))]
    private sealed partial class LexiconJson : JsonSerializerContext;
}
