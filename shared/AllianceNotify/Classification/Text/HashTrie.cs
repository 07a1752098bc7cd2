namespace AllianceNotify.Classification.Text;

/// <summary>
/// A trie whose edges are one open-addressed hash table: a step costs the same whatever the number of words. Symbols are
/// numbers from 1 up to 2^32; values are positive, 0 is none.
/// </summary>
internal sealed class HashTrie
{
    private long[] keys = new long[1024];
    private int[] targets = new int[1024];
    private int edges;
    private readonly List<int> values = [0];
    private readonly int[] rootByCharacter = new int[char.MaxValue + 1];

    /// <summary>Where to begin: the node after one character, or 0 where no word begins so.</summary>
    public int Root(char first) => rootByCharacter[first];

    /// <summary>The same for a symbol of any kind.</summary>
    public int RootOf(int symbol) => symbol < rootByCharacter.Length ? rootByCharacter[symbol] : Step(0, symbol);

    public int ValueAt(int node) => values[node];

    /// <summary>The next node, or 0 where the path ends.</summary>
    public int Step(int node, int symbol)
    {
        var key = ((long)node << 32) | (uint)symbol;
        var mask = keys.Length - 1;
        for (var slot = SlotOf(key, mask); ; slot = (slot + 1) & mask)
        {
            if (keys[slot] == key)
                return targets[slot];
            if (targets[slot] == 0)
                return 0;
        }
    }

    public void Add(IEnumerable<int> symbols, int value)
    {
        var node = 0;
        foreach (var symbol in symbols)
        {
            var next = Step(node, symbol);
            if (next == 0)
            {
                next = values.Count;
                values.Add(0);
                Insert(((long)node << 32) | (uint)symbol, next);
                if (node == 0 && symbol <= char.MaxValue)
                {
                    rootByCharacter[symbol] = next;
                }
            }

            node = next;
        }

        values[node] = value;
    }

    private void Insert(long key, int target)
    {
        if (++edges * 2 > keys.Length)
        {
            var (oldKeys, oldTargets) = (keys, targets);
            keys = new long[oldKeys.Length * 2];
            targets = new int[oldKeys.Length * 2];
            for (var slot = 0; slot < oldKeys.Length; slot++)
            {
                if (oldTargets[slot] != 0)
                {
                    Place(oldKeys[slot], oldTargets[slot]);
                }
            }
        }

        Place(key, target);
    }

    private void Place(long key, int target)
    {
        var mask = keys.Length - 1;
        var slot = SlotOf(key, mask);
        while (targets[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        keys[slot] = key;
        targets[slot] = target;
    }

    private static int SlotOf(long key, int mask) => (int)((ulong)(key * -7046029254386353131L) >> 40) & mask;
}
