using System.Net;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>A write whose answer is lost is sent again. What it then finds may be its own work, and must not be taken for another's.</summary>
public sealed class LostAnswerTests(AzuriteServer azurite) : OnAzurite(azurite)
{
    [SkippableFact]
    public async Task An_insert_that_finds_its_own_work_has_applied()
    {
        await PrepareAsync();
        Network.LoseAnswer();

        var applied = Assert.IsType<WriteResult.Applied>(await WriteAsync(Insert("row", "body")));

        Assert.Equal((await ReadAsync("row"))?.ETag, applied.ETag);
    }

    [SkippableFact]
    public async Task Of_two_inserts_of_one_body_only_the_one_that_made_the_record_takes_it_for_its_own()
    {
        await PrepareAsync();
        WriteResult? theirs = null;
        Network.LoseAnswer(async () => theirs = await Others.WriteAsync(Table, Partition, Insert("mine", "{}"), default));
        Assert.IsType<WriteResult.Applied>(await WriteAsync(Insert("mine", "{}")));
        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.AlreadyExists), theirs);

        await ByOthersAsync(Insert("theirs", "{}"));
        Network.LoseAnswer();
        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(Insert("theirs", "{}")));
    }

    [SkippableFact]
    public async Task An_insert_whose_work_others_have_changed_since_is_unknown_and_no_conflict()
    {
        await PrepareAsync();
        Network.LoseAnswer(async () => await ByOthersAsync(new EntityWrite.Upsert("row", Bytes("later"))));

        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(Insert("row", "body")));

        Assert.Equal("later", Text(await ReadAsync("row")));
        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.AlreadyExists), await WriteAsync(Insert("row", "body")));
    }

    [SkippableFact]
    public async Task An_insert_that_was_refused_before_it_was_looked_at_keeps_its_certainty()
    {
        await ByOthersAsync(Insert("row", "first"));
        Network.Answer(HttpStatusCode.TooManyRequests, retryAfter: "1");

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.AlreadyExists), await WriteAsync(Insert("row", "second")));
    }

    [SkippableFact]
    public async Task A_replace_that_finds_its_own_work_has_applied()
    {
        var first = await ByOthersAsync(Insert("row", "first"));
        Network.LoseAnswer();

        var applied = Assert.IsType<WriteResult.Applied>(await WriteAsync(new EntityWrite.Replace("row", Bytes("second"), first)));

        var read = await ReadAsync("row");
        Assert.Equal(("second", read!.ETag), (Text(read), applied.ETag));
    }

    [SkippableFact]
    public async Task A_replace_that_never_arrived_and_came_too_late_is_unknown()
    {
        var first = await ByOthersAsync(Insert("row", "first"));
        Network.LoseRequest();
        await ByOthersAsync(new EntityWrite.Replace("row", Bytes("other"), first));

        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(new EntityWrite.Replace("row", Bytes("late"), first)));

        Assert.Equal("other", Text(await ReadAsync("row")));
    }

    [SkippableFact]
    public async Task An_upsert_is_the_same_however_often_it_arrives()
    {
        await PrepareAsync();
        Network.LoseAnswer();
        Network.LoseAnswer();

        var applied = Assert.IsType<WriteResult.Applied>(await WriteAsync(new EntityWrite.Upsert("row", Bytes("body"))));

        Assert.Equal((await ReadAsync("row"))?.ETag, applied.ETag);
    }

    [SkippableFact]
    public async Task A_delete_without_a_version_that_finds_nothing_has_applied_and_one_with_a_version_cannot_know()
    {
        await ByOthersAsync(Insert("any", "body"));
        var version = await ByOthersAsync(Insert("version", "body"));

        Network.LoseAnswer();
        Assert.IsType<WriteResult.Applied>(await WriteAsync(new EntityWrite.Delete("any", null)));
        Network.LoseAnswer();
        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(new EntityWrite.Delete("version", version)));

        Assert.Empty(await ListAsync(RowRange.All));
        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Missing), await WriteAsync(new EntityWrite.Delete("version", version)));
    }

    [SkippableFact]
    public async Task A_batch_that_finds_its_own_work_has_applied_with_the_versions_that_are_there()
    {
        var replaced = await ByOthersAsync(Insert("replaced", "old"));
        var deleted = await ByOthersAsync(Insert("deleted", "old"));
        await ByOthersAsync(Insert("gone", "old"));
        Network.LoseAnswer();

        var result = await WriteBatchAsync(
            new EntityWrite.Delete("deleted", deleted),
            new EntityWrite.Delete("gone", null),
            Insert("inserted", "new"),
            new EntityWrite.Replace("replaced", Bytes("new"), replaced),
            new EntityWrite.Upsert("upserted", Bytes("new")));

        var etags = Assert.IsType<WriteResult.Applied>(result).ETags;
        var rows = await ListAsync(RowRange.All);
        Assert.Equal(["inserted", "replaced", "upserted"], rows.ConvertAll(row => row.Row));
        Assert.Equal([default, default, .. rows.Select(row => row.ETag)], etags);
    }

    [SkippableFact]
    public async Task A_batch_of_which_others_have_changed_a_record_since_has_applied_and_its_version_there_is_past()
    {
        await PrepareAsync();
        Network.LoseAnswer(async () => await ByOthersAsync(new EntityWrite.Upsert("a", Bytes("later"))));

        var etags = Assert.IsType<WriteResult.Applied>(await WriteBatchAsync(Insert("a", "new"), Insert("b", "new"))).ETags;

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), await WriteAsync(new EntityWrite.Replace("a", Bytes("x"), etags[0])));
        Assert.IsType<WriteResult.Applied>(await WriteAsync(new EntityWrite.Replace("b", Bytes("x"), etags[1])));
        Assert.Equal("later", Text(await ReadAsync("a")));
    }

    [SkippableFact]
    public async Task A_batch_that_left_no_trace_is_unknown_and_one_that_was_refused_first_is_a_conflict()
    {
        await ByOthersAsync(Insert("present", "old"));

        Network.LoseAnswer();
        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteBatchAsync(Insert("a", "new"), Insert("present", "new")));
        Network.Answer(HttpStatusCode.TooManyRequests);
        Assert.Equal(new WriteResult.Conflict(1, ConflictKind.AlreadyExists), await WriteBatchAsync(Insert("a", "new"), Insert("present", "new")));

        Assert.Equal("old", Text(Assert.Single(await ListAsync(RowRange.All))));
    }

    [SkippableFact]
    public async Task A_batch_leaves_out_deletions_of_what_is_absent_and_keeps_its_indexes()
    {
        await ByOthersAsync(Insert("there", "old"));
        await ByOthersAsync(Insert("present", "old"));

        Assert.Equal(
            new WriteResult.Conflict(3, ConflictKind.AlreadyExists),
            await WriteBatchAsync(new EntityWrite.Delete("a", null), new EntityWrite.Delete("there", null), new EntityWrite.Delete("b", null), Insert("present", "new")));
        Assert.IsType<WriteResult.Applied>(
            await WriteBatchAsync(new EntityWrite.Delete("a", null), new EntityWrite.Delete("there", null), new EntityWrite.Delete("b", null), Insert("c", "new")));
        Assert.IsType<WriteResult.Applied>(await WriteBatchAsync(new EntityWrite.Delete("a", null), new EntityWrite.Delete("b", null)));

        Assert.Equal(["c", "present"], (await ListAsync(RowRange.All)).ConvertAll(row => row.Row));
    }

    /// <summary>Makes the table, so that the write under test is the first request.</summary>
    private async Task PrepareAsync()
    {
        await ByOthersAsync(Insert("prepared", ""));
        await ByOthersAsync(new EntityWrite.Delete("prepared", null));
    }
}
