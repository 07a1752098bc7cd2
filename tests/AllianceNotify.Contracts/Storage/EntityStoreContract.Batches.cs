using System.Globalization;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Contracts.Storage;

/// <summary>What every store promises about batches and about ranges.</summary>
public abstract partial class EntityStoreContract
{
    [SkippableFact]
    public async Task A_batch_applies_all_its_writes_and_gives_their_versions_in_order()
    {
        var replaced = await AppliedAsync(Insert("replaced", "old"));
        var deleted = await AppliedAsync(Insert("deleted", "old"));
        var result = await WriteBatchAsync(
            Insert("inserted", "new"),
            new EntityWrite.Replace("replaced", Bytes("new"), replaced),
            new EntityWrite.Delete("deleted", deleted),
            new EntityWrite.Upsert("upserted", Bytes("new")));

        var etags = Assert.IsType<WriteResult.Applied>(result).ETags;
        var found = await ListAsync(Partition, RowRange.All);
        Assert.Equal(["inserted", "replaced", "upserted"], found.ConvertAll(entity => entity.Row));
        Assert.All(found, entity => Assert.Equal("new", Text(entity)));
        Assert.Equal([found[0].ETag, found[1].ETag, default, found[2].ETag], etags);
    }

    [SkippableTheory]
    [InlineData(ConflictKind.AlreadyExists)]
    [InlineData(ConflictKind.Missing)]
    [InlineData(ConflictKind.Changed)]
    public async Task A_batch_in_which_one_condition_fails_writes_nothing_and_names_it(ConflictKind kind)
    {
        var old = await AppliedAsync(Insert("present", "old"));
        await AppliedAsync(new EntityWrite.Replace("present", Bytes("present"), old));
        EntityWrite failing = kind switch
        {
            ConflictKind.AlreadyExists => Insert("present", "new"),
            ConflictKind.Missing => new EntityWrite.Replace("absent", Bytes("new"), old),
            _ => new EntityWrite.Delete("present", old),
        };

        var result = await WriteBatchAsync(Insert("a", "new"), new EntityWrite.Upsert("b", Bytes("new")), failing, Insert("c", "new"));

        Assert.Equal(new WriteResult.Conflict(2, kind), result);
        Assert.Equal("present", Text(Assert.Single(await ListAsync(Partition, RowRange.All))));
    }

    [SkippableFact]
    public async Task A_batch_in_which_several_conditions_fail_names_the_first()
    {
        var etag = await AppliedAsync(Insert("present", "old"));

        Assert.Equal(
            new WriteResult.Conflict(1, ConflictKind.AlreadyExists),
            await WriteBatchAsync(Insert("a", "new"), Insert("present", "new"), new EntityWrite.Replace("absent", Bytes("new"), etag)));
        Assert.Equal(
            new WriteResult.Conflict(0, ConflictKind.Missing),
            await WriteBatchAsync(new EntityWrite.Replace("absent", Bytes("new"), etag), Insert("present", "new")));
    }

    [SkippableFact]
    public async Task A_batch_after_a_failed_one_works_on_what_was_there_before()
    {
        await AppliedAsync(Insert("present", "old"));
        await WriteBatchAsync(Insert("a", "new"), Insert("present", "new"));

        Assert.IsType<WriteResult.Applied>(await WriteBatchAsync(Insert("a", "again"), Insert("b", "again")));
        Assert.Equal(["a", "b", "present"], await RowsAsync(RowRange.All));
    }

