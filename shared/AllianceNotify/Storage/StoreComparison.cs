using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AllianceNotify.Storage;

/// <summary>
/// How two stores differ. Reads each once, in whatever order they come, and keeps 64 bytes a record of the first.
/// </summary>
/// <param name="Tables">Records of the first store that the second has with the same body, a table.</param>
/// <param name="Missing">The first few records of the first store that the second has not.</param>
/// <param name="Different">The first few records that both have with different bodies.</param>
/// <param name="Further">Records that only the second store has.</param>
public sealed record StoreComparison(
    IReadOnlyDictionary<string, long> Tables, IReadOnlyList<string> Missing, IReadOnlyList<string> Different, long Further)
{
    private const int Named = 10;

    internal static async Task<StoreComparison> RunAsync(IAsyncEnumerable<DumpedEntity> first, IAsyncEnumerable<DumpedEntity> second)
    {
        var expected = new Dictionary<UInt128, UInt128>();
        await foreach (var item in first.ConfigureAwait(false))
        {
            expected[KeyOf(item)] = BodyOf(item);
        }

        var tables = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var different = new List<string>();
        var further = 0L;
        await foreach (var item in second.ConfigureAwait(false))
        {
            if (!expected.Remove(KeyOf(item), out var body))
            {
                further++;
            }
            else if (body == BodyOf(item))
            {
                tables[item.Table.Value] = tables.GetValueOrDefault(item.Table.Value) + 1;
            }
            else if (different.Count < Named)
            {
                different.Add(NameOf(item));
            }
        }

        var missing = new List<string>();
        if (expected.Count > 0)
        {
            // Read once more: only their hashes were kept.
            await foreach (var item in first.ConfigureAwait(false))
            {
                if (missing.Count < Named && expected.ContainsKey(KeyOf(item)))
                {
                    missing.Add(NameOf(item));
                }
            }
        }

        return new StoreComparison(tables, missing, different, further);
    }

    private static string NameOf(DumpedEntity item) => $"{item.Table} / {item.Entity.Partition} / {item.Entity.Row}";

    private static UInt128 KeyOf(DumpedEntity item)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(item.Table.Value.AsSpan()));
        hash.AppendData([0, 0]);
        hash.AppendData(MemoryMarshal.AsBytes(item.Entity.Partition.AsSpan()));
        hash.AppendData([0, 0]);
        hash.AppendData(MemoryMarshal.AsBytes(item.Entity.Row.AsSpan()));
        return MemoryMarshal.Read<UInt128>(hash.GetHashAndReset());
    }

    private static UInt128 BodyOf(DumpedEntity item) => MemoryMarshal.Read<UInt128>(SHA256.HashData(item.Entity.Body.Span));
}
