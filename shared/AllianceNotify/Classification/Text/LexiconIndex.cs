using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;

namespace AllianceNotify.Classification.Text;

/// <summary>What reading needs to know of an English word, beside one another in memory.</summary>
/// <param name="Key">Its letters.</param>
/// <param name="IdHigh">Its number in the lexicon, 0 for a word that only tells the language: all but the last eight bits.</param>
/// <param name="IdLow">The last eight bits.</param>
/// <param name="Little">Whether it is a little word of English (bit 0), of another language (bit 1).</param>
/// <param name="Feature">Its number for the learned voice.</param>
/// <param name="Root">The node of the phrases that begin with it and have more words; 0 where there are none.</param>
/// <param name="Single">The meaning it has alone, 0 for none.</param>
internal readonly record struct WordEntry(Vector128<byte> Key, ushort IdHigh, byte IdLow, byte Little, int Feature, int Root, int Single)
{
    public int Id => (IdHigh << 8) | IdLow;
}

/// <summary>Two neighbouring Japanese characters: their number for the learned voice, and the node and the meaning of the forms that begin so.</summary>
internal readonly record struct PairEntry(uint Key, int Feature, int Node, int Value);

/// <summary>A meaning with what a sentence is asked of it.</summary>
/// <param name="Concepts">Its concepts.</param>
/// <param name="Things">Those of them that are things.</param>
/// <param name="Heard">Those of them that the learned voice listens to.</param>
/// <param name="Rules">Rules whose first group it meets.</param>
/// <param name="Later">Rules whose second group it meets; for sentences whose title holds the first.</param>
/// <param name="Number">What it amounts to, where it is a number word; not a number where it is none.</param>
/// <param name="Traits">What is among its concepts.</param>
internal readonly record struct MeaningEntry(int[] Concepts, int[] Things, int[] Heard, EventRule[] Rules, EventRule[] Later, double Number, Traits Traits);

/// <summary>What is among the concepts of a meaning.</summary>
[Flags]
internal enum Traits
{
    None = 0,
    Thing = 1,
    Place = 2,
    Context = 4,
    Modifier = 8,
}

/// <summary>
/// Lexicon, phrases, rules and learned features as reading needs them: one probe a word of the text and one a pair of Japanese characters answer
/// all that is asked of it. Made once, read by any number of threads.
/// </summary>
internal sealed class LexiconIndex
{
    /// <summary>Words of more letters are looked up the long way.</summary>
    public const int LongestKey = 16;

    private readonly Lexicon lexicon;
    private readonly LearnedFeatures features;
    private readonly AlignedTable<WordEntry> words;
    private readonly int wordShift;
    private readonly AlignedTable<PairEntry> pairs;
    private readonly int pairShift;

    // Which characters and pairs are worth a probe at all.
    private readonly ulong[] singles = new ulong[(char.MaxValue + 1) / 64];
    private readonly ulong[] pairSieve = new ulong[1024];

    public LexiconIndex(Lexicon lexicon, RuleBook rules, LearnedFeatures features)
    {
        this.lexicon = lexicon;
        this.features = features;
        (words, wordShift) = TableOf<WordEntry>(lexicon.Words.Count + 256);
        var little = LanguageGuess.LittleWordKinds();
        var goesOn = lexicon.Phrases.NodesThatGoOn();
        for (var word = 1; word < lexicon.Words.Count; word++)
        {
            if (IsKey(lexicon.Words[word]))
            {
                var root = lexicon.Phrases.RootOf(word);
                var key = KeyOf(lexicon.Words[word]);
                words[SlotOf(key)] = new WordEntry(key, (ushort)(word >> 8), (byte)word, little.GetValueOrDefault(lexicon.Words[word]), features.OfWord(word), goesOn.Contains(root) ? root : 0, lexicon.Phrases.RootValueOf(word));
            }
        }

        foreach (var (word, kind) in little)
        {
            var key = KeyOf(word);
            if (words[SlotOf(key)].Key == default)
            {
                words[SlotOf(key)] = new WordEntry(key, 0, 0, kind, 0, 0, 0);
            }
        }

        var byPair = new Dictionary<uint, PairEntry>();
        foreach (var (first, second, feature) in features.Bigrams())
        {
            byPair[PairOf(first, second)] = new PairEntry(PairOf(first, second), feature, 0, 0);
        }

        foreach (var form in lexicon.Forms)
        {
            if (!form.AsSpan().ContainsAnyExceptInRange('\0', '\u024F'))
                continue;
            if (form.Length == 1)
            {
                singles[form[0] >> 6] |= 1UL << (form[0] & 63);
                continue;
            }

            var edge = lexicon.Characters.Step(lexicon.Characters.Root(form[0]), form[1]);
            byPair[PairOf(form[0], form[1])] = byPair.GetValueOrDefault(PairOf(form[0], form[1])) with { Key = PairOf(form[0], form[1]), Node = edge.Target, Value = edge.Value };
        }

        (pairs, pairShift) = TableOf<PairEntry>(byPair.Count);
        foreach (var pair in byPair.Values)
        {
            pairs[SlotOf(pair.Key)] = pair;
            var bit = SieveOf(pair.Key);
            pairSieve[bit >> 6] |= 1UL << (bit & 63);
        }

        Meanings = [.. lexicon.Meanings.Select(meaning => EntryOf(meaning, lexicon, rules))];
    }

    /// <summary>By meaning, from 0.</summary>
    public MeaningEntry[] Meanings { get; }