    [SkippableFact]
    public async Task A_batch_has_at_most_a_hundred_writes_and_at_least_one()
    {
        var writes = Enumerable.Range(0, IEntityStore.MaxBatch + 1).Select(i => Insert($"{i:D3}", "body")).ToArray();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteBatchAsync(writes));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteBatchAsync());
        Assert.Empty(await ListAsync(Partition, RowRange.All));
        Assert.Equal(IEntityStore.MaxBatch, Assert.IsType<WriteResult.Applied>(await WriteBatchAsync(writes[1..])).ETags.Count);
        Assert.Equal(IEntityStore.MaxBatch, (await ListAsync(Partition, RowRange.All)).Count);
    }

    [SkippableFact]
    public async Task A_batch_that_names_a_row_twice_is_refused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteBatchAsync(Insert("row", "first"), new EntityWrite.Upsert("row", Bytes("second"))));
        Assert.Empty(await ListAsync(Partition, RowRange.All));
    }

    [SkippableFact]
    public async Task A_batch_whose_bodies_are_too_large_together_is_refused()
    {
        var body = new byte[EntityLimits.MaxBodyBytes];
        var writes = Enumerable.Range(0, (EntityLimits.MaxBatchBytes / body.Length) + 1).Select(EntityWrite (i) => new EntityWrite.Insert($"{i}", body)).ToArray();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteBatchAsync(writes));
        Assert.Empty(await ListAsync(Partition, RowRange.All));
    }

    [SkippableFact]
    public async Task Of_many_batches_that_want_one_row_exactly_one_applies_and_wholly()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => WriteBatchAsync(Insert($"of {i:D2}", "body"), Insert("wanted", "body")))));

        var winner = Assert.Single(Enumerable.Range(0, 12), i => results[i] is WriteResult.Applied);
        Assert.Equal([$"of {winner:D2}", "wanted"], await RowsAsync(RowRange.All));
    }

    [SkippableFact]
    public async Task Rows_come_in_ordinal_order_of_their_keys()
    {
        string[] rows =
        [
            " ", "!", "\"", "#", "%", "'", "/", "0", "10", "9", ":", "?", "A", "B", "Z", "[", "\\", "_", "a", "aa", "a\u0300", "b", "z", "~", "\u00E9",
            "\u0130", "\u3042", "\u65E5\u672C", "\u672C\u65E5", "\uD55C", "\uD842\uDFB7", "\uD83D\uDE00", "\uFB01", "\uFF21", "\uFF71", "\uFFFD",
        ];
        var shuffled = rows.ToArray();
        new Random(11).Shuffle(shuffled);
        foreach (var row in shuffled)
        {
            await AppliedAsync(Insert(row, row));
        }

        Assert.Equal(rows.Order(StringComparer.Ordinal), await RowsAsync(RowRange.All));
        Assert.Equal(rows.Order(StringComparer.Ordinal).Where(row => string.CompareOrdinal(row, "\u3042") >= 0), await RowsAsync(new RowRange(From: "\u3042")));
        Assert.Equal(rows.Order(StringComparer.Ordinal).Where(row => string.CompareOrdinal(row, "\uD83D") < 0), await RowsAsync(new RowRange(To: "\uD83D")));
    }

    [SkippableFact]
    public async Task A_range_has_its_start_and_not_its_end()
    {
        foreach (var row in new[] { "a", "b", "ba", "c", "d" })
        {
            await AppliedAsync(Insert(row, row));
        }

        Assert.Equal(["b", "ba"], await RowsAsync(new RowRange("b", "c")));
        Assert.Equal(["b", "ba", "c", "d"], await RowsAsync(new RowRange("b")));
        Assert.Equal(["a"], await RowsAsync(new RowRange(null, "b")));
        Assert.Equal(["b"], await RowsAsync(new RowRange("aa", "c", Take: 1)));
        Assert.Empty(await RowsAsync(new RowRange("c", "c")));
        Assert.Empty(await RowsAsync(new RowRange("d", "a")));
        Assert.Empty(await RowsAsync(new RowRange(Take: 0)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => RowsAsync(new RowRange(Take: -1)));
    }

    [SkippableFact]
    public async Task A_prefix_finds_what_starts_with_it()
    {
        foreach (var row in new[] { "日", "日本", "日本海", "日本\uFFFD", "日没", "月", "本" })
        {
            await AppliedAsync(Insert(row, row));
        }

        Assert.Equal(["日本", "日本海", "日本\uFFFD"], await RowsAsync(RowRange.Prefix("日本")));
    }

    [SkippableFact]
    public async Task A_long_range_comes_whole_and_in_order()
    {
        var rows = Enumerable.Range(0, 1234).Select(i => i.ToString("D5", CultureInfo.InvariantCulture)).ToList();
        foreach (var chunk in rows.Chunk(IEntityStore.MaxBatch))
        {
            Assert.IsType<WriteResult.Applied>(await WriteBatchAsync([.. chunk.Select(row => Insert(row, row))]));
        }

        Assert.Equal(rows, await RowsAsync(RowRange.All));
        Assert.Equal(rows[..1100], await RowsAsync(new RowRange(Take: 1100)));
        Assert.Equal(rows[100..1200], await RowsAsync(new RowRange("00100", "01200")));
    }

    [SkippableFact]
    public async Task Large_rows_come_whole_and_in_order()
    {
        var body = new byte[300_000];
        new Random(5).NextBytes(body);
        for (var i = 0; i < 12; i++)
        {
            await AppliedAsync(new EntityWrite.Insert($"{i:D2}", body));
        }

        var found = await ListAsync(Partition, RowRange.All);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i:D2}"), found.Select(entity => entity.Row));
        Assert.All(found, entity => Assert.True(entity.Body.Span.SequenceEqual(body)));
    }

    [SkippableFact]
    public async Task Rows_that_stand_are_seen_exactly_once_while_others_come_and_go()
    {
        var standing = Enumerable.Range(0, 1200).Select(i => $"{i:D5}").ToList();
        foreach (var chunk in standing.Chunk(IEntityStore.MaxBatch))
        {
            await WriteBatchAsync([.. chunk.Select(row => Insert(row, row))]);
        }

        var seen = new List<string>();
        await foreach (var entity in Store.QueryAsync(Table, Partition, RowRange.All, default))
        {
            if (seen.Count % 100 == 0)
            {
                await AppliedAsync(new EntityWrite.Upsert($"{entity.Row}-late", Bytes("body")));
                await AppliedAsync(new EntityWrite.Upsert($"00000-{seen.Count:D5}", Bytes("body")));
                await AppliedAsync(new EntityWrite.Delete($"00000-{seen.Count:D5}", null));
            }

            seen.Add(entity.Row);
        }

        Assert.Equal(standing, seen.Where(row => row.Length == 5));
        Assert.Equal(seen.Distinct(), seen);
    }

    [SkippableFact]
    public async Task A_query_under_way_can_be_cancelled()
    {
        foreach (var chunk in Enumerable.Range(0, 1200).Chunk(IEntityStore.MaxBatch))
        {
            await WriteBatchAsync([.. chunk.Select(i => Insert($"{i:D5}", "body"))]);
        }

        using var cancel = new CancellationTokenSource();
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var entity in Store.QueryAsync(Table, Partition, RowRange.All, cancel.Token))
            {
                if (++seen == 10)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        Assert.InRange(seen, 10, 1199);
    }
}
