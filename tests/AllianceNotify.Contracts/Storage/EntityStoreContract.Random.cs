using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Contracts.Storage;

/// <summary>Random histories, repeatable from their seed: the store must answer as the plain in-memory one does.</summary>
public abstract partial class EntityStoreContract
{
    private const int Steps = 300;
    private static readonly string[] RandomRows = ["a", "aa", "ab", "b", "b/1", "b\\1", "日", "日本", "𠮷", "z", "ｚ", "~"];

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_random_history_ends_as_it_does_in_memory(int seed)
    {
        var random = new Random(seed);
        var model = new InMemoryEntityStore();
        var etags = RandomRows.ToDictionary(row => row, _ => new List<(ETag Model, ETag Store)>());
        for (var step = 0; step < Steps; step++)
        {
            var rows = RandomRows.ToArray();
            random.Shuffle(rows);
            var writes = rows[..(random.Next(3) == 0 ? random.Next(2, 6) : 1)].Select(row => RandomWrite(random, row, etags[row])).ToList();
            var expected = await model.WriteBatchAsync(Table, Partition, [.. writes.Select(write => write.Model)], default);
            var actual = writes.Count == 1
                ? await WriteAsync(writes[0].Store)
                : await Store.WriteBatchAsync(Table, Partition, [.. writes.Select(write => write.Store)], default);
            if (expected is WriteResult.Applied applied)
            {
                var found = Assert.IsType<WriteResult.Applied>(actual);
                for (var i = 0; i < writes.Count; i++)
                {
                    etags[writes[i].Model.Row].Add((applied.ETags[i], found.ETags[i]));
                }
            }
            else
            {
                Assert.Equal(expected, actual);
            }

            await AssertSameAsync(model, RandomRange(random));
        }

        await AssertSameAsync(model, RowRange.All);
    }

    private async Task AssertSameAsync(InMemoryEntityStore model, RowRange range)
    {
        var expected = new List<(string, string?)>();
        await foreach (var entity in model.QueryAsync(Table, Partition, range, default))
        {
            expected.Add((entity.Row, Text(entity)));
        }

        Assert.Equal(expected, (await ListAsync(Partition, range)).Select(entity => (entity.Row, Text(entity))));
    }

    private static RowRange RandomRange(Random random)
    {
        string? Bound() => random.Next(3) == 0 ? null : RandomRows[random.Next(RandomRows.Length)];
        return new RowRange(Bound(), Bound(), random.Next(3) == 0 ? random.Next(0, 5) : null);
    }

    private static (EntityWrite Model, EntityWrite Store) RandomWrite(Random random, string row, List<(ETag Model, ETag Store)> etags)
    {
        var body = Bytes($"{random.Next()}");
        var known = etags.Count == 0 ? default : etags[random.Next(3) == 0 ? random.Next(etags.Count) : etags.Count - 1];
        return random.Next(etags.Count == 0 || known.Model == default ? 3 : 5) switch
        {
            0 => Both(new EntityWrite.Insert(row, body)),
            1 => Both(new EntityWrite.Upsert(row, body)),
            2 => Both(new EntityWrite.Delete(row, null)),
            3 => (new EntityWrite.Replace(row, body, known.Model), new EntityWrite.Replace(row, body, known.Store)),
            _ => (new EntityWrite.Delete(row, known.Model), new EntityWrite.Delete(row, known.Store)),
        };

        static (EntityWrite, EntityWrite) Both(EntityWrite write) => (write, write);
    }
}