    /// <summary>The letters from <paramref name="start"/> on, at most <see cref="LongestKey"/>; the text must have room for as many behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> KeyAt(ReadOnlySpan<char> text, int start, out int length)
    {
        var bytes = Load(text, start);
        var others = ~Vector128.LessThan(bytes - Vector128.Create((byte)'a'), Vector128.Create((byte)26)).ExtractMostSignificantBits() & 0xFFFF;
        length = BitOperations.TrailingZeroCount(others | 0x10000);
        return bytes & MaskOf(length);
    }

    /// <summary>What is known of the word; an empty entry for an unknown one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly WordEntry Find(Vector128<byte> key) => ref words[SlotOf(key)];

    /// <summary>
    /// Begins to fetch what <see cref="Find(Vector128{byte})"/> will be asked for, all words of the text at once: they lie far apart, and one look does not
    /// wait for the other. The answer means nothing.
    /// </summary>
    public int Fetch(ReadOnlySpan<char> text)
    {
        var touched = 0;
        for (var at = 0; at < text.Length;)
        {
            var key = KeyAt(text, at, out var length);
            touched ^= words[(int)(HashOf(key) >> wordShift)].Single;
            at += length + 1;
        }

        return touched;
    }

    /// <summary>The feature of the stem of a word that the lexicon does not have.</summary>
    public int FeatureOfStem(ReadOnlySpan<char> text, int start, int end)
    {
        var stem = Stem.Of(text[start..end]);
        return stem.Length > LongestKey ? features.OfStem(text[start..end]) : Math.Max(0, Find(Load(text, start) & MaskOf(stem.Length)).Feature);
    }

    /// <summary>What is known of a word that has no key: one of many letters, or with digits.</summary>
    public WordEntry FindLong(ReadOnlySpan<char> word)
    {
        var id = word.Length <= WordTable.LongestWord ? lexicon.Words.Find(word) : 0;
        return id == 0 ? default : new WordEntry(default, (ushort)(id >> 8), (byte)id, 0, features.OfWord(id), lexicon.Phrases.RootOf(id), lexicon.Phrases.RootValueOf(id));
    }

    /// <summary>Whether the character alone is a form.</summary>
    public bool IsForm(char c) => (singles[c >> 6] & (1UL << (c & 63))) != 0;

    /// <summary>What is known of two characters; an empty entry for an unknown pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PairEntry Find(char first, char second)
    {
        var key = PairOf(first, second);
        var bit = SieveOf(key);
        return (pairSieve[bit >> 6] & (1UL << (bit & 63))) == 0 ? default : pairs[SlotOf(key)];
    }

    private static MeaningEntry EntryOf(Meaning meaning, Lexicon lexicon, RuleBook rules)
    {
        var traits = Traits.None;
        foreach (var concept in meaning.Concepts)
        {
            traits |= lexicon.KindOf(concept) switch
            {
                ConceptKind.Thing => Traits.Thing,
                ConceptKind.Place => Traits.Place,
                ConceptKind.Modifier => Traits.Modifier,
                _ => Traits.None,
            };
            traits |= rules.Contexts.Any(context => context.Concept == concept) ? Traits.Context : Traits.None;
        }

        return new MeaningEntry(
            meaning.Concepts,
            [.. meaning.Concepts.Where(concept => lexicon.KindOf(concept) == ConceptKind.Thing)],
            [.. meaning.Concepts.Where(concept => lexicon.KindOf(concept) is not (ConceptKind.Modifier or ConceptKind.Measure))],
            [.. meaning.Concepts.SelectMany(concept => rules.ByConcept[concept]).Distinct()],
            [.. meaning.Concepts.SelectMany(concept => rules.ByLaterConcept[concept]).Distinct()],
            meaning.Number ?? double.NaN,
            traits);
    }

    private static bool IsKey(string word) => word.Length <= LongestKey && !word.AsSpan().ContainsAnyExceptInRange('\u0001', '\u007F');

    private static Vector128<byte> KeyOf(string word)
    {
        Span<byte> letters = stackalloc byte[LongestKey];
        letters.Clear();
        for (var at = 0; at < word.Length; at++)
        {
            letters[at] = (byte)word[at];
        }

        return Vector128.Create<byte>(letters);
    }

    /// <summary>The low bytes of so many characters as a key has; characters beyond U+00FF are 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(ReadOnlySpan<char> text, int start)
    {
        ref var first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        return Vector128.NarrowWithSaturation(Vector128.LoadUnsafe(ref first, (nuint)start), Vector128.LoadUnsafe(ref first, (nuint)start + 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> MaskOf(int length) => Vector128.LessThan(Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector128.Create((byte)length));

    private static (AlignedTable<T> Table, int Shift) TableOf<T>(int entries)
        where T : unmanaged
    {
        var bits = BitOperations.Log2((uint)Math.Max(entries, 8)) + 2;
        return (new AlignedTable<T>(1 << bits), 64 - bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashOf(Vector128<byte> key)
    {
        var halves = key.AsUInt64();
        return (halves.GetElement(0) + (halves.GetElement(1) * 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93;
    }

    /// <summary>Where the key stands, or where it would.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(Vector128<byte> key)
    {
        var slot = (int)(HashOf(key) >> wordShift);
        while (words[slot].Key != key && words[slot].Key != default)
        {
            slot = (slot + 1) & (words.Length - 1);
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(uint pair)
    {
        var slot = (int)((pair * 0x9E3779B97F4A7C15) >> pairShift);
        while (pairs[slot].Key != pair && pairs[slot].Key != 0)
        {
            slot = (slot + 1) & (pairs.Length - 1);
        }

        return slot;
    }

    private static uint PairOf(char first, char second) => ((uint)first << 16) | second;

    private static int SieveOf(uint pair) => (int)((pair * 0xD6E8FEB86659FD93) >> 48);
}
