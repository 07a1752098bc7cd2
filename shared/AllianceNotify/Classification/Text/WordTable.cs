namespace AllianceNotify.Classification.Text;

/// <summary>Numbers the English words of the lexicon: one hash probe a word of the text, verified against the word itself.</summary>
internal sealed class WordTable
{
    public const int LongestWord = 32;

    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private ulong[] hashes = new ulong[2048];
    private int[] slots = new int[2048];
    private readonly List<string> words = [""];

    /// <summary>One step of the running hash of a word.</summary>
    public static ulong Hash(ulong hash, char c) => (hash ^ c) * 1099511628211UL;

    public const ulong Seed = 14695981039346656037UL;

    public int Add(string word)
    {
        if (ids.TryGetValue(word, out var id))
        {
            return id;
        }

        id = words.Count;
        ids.Add(word, id);
        words.Add(word);
        if (words.Count * 2 > slots.Length)
        {
            hashes = new ulong[slots.Length * 2];
            slots = new int[slots.Length * 2];
            for (var earlier = 1; earlier < words.Count; earlier++)
            {
                Place(earlier);
            }
        }
        else
        {
            Place(id);
        }

        return id;
    }

    /// <summary>One more than the highest number.</summary>
    public int Count => words.Count;

    public string this[int word] => words[word];

    public int Find(ReadOnlySpan<char> word)
    {
        var hash = Seed;
        foreach (var c in word)
        {
            hash = Hash(hash, c);
        }

        return Find(hash, word);
    }

    /// <summary>The word's number, or 0 for a word the lexicon does not have.</summary>
    public int Find(ulong hash, ReadOnlySpan<char> word)
    {
        var mask = slots.Length - 1;
        for (var slot = SlotOf(hash, mask); slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if (hashes[slot] == hash && word.SequenceEqual(words[slots[slot]]))
            {
                return slots[slot];
            }
        }

        return 0;
    }

    private void Place(int id)
    {
        var hash = Seed;
        foreach (var c in words[id])
        {
            hash = Hash(hash, c);
        }

        var mask = slots.Length - 1;
        var slot = SlotOf(hash, mask);
        while (slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        hashes[slot] = hash;
        slots[slot] = id;
    }

    private static int SlotOf(ulong hash, int mask) => (int)(hash >> 32) & mask;
}
