using System.Globalization;
using AllianceNotify.Classification.Text;

namespace AllianceNotify.Classification.Learned;

/// <summary>
/// The numbers of what the learned voice looks at in a text: English words by their stem, pairs of neighbouring Japanese characters, concepts of
/// the lexicon, and pairs of concepts in one sentence. Numbers count from 1; 0 is a feature it does not know.
/// </summary>
internal sealed class LearnedFeatures
{
    /// <summary>The number of a word that tells nothing of the subject.</summary>
    public const int Little = -1;

    private const ulong BigramKind = 1UL << 62;
    private const ulong ConceptKind = 2UL << 62;
    private const ulong PairKind = 3UL << 62;

    private readonly List<string> names = [""];
    private ulong[] keys = new ulong[4096];
    private int[] numbers = new int[4096];
    private readonly Lexicon lexicon;
    private int[] byWord = [];

    public LearnedFeatures(Lexicon lexicon)
    {
        this.lexicon = lexicon;
        foreach (var word in LanguageGuess.EnglishLittleWords)
        {
            var id = RoomFor(lexicon.Words.Add(word));
            byWord[id] = Little;
        }
    }

    // Once nothing is added any more: by concept, and by pair of concepts (of the higher, then of the lower).
    private int[] byConcept = [];
    private int[] byPair = [];

    /// <summary>While a model is learned, what is not known becomes a feature.</summary>
    public bool Learning { get; set; }

    public int Count => names.Count;

    public string NameOf(int feature) => names[feature];

    public int OfWord(int word) => word < byWord.Length ? byWord[word] : 0;

    /// <summary>The feature of a word that the lexicon does not have: that of its stem.</summary>
    public int OfStem(ReadOnlySpan<char> word) => Math.Max(0, OfWord(lexicon.Words.Find(Stem.Of(word))));

    /// <summary>Lets every word of the lexicon stand for its stem. To be called once the stems are added.</summary>
    public void CoverForms()
    {
        for (var word = 1; word < lexicon.Words.Count; word++)
        {
            if (RoomFor(word) is var id && byWord[id] == 0)
            {
                byWord[id] = OfStem(lexicon.Words[word]);
            }
        }
    }

    public int OfBigram(char first, char second) => Find(BigramKind | ((ulong)first << 16) | second, Learning ? $"text:{first}{second}" : null);

    public int OfConcept(int concept) => byConcept.Length > 0 && !Learning ? byConcept[concept] : Find(ConceptKind | (uint)concept, Learning ? "about:" + lexicon.NameOf(concept) : null);

    /// <summary>The pair is the same in either order.</summary>
    public int OfPair(int one, int other)
    {
        var (first, second) = one < other ? (one, other) : (other, one);
        return byPair.Length > 0 && !Learning ? byPair[PlaceOf(first, second)] : Find(PairKind | ((ulong)first << 24) | (uint)second, Learning ? $"both:{lexicon.NameOf(first)}+{lexicon.NameOf(second)}" : null);
    }

    /// <summary>The pairs of characters that are features.</summary>
    public IEnumerable<(char First, char Second, int Feature)> Bigrams() =>
        keys.Index().Where(slot => numbers[slot.Index] != 0 && slot.Item >> 62 == BigramKind >> 62).Select(slot => ((char)(slot.Item >> 16), (char)slot.Item, numbers[slot.Index]));

    /// <summary>Sets out concepts and their pairs by number, once all are added.</summary>
    public void Settle()
    {
        byConcept = new int[lexicon.ConceptCount];
        byPair = new int[lexicon.ConceptCount * (lexicon.ConceptCount - 1) / 2];
        for (var one = 0; one < byConcept.Length; one++)
        {
            byConcept[one] = Find(ConceptKind | (uint)one, null);
        }

        for (var slot = 0; slot < keys.Length; slot++)
        {
            if (numbers[slot] == 0 || keys[slot] >> 62 != PairKind >> 62)
                continue;
            var (first, second) = ((int)((keys[slot] & ~PairKind) >> 24), (int)(keys[slot] & 0xFFFFFF));
            if (first < second)
            {
                byPair[PlaceOf(first, second)] = numbers[slot];
            }
        }
    }

    private static int PlaceOf(int lower, int higher) => (higher * (higher - 1) / 2) + lower;

    /// <summary>Adds the feature that <paramref name="name"/> stands for; 0 where it names a concept that the lexicon no longer has.</summary>
    public int Add(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var (kind, rest) = (name[..colon], name[(colon + 1)..]);
        return kind switch
        {
            "word" => AddWord(rest),
            "text" => Place(BigramKind | ((ulong)rest[0] << 16) | rest[1], name),
            "about" => lexicon.TryConceptOf(rest, out var concept) ? Place(ConceptKind | (uint)concept, name) : 0,
            "both" => AddPair(rest, name),
            _ => throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The learned model has a feature {name} of no known kind.")),
        };
    }

    /// <summary>Adds the feature of a stem.</summary>
    public int AddWord(string word)
    {
        var id = RoomFor(lexicon.Words.Add(word));
        if (byWord[id] == 0)
        {
            names.Add("word:" + word);
            byWord[id] = names.Count - 1;
        }

        return byWord[id];
    }

    private int RoomFor(int word)
    {
        if (word >= byWord.Length)
        {
            Array.Resize(ref byWord, Math.Max(word + 1, byWord.Length * 2));
        }

        return word;
    }

    private int AddPair(string rest, string name)
    {
        var plus = rest.IndexOf('+', StringComparison.Ordinal);
        if (!lexicon.TryConceptOf(rest[..plus], out var one) || !lexicon.TryConceptOf(rest[(plus + 1)..], out var other))
            return 0;
        var (first, second) = one < other ? (one, other) : (other, one);
        return Place(PairKind | ((ulong)first << 24) | (uint)second, name);
    }

    private int Find(ulong key, string? name)
    {
        var mask = keys.Length - 1;
        for (var slot = SlotOf(key, mask); numbers[slot] != 0; slot = (slot + 1) & mask)
        {
            if (keys[slot] == key)
                return numbers[slot];
        }

        return name is null ? 0 : Place(key, name);
    }

    private int Place(ulong key, string name)
    {
        if (names.Count * 2 > keys.Length)
        {
            Grow();
        }

        names.Add(name);
        Insert(key, names.Count - 1);
        return names.Count - 1;
    }

    private void Grow()
    {
        var (oldKeys, oldNumbers) = (keys, numbers);
        keys = new ulong[oldKeys.Length * 2];
        numbers = new int[oldKeys.Length * 2];
        for (var slot = 0; slot < oldKeys.Length; slot++)
        {
            if (oldNumbers[slot] != 0)
            {
                Insert(oldKeys[slot], oldNumbers[slot]);
            }
        }
    }

    private void Insert(ulong key, int number)
    {
        var mask = keys.Length - 1;
        var slot = SlotOf(key, mask);
        while (numbers[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        keys[slot] = key;
        numbers[slot] = number;
    }

    private static int SlotOf(ulong key, int mask) => (int)((key * 11400714819323198485UL) >> 40) & mask;
}
