using System.Text;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Storage;

public sealed class CopyStoreTests
{
    private static readonly TableName Reports = new("Reports");
    private static readonly TableName Lists = new("Lists");
    private readonly InMemoryEntityStore source = new();
    private readonly InMemoryEntityStore target = new();

    [Fact]
    public async Task Everything_is_copied_and_counted_and_the_target_is_whole()
    {
        await FillAsync();

        var done = Assert.IsType<CopyResult.Done>(await CopyAsync());

        Assert.Equal([("Lists", 250L), ("Reports", 40L)], done.Comparison.Tables.Select(table => (table.Key, table.Value)));
        Assert.Equal(await AllAsync(source), await AllAsync(target));
        Assert.Null(await CopyStore.UnfinishedFromAsync(target, default));
    }

    [Fact]
    public async Task A_copy_that_is_interrupted_at_any_write_goes_on_and_ends_whole()
    {
        await FillAsync();
        for (var writes = 1; writes < 40; writes += 3)
        {
            var store = new InMemoryEntityStore();
            var failing = new FailsAfter(store, writes);
            await Assert.ThrowsAnyAsync<Exception>(() => new CopyStore(source, failing, store, TimeProvider.System).RunAsync("source", false, _ => { }, default));

            Assert.Equal(writes == 1 ? null : "source", await CopyStore.UnfinishedFromAsync(store, default));
            Assert.IsType<CopyResult.Done>(await CopyAsync(store));
            Assert.Equal(await AllAsync(source), await AllAsync(store));
        }
    }

    [Fact]
    public async Task A_copy_that_goes_on_does_not_begin_anew()
    {
        await FillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => new CopyStore(source, new FailsAfter(target, 30), target, TimeProvider.System).RunAsync("source", false, _ => { }, default));
        var counted = new FailsAfter(target, int.MaxValue);

        await new CopyStore(source, counted, target, TimeProvider.System).RunAsync("source", false, _ => { }, default);

        // 43 batches in three rounds, of which the first was finished.
        Assert.InRange(counted.Writes, 1, 35);
    }

    [Fact]
    public async Task A_target_with_records_is_refused_unless_told_and_then_keeps_what_is_its_own()
    {
        await FillAsync();
        await target.WriteAsync(Reports, "r-00", new EntityWrite.Insert("report", "other"u8.ToArray()), default);
        await target.WriteAsync(Lists, "own", new EntityWrite.Insert("own", "own"u8.ToArray()), default);

        Assert.IsType<CopyResult.NotEmpty>(await CopyAsync());
        Assert.Equal(2, (await AllAsync(target)).Count);
        var done = Assert.IsType<CopyResult.Done>(await CopyAsync(overwrite: true));

        Assert.Equal(1, done.Comparison.Further);
        Assert.Equal([.. await AllAsync(source), "Lists|own|own|own"], (await AllAsync(target)).OrderBy(line => line == "Lists|own|own|own"));
    }

    [Fact]
    public async Task A_copy_from_elsewhere_that_has_not_ended_is_left_alone()
    {
        await FillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => new CopyStore(source, new FailsAfter(target, 5), target, TimeProvider.System).RunAsync("another", false, _ => { }, default));

        Assert.Equal("another", Assert.IsType<CopyResult.OtherUnfinished>(await CopyAsync(overwrite: true)).Source);
    }

    [Fact]
    public async Task What_was_written_meanwhile_is_named_and_the_next_run_copies_it()
    {
        await FillAsync();
        var changes = new ChangesOnce(source, target);

        var differs = Assert.IsType<CopyResult.Differs>(
            await new CopyStore(source, changes, target, TimeProvider.System).RunAsync("source", false, _ => { }, default));

        Assert.Equal(["Lists / all / 007"], differs.Comparison.Different);
        Assert.Equal(["Reports / r-late / report"], differs.Comparison.Missing);
        Assert.Equal("source", await CopyStore.UnfinishedFromAsync(target, default));
        Assert.IsType<CopyResult.Done>(await CopyAsync());
        Assert.Equal(await AllAsync(source), await AllAsync(target));
    }

    private Task<CopyResult> CopyAsync(InMemoryEntityStore? into = null, bool overwrite = false) =>
        new CopyStore(source, into ?? target, into ?? target, TimeProvider.System).RunAsync("source", overwrite, _ => { }, default);

    private async Task FillAsync()
    {
        for (var i = 0; i < 40; i++)
        {
            await source.WriteAsync(Reports, $"r-{i:D2}", new EntityWrite.Insert("report", new byte[i * 1000]), default);
        }

        for (var i = 0; i < 250; i++)
        {
            await source.WriteAsync(Lists, "all", new EntityWrite.Insert($"{i:D3}", Encoding.UTF8.GetBytes($"list {i}")), default);
        }
    }

    private static async Task<List<string>> AllAsync(InMemoryEntityStore dump) => await dump.DumpAsync(null, default)
        .Select(item => $"{item.Table}|{item.Entity.Partition}|{item.Entity.Row}|{Encoding.UTF8.GetString(item.Entity.Body.Span)}").ToListAsync();

    private sealed class FailsAfter(IEntityStore inner, int writes) : IEntityStore
    {
        private int written;

        public int Writes => written;

        public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            inner.GetAsync(table, partition, row, cancellationToken);

        public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            WriteBatchAsync(table, partition, [write], cancellationToken);

        public ValueTask<WriteResult> WriteBatchAsync(TableName table, string partition, IReadOnlyList<EntityWrite> batch, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref written) < writes ? inner.WriteBatchAsync(table, partition, batch, cancellationToken) : throw new IOException("Away.");

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);
    }

    /// <summary>A hub that is still at work in the source while the last reports are copied.</summary>
    private sealed class ChangesOnce(InMemoryEntityStore source, IEntityStore target) : IEntityStore
    {
        private int done;

        public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            target.GetAsync(table, partition, row, cancellationToken);

        public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            target.WriteAsync(table, partition, write, cancellationToken);

        public async ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken)
        {
            if (partition == "r-39" && Interlocked.Exchange(ref done, 1) == 0)
            {
                await source.WriteAsync(Lists, "all", new EntityWrite.Upsert("007", "changed"u8.ToArray()), cancellationToken);
                await source.WriteAsync(Reports, "r-late", new EntityWrite.Insert("report", "late"u8.ToArray()), cancellationToken);
            }

            return await target.WriteBatchAsync(table, partition, writes, cancellationToken);
        }

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            target.QueryAsync(table, partition, range, cancellationToken);
    }
}
