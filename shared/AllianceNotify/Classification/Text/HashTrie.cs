namespace AllianceNotify.Classification.Text;

/// <summary>
/// A trie whose edges are one open-addressed hash table: a step costs the same whatever the number of words. Symbols are
/// numbers from 1 up to 2^31; values are positive, 0 is none.
/// </summary>
internal sealed class HashTrie
{
    private const int SieveBits = 17;

    private Edge[] table = new Edge[1024];

    // Most steps lead nowhere: they need not look into the table.
    private readonly ulong[] sieve = new ulong[1 << (SieveBits - 6)];
    private int edges;
    private int nodes = 1;
    private readonly int[] rootByCharacter = new int[char.MaxValue + 1];
    private readonly Dictionary<int, int> rootValues = [];

    /// <summary>Where to begin: the node after one character, or 0 where no word begins so.</summary>
    public int Root(char first) => rootByCharacter[first];

    /// <summary>The same for a symbol of any kind.</summary>
    public int RootOf(int symbol) => symbol < rootByCharacter.Length ? rootByCharacter[symbol] : Step(0, symbol).Target;

    /// <summary>The value of the word that is this symbol alone.</summary>
    public int RootValueOf(int symbol) => rootValues.GetValueOrDefault(symbol);

    /// <summary>The edge to the next node; its target is 0 where the path ends.</summary>
    public Edge Step(int node, int symbol)
    {
        var hash = HashOf(node, symbol);
        var bit = (int)(hash >> (64 - SieveBits));
        return (sieve[bit >> 6] & (1UL << (bit & 63))) == 0 ? default : Find(node, symbol, hash);
    }

    /// <summary>All nodes from which a path goes on.</summary>
    public HashSet<int> NodesThatGoOn() => [.. table.Where(edge => edge.Target != 0).Select(edge => edge.From)];

    public void Add(IEnumerable<int> symbols, int value)
    {
        var (node, last, from) = (0, 0, 0);
        foreach (var symbol in symbols)
        {
            var next = Step(node, symbol).Target;
            if (next == 0)
            {
                next = nodes++;
                Insert(new Edge(node, symbol, next, 0));
                if (node == 0 && symbol <= char.MaxValue)
                {
                    rootByCharacter[symbol] = next;
                }
            }

            (from, last, node) = (node, symbol, next);
        }

        if (node == 0)
            return;
        Find(from, last, HashOf(from, last)) = new Edge(from, last, node, value);
        if (from == 0)
        {
            rootValues[last] = value;
        }
    }

    private ref Edge Find(int node, int symbol, ulong hash)
    {
        var mask = table.Length - 1;
        for (var slot = (int)(hash >> 32) & mask; ; slot = (slot + 1) & mask)
        {
            ref var edge = ref table[slot];
            if ((edge.From == node && edge.Symbol == symbol) || edge.Target == 0)
                return ref edge;
        }
    }

    private void Insert(Edge edge)
    {
        if (++edges * 2 > table.Length)
        {
            var old = table;
            table = new Edge[old.Length * 2];
            foreach (var known in old)
            {
                if (known.Target != 0)
                {
                    Find(known.From, known.Symbol, HashOf(known.From, known.Symbol)) = known;
                }
            }
        }

        var hash = HashOf(edge.From, edge.Symbol);
        sieve[hash >> (70 - SieveBits)] |= 1UL << ((int)(hash >> (64 - SieveBits)) & 63);
        Find(edge.From, edge.Symbol, hash) = edge;
    }

    private static ulong HashOf(int node, int symbol)
    {
        var key = (((ulong)node << 32) | (uint)symbol) * 11400714819323198485UL;
        return key ^ (key >> 29);
    }

    /// <summary>A step from a node by a symbol, with the value of the word that is complete after it.</summary>
    public readonly record struct Edge(int From, int Symbol, int Target, int Value);
}
