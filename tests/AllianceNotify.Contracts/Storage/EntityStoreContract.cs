using System.Text;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Contracts.Storage;

/// <summary>
/// What every <see cref="IEntityStore"/> promises about single records. Derive once an adapter, give a store, and all
/// facts run against it; every fact works in a partition of its own, so that the store may be shared and need not be empty.
/// </summary>
public abstract partial class EntityStoreContract : IAsyncLifetime
{
    private IEntityStore? store;

    protected IEntityStore Store => store ?? throw new InvalidOperationException("The store is made before each fact.");

    protected virtual TableName Table => new("Contract");

    protected virtual TableName OtherTable => new("ContractOther");

    /// <summary>A partition that nothing else uses.</summary>
    protected string Partition { get; } = DeterministicId.Random("p-");

    public virtual async Task InitializeAsync() => store = await CreateAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    protected abstract Task<IEntityStore> CreateAsync();

    [SkippableFact]
    public async Task A_record_is_read_back_as_it_was_written()
    {
        var written = await AppliedAsync(Insert("row", "body"));
        var read = await ReadAsync("row");

        Assert.NotNull(read);
        Assert.Equal((Partition, "row", "body", written), (read.Partition, read.Row, Text(read), read.ETag));
    }

    [SkippableFact]
    public async Task An_absent_record_is_null()
    {
        Assert.Null(await ReadAsync("row"));
    }

    [SkippableFact]
    public async Task A_body_may_be_empty_and_may_be_any_bytes()
    {
        var bytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        await AppliedAsync(new EntityWrite.Insert("empty", ReadOnlyMemory<byte>.Empty));
        await AppliedAsync(new EntityWrite.Insert("bytes", bytes));

        Assert.Equal(0, (await ReadAsync("empty"))?.Body.Length);
        Assert.Equal(bytes, (await ReadAsync("bytes"))?.Body.ToArray());
    }

    [SkippableFact]
    public async Task A_body_is_the_stores_own_copy()
    {
        var bytes = "first"u8.ToArray();
        await AppliedAsync(new EntityWrite.Insert("row", bytes));
        bytes[0] = (byte)'X';

        Assert.Equal("first", Text(await ReadAsync("row")));
    }

    [SkippableFact]
    public async Task A_body_of_the_largest_size_is_kept_and_a_larger_one_refused()
    {
        var largest = new byte[EntityLimits.MaxBodyBytes];
        new Random(7).NextBytes(largest);
        await AppliedAsync(new EntityWrite.Insert("largest", largest));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteAsync(new EntityWrite.Insert("larger", new byte[EntityLimits.MaxBodyBytes + 1])));

