using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>A record and the message about it in one commit.</summary>
public sealed class WriteAndSendTests : IDisposable
{
    private static readonly TableName Table = new("Pairs");
    private static readonly QueueName Queue = new("pairs");
    private static readonly EntityWrite.Insert Insert = new("row", "1"u8.ToArray());
    private readonly TemporaryFile file = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private readonly SqliteDatabase database;
    private readonly SqliteEntityStore store;
    private readonly SqliteMessageQueue queue;

    public WriteAndSendTests()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, time);
        store = new SqliteEntityStore(database);
        queue = new SqliteMessageQueue(database);
    }

    public void Dispose()
    {
        database.Dispose();
        file.Dispose();
    }

    [Fact]
    public async Task What_applies_is_stored_and_sent()
    {
        Assert.IsType<WriteResult.Applied>(await queue.WriteAndSendAsync(store, Table, "p", Insert, Queue, Message(1), default));

        Assert.NotNull(await store.GetAsync(Table, "p", "row", default));
        Assert.Equal("m1", Assert.Single(await queue.ReceiveAsync(Queue, 5, TimeSpan.FromMinutes(1), default)).Message.Id);
    }

    [Fact]
    public async Task A_conflict_sends_nothing()
    {
        await store.WriteAsync(Table, "p", Insert, default);

        var result = await queue.WriteAndSendAsync(store, Table, "p", Insert, Queue, Message(1), default);

        Assert.Equal(new WriteResult.Conflict(0, ConflictKind.AlreadyExists), result);
        Assert.Equal(0, (await queue.GetDepthAsync(Queue, default)).Active);
    }

    [Fact]
    public async Task A_failure_between_the_two_leaves_neither()
    {
        await database.WriteAsync(new InTransaction(session => session.Connection.Execute("DROP TABLE messages")), default);

        await Assert.ThrowsAnyAsync<Exception>(() => queue.WriteAndSendAsync(store, Table, "p", Insert, Queue, Message(1), default).AsTask());

        Assert.Null(await store.GetAsync(Table, "p", "row", default));
    }

    [Fact]
    public async Task A_receiver_that_waits_gets_the_message_at_once()
    {
        var waiting = queue.ReceiveAsync(Queue, 1, TimeSpan.FromMinutes(1), default).AsTask();

        await queue.WriteAndSendAsync(store, Table, "p", Insert, Queue, Message(1), default);

        Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task With_a_store_elsewhere_the_message_follows_the_write()
    {
        using var otherFile = new TemporaryFile();
        using var otherDatabase = SqliteDatabase.Open(new SqliteOptions { Path = otherFile.Path }, time);
        var other = new SqliteEntityStore(otherDatabase);
        Assert.False(queue.IsBeside(other));

        await queue.WriteAndSendAsync(other, Table, "p", Insert, Queue, Message(1), default);

        Assert.NotNull(await other.GetAsync(Table, "p", "row", default));
        Assert.Null(await store.GetAsync(Table, "p", "row", default));
        Assert.Equal(1, (await queue.GetDepthAsync(Queue, default)).Active);
    }

    private static QueueMessage Message(int number) => new() { Id = $"m{number}", Body = "{}"u8.ToArray(), Lane = Lane.UrgentActual };
}
