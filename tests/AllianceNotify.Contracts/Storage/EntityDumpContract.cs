using System.Globalization;
using System.Text;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Contracts.Storage;

/// <summary>What every <see cref="IEntityDump"/> promises. Derive once an adapter and give a store that holds nothing.</summary>
public abstract class EntityDumpContract : IAsyncLifetime
{
    private static readonly TableName[] Tables = [new("DumpB"), new("DumpA"), new("Dump")];

    private IEntityStore? store;
    private IEntityDump? dump;

    public virtual async Task InitializeAsync() => (store, dump) = await CreateAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    protected abstract Task<(IEntityStore Store, IEntityDump Dump)> CreateAsync();

    [SkippableFact]
    public async Task An_empty_store_has_nothing() => Assert.Empty(await DumpAsync(null));

    [SkippableFact]
    public async Task Every_record_of_every_table_comes_once_as_it_was_written()
    {
        var written = await FillAsync();

        var found = await DumpAsync(null);

        Assert.Equal(written.Order(), found.Select(Describe).Order());
    }

    [SkippableFact]
    public async Task The_records_of_a_partition_come_together()
    {
        await FillAsync();

        var places = (await DumpAsync(null)).ConvertAll(item => (item.Table, item.Entity.Partition));

        Assert.Equal(places.Distinct().Count(), 1 + places.Zip(places.Skip(1)).Count(pair => pair.First != pair.Second));
    }

    [SkippableFact]
    public async Task It_goes_on_after_any_position()
    {
        await FillAsync();
        var all = await DumpAsync(null);

        for (var i = 0; i < all.Count; i += all.Count < 200 ? 1 : 7)
        {
            Assert.Equal(all.Skip(i + 1).Select(Describe), (await DumpAsync(all[i].Position)).Select(Describe));
        }
    }

    [SkippableFact]
    public async Task It_goes_on_after_a_record_that_is_gone_and_gives_versions_that_hold()
    {
        await FillAsync();
        var all = await DumpAsync(null);
        var middle = all[all.Count / 2];

        var result = await store!.WriteAsync(
            middle.Table, middle.Entity.Partition, new EntityWrite.Delete(middle.Entity.Row, middle.Entity.ETag), default);

        Assert.IsType<WriteResult.Applied>(result);
        Assert.Equal(all.Skip((all.Count / 2) + 1).Select(Describe), (await DumpAsync(middle.Position)).Select(Describe));
    }

    [SkippableFact]
    public async Task Long_partitions_and_large_records_come_whole()
    {
        var body = new byte[EntityLimits.MaxBodyBytes];
        new Random(6).NextBytes(body);
        var rows = Enumerable.Range(0, 2_100).Select(i => i.ToString("D5", CultureInfo.InvariantCulture)).ToList();
        foreach (var chunk in rows.Chunk(IEntityStore.MaxBatch))
        {
            await store!.WriteBatchAsync(Tables[0], "long", [.. chunk.Select(row => new EntityWrite.Upsert(row, Encoding.UTF8.GetBytes(row)))], default);
        }

        await store!.WriteAsync(Tables[1], "large", new EntityWrite.Insert("row", body), default);

        var found = await DumpAsync(null);
        Assert.Equal(rows, found.Where(item => item.Table == Tables[0]).Select(item => item.Entity.Row));
        Assert.True(Assert.Single(found, item => item.Table == Tables[1]).Entity.Body.Span.SequenceEqual(body));
    }

    private static string Describe(DumpedEntity item) =>
        $"{item.Table}|{item.Entity.Partition}|{item.Entity.Row}|{Encoding.UTF8.GetString(item.Entity.Body.Span)}";

    private async Task<List<string>> FillAsync()
    {
        string[] partitions = ["a", "a b", "a/b", "a!", "A", "日本", "𠮷", new string('/', EntityLimits.MaxKeyLength), new string('/', EntityLimits.MaxKeyLength - 1) + "b"];
        string[] rows = ["1", "2/x", "~", "海", new string('#', EntityLimits.MaxKeyLength)];
        var written = new List<string>();
        foreach (var table in Tables)
        {
            foreach (var partition in partitions)
            {
                foreach (var row in rows)
                {
                    var body = $"body of {table}";
                    Assert.IsType<WriteResult.Applied>(
                        await store!.WriteAsync(table, partition, new EntityWrite.Insert(row, Encoding.UTF8.GetBytes(body)), default));
                    written.Add($"{table}|{partition}|{row}|{body}");
                }
            }
        }

        return written;
    }

    private async Task<List<DumpedEntity>> DumpAsync(string? after) => await dump!.DumpAsync(after, default).ToListAsync();
}
