using System.Text;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SQLitePCL;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>What becomes of callers that share a transaction.</summary>
public sealed class GroupCommitTests : IDisposable
{
    private static readonly TableName Table = new("Group");
    private static readonly QueueName Queue = new("group");
    private readonly TemporaryFile file = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private readonly SqliteDatabase database;
    private readonly SqliteEntityStore store;
    private readonly SqliteMessageQueue queue;

    public GroupCommitTests()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path, BusyTimeout = TimeSpan.FromMilliseconds(20) }, time);
        store = new SqliteEntityStore(database);
        queue = new SqliteMessageQueue(database);
    }

    public void Dispose()
    {
        database.Dispose();
        file.Dispose();
    }

    [Fact]
    public async Task The_writer_flushes_the_log_at_every_commit()
    {
        long synchronous = -1;
        string? journal = null;
        await database.WriteAsync(
            new InTransaction(session =>
            {
                synchronous = session.Connection.QueryInteger("PRAGMA synchronous");
                journal = session.Connection.Query("PRAGMA journal_mode", row => row.Text(0));
            }),
            default);

        Assert.Equal((2, "wal"), (synchronous, journal));
    }

    [Fact]
    public async Task A_write_that_throws_fails_alone_and_leaves_nothing()
    {
        var hold = await HoldWriter.HoldAsync(database);
        var before = InsertAsync("before");
        var failing = database.WriteAsync(
            new InTransaction(session =>
            {
                session.Connection.Execute("INSERT INTO entities(key, version, body) VALUES (x'FF', 1, x'00')");
                throw new InvalidTimeZoneException("on purpose");
            }),
            default);
        var batch = store.WriteBatchAsync(Table, "after", [Insert("a"), Insert("b")], default).AsTask();
        var send = queue.SendAsync(Queue, [Message("after")], default).AsTask();
        hold.LetGo();

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing);
        Assert.IsType<WriteResult.Applied>(await before);
        Assert.IsType<WriteResult.Applied>(await batch);
        await send;
        Assert.Equal(["before"], await RowsAsync("before"));
        Assert.Equal(["a", "b"], await RowsAsync("after"));
        Assert.Equal(1, (await queue.GetDepthAsync(Queue, default)).Active);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM entities WHERE key = x'FF'"));
    }

    [Fact]
    public async Task Several_writes_that_throw_do_not_touch_the_others()
    {
        var hold = await HoldWriter.HoldAsync(database);
        var good = new List<Task<WriteResult>>();
        var bad = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            good.Add(InsertAsync($"{i:D2}"));
            var number = i;
            bad.Add(database.WriteAsync(new InTransaction(_ => throw new InvalidTimeZoneException($"{number}")), default));
        }

        hold.LetGo();
        Assert.All(await Task.WhenAll(good), result => Assert.IsType<WriteResult.Applied>(result));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"{i}", (await Assert.ThrowsAsync<InvalidTimeZoneException>(() => bad[i])).Message);
            Assert.Single(await RowsAsync($"{i:D2}"));
        }
    }

    [Fact]
    public async Task A_commit_that_fails_fails_everybody_in_it_and_nobody_after_it()
    {
        var hold = await HoldWriter.HoldAsync(database);
        var insert = InsertAsync("insert");
        var send = queue.SendAsync(Queue, [Message("lost")], default).AsTask();

        // A deferred foreign key that points nowhere is found by COMMIT only.
        var poison = database.WriteAsync(
            new InTransaction(session =>
            {
                session.Connection.Execute("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
                session.Connection.Execute("CREATE TABLE child(parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)");
                session.Connection.Execute("INSERT INTO child VALUES (7)");
            }),
            default);
        hold.LetGo();

        foreach (var caller in new Task[] { insert, send, poison })
        {
            Assert.Equal(raw.SQLITE_CONSTRAINT, (await Assert.ThrowsAsync<SqliteException>(() => caller)).SqliteErrorCode);
        }

        Assert.Empty(await RowsAsync("insert"));
        Assert.Equal(0, (await queue.GetDepthAsync(Queue, default)).Active);
        Assert.IsType<WriteResult.Applied>(await InsertAsync("insert"));
        Assert.Equal(["insert"], await RowsAsync("insert"));
    }

    [Fact]
    public async Task A_receiver_served_by_a_commit_that_fails_is_told_and_the_message_is_not_counted()
    {
        await queue.SendAsync(Queue, [Message("one")], default);
        var hold = await HoldWriter.HoldAsync(database);
        var receive = queue.ReceiveAsync(Queue, 1, TimeSpan.FromSeconds(30), default).AsTask();
        var poison = database.WriteAsync(
            new InTransaction(session =>
            {
                session.Connection.Execute("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
                session.Connection.Execute("CREATE TABLE child(parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)");
                session.Connection.Execute("INSERT INTO child VALUES (7)");
            }),
            default);
        hold.LetGo();

        await Assert.ThrowsAsync<SqliteException>(() => poison);
        await Assert.ThrowsAsync<SqliteException>(() => receive);
        Assert.Equal(1, Assert.Single(await queue.ReceiveAsync(Queue, 1, TimeSpan.FromSeconds(30), default)).DeliveryCount);
    }

    [Fact]
    public async Task A_full_disk_is_an_error_to_each_caller_and_goes_away_when_there_is_room()
    {
        await InsertAsync("first");
        await LimitPagesAsync(await CountAsync("PRAGMA page_count") + 2);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await store.WriteAsync(Table, $"large-{i}", new EntityWrite.Insert("row", new byte[200_000]), default);
                return "applied";
            }
            catch (SqliteException error) when (error.SqliteErrorCode == raw.SQLITE_FULL)
            {
                return "full";
            }
        }));

        Assert.All(results, result => Assert.Equal("full", result));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RowsAsync($"large-{i}"))), Assert.Empty);
        Assert.Equal(["first"], await RowsAsync("first"));
        await LimitPagesAsync(1_000_000);
        Assert.IsType<WriteResult.Applied>(await store.WriteAsync(Table, "large", new EntityWrite.Insert("row", new byte[200_000]), default));
    }

    [Fact]
    public async Task A_file_that_another_process_keeps_locked_is_an_error_and_then_works_again()
    {
        await InsertAsync("first");
        var waiting = queue.ReceiveAsync(Queue, 1, TimeSpan.FromSeconds(30), default).AsTask();
        using (var other = new SqliteConnection($"Data Source={file.Path};Pooling=False"))
        {
            other.Open();
            using var begin = other.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();

            Assert.Equal(raw.SQLITE_BUSY, (await Assert.ThrowsAsync<SqliteException>(() => InsertAsync("second"))).SqliteErrorCode);
            Assert.Equal(raw.SQLITE_BUSY, (await Assert.ThrowsAsync<SqliteException>(() => queue.SendAsync(Queue, [Message("lost")], default).AsTask())).SqliteErrorCode);
            Assert.Equal(["first"], await RowsAsync("first"));
        }

        Assert.IsType<WriteResult.Applied>(await InsertAsync("second"));
        await queue.SendAsync(Queue, [Message("one")], default);
        Assert.Equal("one", Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Message.Id);
    }

    [Fact]
    public async Task A_receiver_that_waits_outlives_a_file_that_is_locked_when_its_message_is_due()
    {
        await queue.SendAsync(Queue, [Message("due") with { NotBefore = time.GetUtcNow().AddSeconds(10) }], default);
        var waiting = queue.ReceiveAsync(Queue, 1, TimeSpan.FromSeconds(30), default).AsTask();
        await InsertAsync("first");
        using (var other = new SqliteConnection($"Data Source={file.Path};Pooling=False"))
        {
            other.Open();
            using var begin = other.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
            time.Advance(TimeSpan.FromSeconds(11));
            await Assert.ThrowsAsync<SqliteException>(() => InsertAsync("second"));
        }

        // It is looked again after a while, without anybody sending anything.
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal("due", Assert.Single(await waiting).Message.Id);
    }

    [Fact]
    public async Task A_write_cancelled_while_it_waits_ends_at_once_and_has_not_happened()
    {
        var hold = await HoldWriter.HoldAsync(database);
        using var cancel = new CancellationTokenSource();
        var cancelled = store.WriteAsync(Table, "cancelled", Insert("cancelled"), cancel.Token).AsTask();
        var other = InsertAsync("other");
        await cancel.CancelAsync();

        // The writer is still held: the caller does not wait for it.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        hold.LetGo();
        Assert.IsType<WriteResult.Applied>(await other);
        Assert.Empty(await RowsAsync("cancelled"));
    }

    [Fact]
    public async Task A_write_cancelled_after_it_has_begun_tells_its_outcome()
    {
        using var cancel = new CancellationTokenSource();
        var hold = new HoldWriter();
        var outcome = database.WriteAsync(hold, cancel.Token);
        await hold.Running;
        await cancel.CancelAsync();
        hold.LetGo();

        Assert.False(await outcome);
    }

    [Fact]
    public async Task Callers_wait_for_room_and_all_get_through()
    {
        using var narrowFile = new TemporaryFile();
        using var narrow = SqliteDatabase.Open(new SqliteOptions { Path = narrowFile.Path, PendingWrites = 3, GroupSize = 2 }, time);
        var narrowStore = new SqliteEntityStore(narrow);
        var hold = await HoldWriter.HoldAsync(narrow);
        var writes = Enumerable.Range(0, 50).Select(i => narrowStore.WriteAsync(Table, "room", Insert($"{i:D2}"), default).AsTask()).ToList();
        using var cancel = new CancellationTokenSource();
        var gaveUp = narrowStore.WriteAsync(Table, "room", Insert("gave up"), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gaveUp);
        hold.LetGo();

        Assert.All(await Task.WhenAll(writes), result => Assert.IsType<WriteResult.Applied>(result));
        var count = 0;
        await foreach (var row in narrowStore.QueryAsync(Table, "room", RowRange.All, default))
        {
            count++;
        }

        Assert.Equal(50, count);
    }

    private static EntityWrite.Insert Insert(string row) => new(row, Encoding.UTF8.GetBytes(row));

    private static QueueMessage Message(string id) => new() { Id = id, Body = "{}"u8.ToArray(), Lane = Lane.RoutineActual };

    private Task<WriteResult> InsertAsync(string name) => store.WriteAsync(Table, name, Insert(name), default).AsTask();

    private Task<bool> LimitPagesAsync(long pages) =>
        database.WriteAsync(new InTransaction(session => session.Connection.QueryInteger($"PRAGMA max_page_count = {pages}")), default);

    private async Task<long> CountAsync(string sql) => await database.ReadAsync(connection => connection.QueryInteger(sql), default);

    private async Task<List<string>> RowsAsync(string partition)
    {
        var rows = new List<string>();
        await foreach (var entity in store.QueryAsync(Table, partition, RowRange.All, default))
        {
            rows.Add(entity.Row);
        }

        return rows;
    }
}
