using System.Net;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>A service that is busy, refuses or is away.</summary>
public sealed class BackOffTests(AzuriteServer azurite) : OnAzurite(azurite)
{
    [SkippableTheory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "7", 7)]
    [InlineData(HttpStatusCode.TooManyRequests, "2.5", 2.5)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "Tue, 24 Nov 2026 06:00:09 GMT", 9)]
    public async Task A_busy_service_is_asked_again_when_it_says(HttpStatusCode status, string retryAfter, double seconds)
    {
        await ByOthersAsync(Insert("row", "body"));
        Network.Answer(status, retryAfter);

        Assert.Equal("body", Text(await Store.GetAsync(Table, Partition, "row", default)));

        Assert.Equal([TimeSpan.FromSeconds(seconds)], Clock.Waits);
    }

    [SkippableTheory]
    [InlineData(HttpStatusCode.RequestTimeout)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task Where_it_does_not_say_the_waits_grow(HttpStatusCode status)
    {
        await ByOthersAsync(Insert("row", "body"));
        for (var i = 0; i < 5; i++)
        {
            Network.Answer(status);
        }

        Assert.Equal("body", Text(await Store.GetAsync(Table, Partition, "row", default)));

        Assert.Equal(5, Clock.Waits.Count);
        for (var i = 0; i < 5; i++)
        {
            Assert.InRange(Clock.Waits[i], TimeSpan.FromMilliseconds(50 << i), TimeSpan.FromMilliseconds(100 << i));
        }
    }

    [SkippableFact]
    public async Task A_service_that_stays_busy_is_given_up_within_the_time_for_it()
    {
        for (var i = 0; i < 100; i++)
        {
            Network.Answer(HttpStatusCode.ServiceUnavailable);
        }

        var failure = await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(Insert("row", "body")));

        Assert.IsAssignableFrom<IOException>(failure);
        Assert.InRange(Clock.Waits.Aggregate((a, b) => a + b), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(15));
    }

    [SkippableFact]
    public async Task A_service_that_asks_for_more_time_than_there_is_is_given_up_at_once()
    {
        Network.Answer(HttpStatusCode.ServiceUnavailable, retryAfter: "120");

        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(Insert("row", "body")));

        Assert.Empty(Clock.Waits);
    }

    [SkippableFact]
    public async Task A_page_that_is_lost_is_asked_for_again_and_nothing_comes_twice()
    {
        var rows = Enumerable.Range(0, 2_500).Select(i => $"{i:D5}").ToList();
        foreach (var chunk in rows.Chunk(IEntityStore.MaxBatch))
        {
            await Others.WriteBatchAsync(Table, Partition, [.. chunk.Select(row => Insert(row, row))], default);
        }

        Network.Where = request => request.RequestUri!.Query.Contains("NextRowKey", StringComparison.OrdinalIgnoreCase);
        Network.LoseAnswer();
        Network.Answer(HttpStatusCode.ServiceUnavailable);

        Assert.Equal(rows, (await ListAsync(RowRange.All)).ConvertAll(row => row.Row));
        // Three pages, and two that were lost.
        Assert.Equal(5, Network.Requests);
        Assert.Equal(2, Clock.Waits.Count);
    }

    [SkippableFact]
    public async Task A_refusal_is_said_at_once_with_what_is_needed()
    {
        Network.Answer(HttpStatusCode.Forbidden, code: "AuthorizationPermissionMismatch");

        var failure = await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(Insert("row", "body")));

        Assert.Contains("Storage Table Data Contributor", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AuthorizationPermissionMismatch", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Clock.Waits);
    }

    [SkippableFact]
    public async Task An_identity_that_may_not_make_tables_serves_where_they_exist_and_names_one_that_does_not()
    {
        await ByOthersAsync(Insert("before", "body"));
        Network.Where = request => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("/Tables", StringComparison.Ordinal);
        Network.Answer(HttpStatusCode.Forbidden, code: "AuthorizationPermissionMismatch");

        Assert.IsType<WriteResult.Applied>(await WriteAsync(Insert("row", "body")));
        var failure = await Assert.ThrowsAsync<StoreUnreachableException>(
            async () => await Store.WriteAsync(new TableName("NeverMade"), Partition, Insert("row", "body"), default));

        Assert.Contains("TestNeverMade", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_does_not_exist_yet_is_read_as_empty_and_not_made_by_reading()
    {
        var table = new TableName("NeverWritten");
        Assert.Null(await Store.GetAsync(table, Partition, "row", default));
        Assert.Empty(await Store.QueryAsync(table, Partition, RowRange.All, default).ToListAsync());
        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Missing), await Store.WriteAsync(table, Partition, new EntityWrite.Delete("row", new ETag("x")), default));
        Assert.Equal(3, Network.Requests);
    }

    [SkippableTheory]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("W/\"")]
    public async Task A_version_that_is_none_of_the_services_matches_nothing(string version)
    {
        await ByOthersAsync(Insert("row", "body"));

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), await WriteAsync(new EntityWrite.Replace("row", Bytes("x"), new ETag(version))));
        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.Changed), await WriteAsync(new EntityWrite.Delete("row", new ETag(version))));
        Assert.Equal(
            new WriteResult.Conflict(1, ConflictKind.Changed),
            await WriteBatchAsync(Insert("other", "x"), new EntityWrite.Replace("row", Bytes("x"), new ETag(version))));
        Assert.Equal("body", Text(await ReadAsync("row")));
    }
}
