using AllianceNotify.AzureTables.Entities;
using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>The greatest bodies, batches and keys, and partitions of several pages.</summary>
public sealed class SizeTests(AzuriteServer azurite) : OnAzurite(azurite)
{
    private const int Part = 64 * 1024;

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Part - 1)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData(3 * Part)]
    [InlineData(EntityLimits.MaxBodyBytes - 1)]
    [InlineData(EntityLimits.MaxBodyBytes)]
    public async Task A_body_comes_back_whole_whatever_its_parts(int bytes)
    {
        var body = RandomBody(bytes);
        Assert.IsType<WriteResult.Applied>(await WriteAsync(new EntityWrite.Insert("row", body)));

        Assert.Equal(body, (await ReadAsync("row"))?.Body.ToArray());
    }

    [SkippableFact]
    public async Task A_shorter_body_leaves_nothing_of_a_longer_one()
    {
        var long_ = RandomBody((5 * Part) + 17);
        var first = await ByOthersAsync(new EntityWrite.Insert("replaced", long_));
        await ByOthersAsync(new EntityWrite.Insert("upserted", long_));

        await WriteAsync(new EntityWrite.Replace("replaced", Bytes("short"), first));
        await WriteAsync(new EntityWrite.Upsert("upserted", Bytes("")));

        Assert.Equal("short", Text(await ReadAsync("replaced")));
        Assert.Equal("", Text(await ReadAsync("upserted")));
    }

    [Fact]
    public void The_greatest_record_is_below_the_services_limit_by_its_documented_sizes()
    {
        var key = new string('/', EntityLimits.MaxKeyLength);
        var entity = EntityForm.Make(key, key, new byte[EntityLimits.MaxBodyBytes], Guid.NewGuid());

        // 4 bytes, both keys in UTF-16; each property 8 bytes, its name in UTF-16 and its value; the service adds a time stamp.
        var bytes = 4 + (2 * (entity.PartitionKey.Length + entity.RowKey.Length)) + 8 + (2 * "Timestamp".Length) + 8;
        foreach (var (name, value) in entity.Where(property => property.Key is not ("PartitionKey" or "RowKey" or "odata.etag" or "Timestamp")))
        {
            bytes += 8 + (2 * name.Length) + (value is byte[] binary ? 4 + binary.Length : 16);
            Assert.True(value is not byte[] { Length: > Part });
        }

        Assert.InRange(bytes, EntityLimits.MaxBodyBytes, (1024 * 1024) - (50 * 1024));
    }

    [SkippableTheory]
    [InlineData(IEntityStore.MaxBatch)]
    [InlineData(3)]
    public async Task A_batch_of_the_greatest_size_with_long_keys_is_taken(int writes)
    {
        var body = RandomBody(EntityLimits.MaxBatchBytes / writes);
        var partition = string.Concat(Enumerable.Repeat("情勢", 200)) + Partition;
        var batch = Enumerable.Range(0, writes).Select(i => (EntityWrite)new EntityWrite.Insert(string.Concat(Enumerable.Repeat("報告", 200)) + $"{i:D3}", body)).ToList();

        Assert.IsType<WriteResult.Applied>(await Store.WriteBatchAsync(Table, partition, batch, default));

        var read = await Others.QueryAsync(Table, partition, RowRange.All, default).ToListAsync();
        Assert.Equal(batch.Select(write => write.Row), read.Select(row => row.Row));
        Assert.All(read, row => Assert.True(row.Body.Span.SequenceEqual(body)));
    }

    [SkippableFact]
    public async Task Keys_that_escaping_makes_too_long_are_kept_found_and_listed_in_order()
    {
        var random = new Random(3);
        var partition = new string('/', EntityLimits.MaxKeyLength - Partition.Length) + Partition;
        var rows = Enumerable.Range(0, 60).Select(i => new string('#', random.Next(210, 300)) + KeyTests.RandomKey(random, 1, 200))
            .Concat([new string('#', 220), new string('#', 220) + "a", new string('#', 256), "a", new string('k', 512), new string('#', 512)]).Distinct().ToList();
        var inOrder = rows.Order(StringComparer.Ordinal).ToList();
        Assert.Contains(rows, row => StoredKey.IsLong(StoredKey.Of(row)));
        foreach (var row in rows)
        {
            Assert.IsType<WriteResult.Applied>(await Store.WriteAsync(Table, partition, new EntityWrite.Insert(row, BytesOf(row)), default));
        }

        Assert.Equal(inOrder, (await Store.QueryAsync(Table, partition, RowRange.All, default).ToListAsync()).ConvertAll(row => row.Row));
        for (var i = 0; i < 40; i++)
        {
            var range = new RowRange(rows[random.Next(rows.Count)], rows[random.Next(rows.Count)], i % 3 == 0 ? 5 : null);
            var expected = inOrder.Where(row => string.CompareOrdinal(row, range.From) >= 0 && string.CompareOrdinal(row, range.To) < 0).Take(range.Take ?? int.MaxValue);
            Assert.Equal(expected, (await Store.QueryAsync(Table, partition, range, default).ToListAsync()).ConvertAll(row => row.Row));
        }

        foreach (var row in rows)
        {
            var read = await Store.GetAsync(Table, partition, row, default);
            Assert.Equal((partition, row), (read?.Partition, read?.Row));
            Assert.True(read!.Body.Span.SequenceEqual(BytesOf(row).Span));
            Assert.IsType<WriteResult.Applied>(await Store.WriteAsync(Table, partition, new EntityWrite.Delete(row, read.ETag), default));
        }
    }

    [SkippableFact]
    public async Task Random_keys_are_kept_and_listed_in_order()
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 300).Select(_ => KeyTests.RandomKey(random, 1, 12)).Distinct().ToList();
        foreach (var chunk in rows.Chunk(50))
        {
            Assert.IsType<WriteResult.Applied>(await Store.WriteBatchAsync(Table, Partition, [.. chunk.Select(row => new EntityWrite.Upsert(row, BytesOf(row)))], default));
        }

        var read = await ListAsync(RowRange.All);
        Assert.Equal(rows.Order(StringComparer.Ordinal), read.Select(row => row.Row));
        Assert.All(read, row => Assert.True(row.Body.Span.SequenceEqual(BytesOf(row.Row).Span)));
    }

    private static ReadOnlyMemory<byte> BytesOf(string key) => StoredKey.Bytes(key).ToArray();

    private static byte[] RandomBody(int bytes)
    {
        var body = new byte[bytes];
        new Random(bytes).NextBytes(body);
        return body;
    }
}