        Assert.Equal(largest, (await ReadAsync("largest"))?.Body.ToArray());
        Assert.Null(await ReadAsync("larger"));
    }

    [SkippableFact]
    public async Task An_insert_over_a_record_is_a_conflict_and_changes_nothing()
    {
        var first = await AppliedAsync(Insert("row", "first"));

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.AlreadyExists), await WriteAsync(Insert("row", "second")));
        var read = await ReadAsync("row");
        Assert.Equal(("first", first), (Text(read), read!.ETag));
    }

    [SkippableFact]
    public async Task An_upsert_writes_whether_or_not_there_is_a_record()
    {
        await AppliedAsync(new EntityWrite.Upsert("row", Bytes("first")));
        await AppliedAsync(new EntityWrite.Upsert("row", Bytes("second")));

        Assert.Equal("second", Text(await ReadAsync("row")));
    }

    [SkippableFact]
    public async Task Every_write_gives_a_new_version_even_of_the_same_body()
    {
        var inserted = await AppliedAsync(Insert("row", "body"));
        var upserted = await AppliedAsync(new EntityWrite.Upsert("row", Bytes("body")));
        var replaced = await AppliedAsync(new EntityWrite.Replace("row", Bytes("body"), upserted));

        Assert.Equal(3, new[] { inserted, upserted, replaced }.Distinct().Count());
        Assert.Equal(replaced, (await ReadAsync("row"))?.ETag);
    }

    [SkippableFact]
    public async Task A_replace_needs_the_version_that_is_there()
    {
        var first = await AppliedAsync(Insert("row", "first"));
        var second = await AppliedAsync(new EntityWrite.Replace("row", Bytes("second"), first));

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), await WriteAsync(new EntityWrite.Replace("row", Bytes("third"), first)));
        var read = await ReadAsync("row");
        Assert.Equal(("second", second), (Text(read), read!.ETag));
    }

    [SkippableFact]
    public async Task A_replace_of_nothing_is_a_conflict_and_stores_nothing()
    {
        var gone = await AppliedAsync(Insert("row", "body"));
        await AppliedAsync(new EntityWrite.Delete("row", gone));

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Missing), await WriteAsync(new EntityWrite.Replace("row", Bytes("second"), gone)));
        Assert.Null(await ReadAsync("row"));
    }

    [SkippableFact]
    public async Task A_record_made_again_does_not_have_its_old_version()
    {
        var old = await AppliedAsync(Insert("row", "body"));
        await AppliedAsync(new EntityWrite.Delete("row", old));
        await AppliedAsync(Insert("row", "body"));

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), await WriteAsync(new EntityWrite.Replace("row", Bytes("late"), old)));
    }

    [SkippableFact]
    public async Task A_delete_with_a_version_needs_that_version()
    {
        var first = await AppliedAsync(Insert("row", "first"));
        var second = await AppliedAsync(new EntityWrite.Replace("row", Bytes("second"), first));

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), await WriteAsync(new EntityWrite.Delete("row", first)));
        Assert.NotNull(await ReadAsync("row"));
        Assert.Equal(default, await AppliedAsync(new EntityWrite.Delete("row", second)));
        Assert.Null(await ReadAsync("row"));
        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Missing), await WriteAsync(new EntityWrite.Delete("row", second)));
    }

    [SkippableFact]
    public async Task A_delete_without_a_version_leaves_nothing_there_whatever_was()
    {
        await AppliedAsync(Insert("row", "body"));

        Assert.Equal(default, await AppliedAsync(new EntityWrite.Delete("row", null)));
        Assert.Null(await ReadAsync("row"));
        Assert.Equal(default, await AppliedAsync(new EntityWrite.Delete("row", null)));
    }

    [SkippableTheory]
    [MemberData(nameof(OddKeys))]
    public async Task A_key_may_have_any_character_that_is_no_control_character(string key)
    {
        await AppliedAsync(key, new EntityWrite.Insert(key, Bytes("body")));
        await AppliedAsync(key, new EntityWrite.Upsert(key, Bytes("body of " + key)));

        var read = await Store.GetAsync(Table, Partition + key, key, default);
        Assert.Equal((Partition + key, key, "body of " + key), (read?.Partition, read?.Row, Text(read)));
        var listed = Assert.Single(await ListAsync(Partition + key, RowRange.All));
        Assert.Equal((Partition + key, key), (listed.Partition, listed.Row));
        await AppliedAsync(key, new EntityWrite.Delete(key, listed.ETag));
        Assert.Empty(await ListAsync(Partition + key, RowRange.All));
    }

    public static TheoryData<string> OddKeys => new(
        "a/b", "a\\b", "a#b", "a?b", "%", "a%2Fb", "%252F", " leading", "trailing ", "two  spaces", "'", "''", "\"quoted\"", "a;b--c", "a=b&c=d", "{json}",
        "[a]", "*", "_", "a_b%", ".", "..", "a:b", "a|b", "~", "^", "`", "$", "日本海", "弾道ミサイル／発射？", "ｱｶｻ", "𠮷野家", "é", "e\u0301", "İ", "ß", "\u00A0", "a\u200Bb", "👨‍👩‍👧", "\uFFFD");

    [SkippableFact]
    public async Task Keys_that_differ_only_in_case_width_or_composition_are_different()
    {
        string[] rows = ["a", "A", "ａ", "é", "e\u0301", "a ", " a"];
        foreach (var row in rows)
        {
            await AppliedAsync(Insert(row, row));
        }

        foreach (var row in rows)
        {
            Assert.Equal(row, Text(await ReadAsync(row)));
        }
    }

    [SkippableFact]
    public async Task A_key_of_the_greatest_length_is_kept()
    {
        var key = new string('k', EntityLimits.MaxKeyLength);
        Assert.IsType<WriteResult.Applied>(await Store.WriteAsync(Table, key[Partition.Length..] + Partition, new EntityWrite.Upsert(key, Bytes("body")), default));

        Assert.Equal("body", Text(await Store.GetAsync(Table, key[Partition.Length..] + Partition, key, default)));
    }

    [SkippableTheory]
    [InlineData("k", EntityLimits.MaxKeyLength + 1)]
    [InlineData("", 1)]
    [InlineData("a\nb", 1)]
    [InlineData("\0", 1)]
    [InlineData("a\u0085", 1)]
    public async Task A_key_that_is_too_long_or_empty_or_has_control_characters_is_refused(string part, int times)
    {
        var key = string.Concat(Enumerable.Repeat(part, times));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteAsync(Insert(key, "body")));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.WriteAsync(Table, key, Insert("row", "body"), default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetAsync(Table, Partition, key, default));
        Assert.Empty(await ListAsync(Partition, RowRange.All));
    }

    [SkippableFact]
    public async Task Tables_and_partitions_are_apart()
    {
        await AppliedAsync(Insert("bc", "here"));
        await Store.WriteAsync(Table, Partition + "b", Insert("c", "other partition"), default);
        await Store.WriteAsync(OtherTable, Partition, Insert("bc", "other table"), default);

        Assert.Equal("here", Text(Assert.Single(await ListAsync(Partition, RowRange.All))));
        Assert.Equal("other partition", Text(await Store.GetAsync(Table, Partition + "b", "c", default)));
        Assert.Equal("other table", Text(await Store.GetAsync(OtherTable, Partition, "bc", default)));
        Assert.Null(await Store.GetAsync(OtherTable, Partition + "b", "c", default));
    }

    [SkippableFact]
    public async Task Of_many_inserts_of_one_record_exactly_one_applies()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => WriteAsync(Insert("row", $"writer {i}")))));

        var winner = Assert.Single(Enumerable.Range(0, 24), i => results[i] is WriteResult.Applied);
        Assert.All(results.Where((_, i) => i != winner), result => Assert.Equal(new WriteResult.Conflict(0, ConflictKind.AlreadyExists), result));
        Assert.Equal($"writer {winner}", Text(await ReadAsync("row")));
    }

    [SkippableFact]
    public async Task Of_many_replaces_of_one_version_exactly_one_applies()
    {
        var first = await AppliedAsync(Insert("row", "first"));
        var results = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(i => Task.Run(() => WriteAsync(new EntityWrite.Replace("row", Bytes($"writer {i}"), first)))));

        var winner = Assert.Single(Enumerable.Range(0, 24), i => results[i] is WriteResult.Applied);
        Assert.All(results.Where((_, i) => i != winner), result => Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), result));
        Assert.Equal($"writer {winner}", Text(await ReadAsync("row")));
    }

    [SkippableFact]
    public async Task No_increment_is_lost_when_writers_read_and_replace()
    {
        await AppliedAsync(Insert("row", "0"));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 10;)
            {
                var read = await ReadAsync("row");
                var next = Bytes($"{int.Parse(Text(read)!, System.Globalization.CultureInfo.InvariantCulture) + 1}");
                done += await WriteAsync(new EntityWrite.Replace("row", next, read!.ETag)) is WriteResult.Applied ? 1 : 0;
            }
        })));

        Assert.Equal("60", Text(await ReadAsync("row")));
    }

    [SkippableFact]
    public async Task A_call_cancelled_beforehand_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.WriteAsync(Table, Partition, Insert("row", "body"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.WriteBatchAsync(Table, Partition, [Insert("a", "body"), Insert("b", "body")], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync(Table, Partition, "row", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.QueryAsync(Table, Partition, RowRange.All, cancelled).GetAsyncEnumerator(cancelled).MoveNextAsync());

        Assert.Empty(await ListAsync(Partition, RowRange.All));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("1table")]
    [InlineData("with-dash")]
    public async Task A_table_name_outside_the_rule_is_refused(string name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.WriteAsync(new TableName(name), Partition, Insert("row", "body"), default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetAsync(new TableName(name), Partition, "row", default));
    }

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string? Text(StoredEntity? entity) => entity is null ? null : Encoding.UTF8.GetString(entity.Body.Span);

    protected static EntityWrite Insert(string row, string body) => new EntityWrite.Insert(row, Bytes(body));

    protected async Task<WriteResult> WriteAsync(EntityWrite write) => await Store.WriteAsync(Table, Partition, write, default);

    protected async Task<WriteResult> WriteBatchAsync(params EntityWrite[] writes) => await Store.WriteBatchAsync(Table, Partition, writes, default);

    protected async Task<ETag> AppliedAsync(EntityWrite write) => Assert.IsType<WriteResult.Applied>(await WriteAsync(write)).ETag;

    protected async Task<ETag> AppliedAsync(string partition, EntityWrite write) =>
        Assert.IsType<WriteResult.Applied>(await Store.WriteAsync(Table, Partition + partition, write, default)).ETag;

    protected async Task<StoredEntity?> ReadAsync(string row) => await Store.GetAsync(Table, Partition, row, default);

    protected async Task<List<StoredEntity>> ListAsync(string partition, RowRange range)
    {
        var found = new List<StoredEntity>();
        await foreach (var entity in Store.QueryAsync(Table, partition, range, default))
        {
            found.Add(entity);
        }

        return found;
    }

    protected async Task<List<string>> RowsAsync(RowRange range) => (await ListAsync(Partition, range)).ConvertAll(entity => entity.Row);
}
