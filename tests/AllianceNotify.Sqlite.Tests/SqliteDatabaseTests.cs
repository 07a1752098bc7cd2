using System.Text;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>Opening, sharing, closing and registering the embedded file.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private static readonly TableName Table = new("Records");
    private static readonly QueueName Queue = new("queue");
    private readonly TemporaryFile file = new();
    private readonly AdjustableClock time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task What_was_written_is_there_after_opening_again()
    {
        ETag etag;
        using (var database = Open())
        {
            var written = await new SqliteEntityStore(database).WriteAsync(Table, "partition", Insert("row"), default);
            etag = Assert.IsType<WriteResult.Applied>(written).ETag;
            await new SqliteMessageQueue(database).SendAsync(Queue, [Message("one")], default);
        }

        using var again = Open();
        Assert.Equal(etag, (await new SqliteEntityStore(again).GetAsync(Table, "partition", "row", default))?.ETag);
        Assert.Equal("one", Assert.Single(await ReceiveAsync(again)).Message.Id);
    }

    [Fact]
    public async Task Versions_given_by_one_opening_are_not_given_by_another()
    {
        var etags = new List<ETag>();
        for (var i = 0; i < 3; i++)
        {
            using var database = Open();
            var result = await new SqliteEntityStore(database).WriteAsync(Table, "partition", new EntityWrite.Upsert("row", "body"u8.ToArray()), default);
            etags.Add(Assert.IsType<WriteResult.Applied>(result).ETag);
        }

        Assert.Equal(3, etags.Distinct().Count());
    }

    [Fact]
    public async Task A_file_is_served_by_one_process_and_tools_may_open_it_beside()
    {
        using (var serving = Open())
        {
            Assert.Throws<InvalidOperationException>(() => Open());
            using var tool = Open(exclusive: false);
            await new SqliteEntityStore(tool).WriteAsync(Table, "partition", Insert("tool"), default);
            await new SqliteEntityStore(serving).WriteAsync(Table, "partition", Insert("serving"), default);

            Assert.NotNull(await new SqliteEntityStore(serving).GetAsync(Table, "partition", "tool", default));
            Assert.NotNull(await new SqliteEntityStore(tool).GetAsync(Table, "partition", "serving", default));
        }

        using var next = Open();
    }

    [Fact]
    public async Task Messages_in_the_hands_of_a_process_that_ended_are_free_at_once()
    {
        using (var database = Open())
        {
            await new SqliteMessageQueue(database).SendAsync(Queue, [Message("one"), Message("two") with { NotBefore = time.GetUtcNow().AddHours(1) }], default);
            Assert.Single(await ReceiveAsync(database));
        }

        using var again = Open();
        var message = Assert.Single(await ReceiveAsync(again));
        Assert.Equal(("one", 2), (message.Message.Id, message.DeliveryCount));
    }

    [Fact]
    public async Task A_tool_takes_no_message_out_of_the_serving_process_hands()
    {
        using var serving = Open();
        var queue = new SqliteMessageQueue(serving);
        await queue.SendAsync(Queue, [Message("one")], default);
        var held = Assert.Single(await ReceiveAsync(serving));
        using (var tool = Open(exclusive: false))
        {
            Assert.Equal(1, (await new SqliteMessageQueue(tool).GetDepthAsync(Queue, default)).Active);
        }

        Assert.True(await queue.CompleteAsync(held, default));
    }

    [Fact]
    public async Task Messages_sent_before_the_clock_was_set_back_are_not_hidden_after_a_restart()
    {
        using (var database = Open())
        {
            await new SqliteMessageQueue(database).SendAsync(Queue, [Message("one")], default);
        }

        time.SetBack(TimeSpan.FromDays(1));
        using var again = Open();
        Assert.Equal("one", Assert.Single(await ReceiveAsync(again)).Message.Id);
    }

    [Fact]
    public async Task Closing_under_load_finishes_what_was_taken_and_refuses_the_rest()
    {
        var database = Open();
        var store = new SqliteEntityStore(database);
        var queue = new SqliteMessageQueue(database);
        var waiting = queue.ReceiveAsync(new QueueName("nothing"), 1, TimeSpan.FromSeconds(30), default).AsTask();
        var started = new TaskCompletionSource();
        var written = 0;
        var writers = Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            var answered = new List<string>();
            try
            {
                for (var i = 0; ; i++)
                {
                    var id = $"{writer}-{i}";
                    Assert.IsType<WriteResult.Applied>(await store.WriteAsync(Table, id, Insert("row"), default));
                    answered.Add(id);
                    Assert.NotNull(await store.GetAsync(Table, id, "row", default));
                    await queue.SendAsync(Queue, [Message(id)], default);
                    if (Interlocked.Increment(ref written) == 300)
                    {
                        started.SetResult();
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                return answered;
            }
        })).ToList();
        await started.Task;
        database.Dispose();
        database.Dispose();

        var all = (await Task.WhenAll(writers)).SelectMany(answered => answered).ToList();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.WriteAsync(Table, "late", Insert("row"), default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetAsync(Table, "late", "row", default));
        Assert.False(File.Exists(file.Path + "-wal"), "The log was not copied into the file.");
        using var again = Open();
        foreach (var id in all)
        {
            Assert.NotNull(await new SqliteEntityStore(again).GetAsync(Table, id, "row", default));
        }
    }

    [Fact]
    public async Task The_log_does_not_grow_without_end_under_load()
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path, CheckpointBytes = 1 << 20 }, time);
        var store = new SqliteEntityStore(database);
        for (var i = 0; i < 60; i++)
        {
            await store.WriteAsync(Table, $"{i}", new EntityWrite.Insert("row", new byte[256 * 1024]), default);
        }

        Assert.InRange(new FileInfo(file.Path + "-wal").Length, 1, 4 << 20);
        Assert.InRange(new FileInfo(file.Path).Length, 12 << 20, 64 << 20);
    }

    [Fact]
    public async Task An_idle_file_takes_its_log_in()
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path, IdleCheckpoint = TimeSpan.FromSeconds(5) }, time);
        await new SqliteEntityStore(database).WriteAsync(Table, "partition", new EntityWrite.Insert("row", new byte[500_000]), default);
        Assert.InRange(new FileInfo(file.Path).Length, 0, 499_999);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (new FileInfo(file.Path).Length < 500_000)
        {
            time.Advance(TimeSpan.FromSeconds(6));
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Only_the_owner_can_read_what_is_made()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var path = Path.Combine(Path.GetDirectoryName(file.Path)!, "made", "hub.db");
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = path }, time);
        await new SqliteEntityStore(database).WriteAsync(Table, "partition", Insert("row"), default);

        foreach (var made in new[] { path, path + "-wal", path + "-shm", path + ".lock" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task A_path_that_SQLite_would_take_for_something_else_is_a_file()
    {
        foreach (var name in new[] { ":memory:", "file:hub.db?mode=memory", "a b;Mode=ReadOnly.db", "基地.db" })
        {
            var path = Path.Combine(Path.GetDirectoryName(file.Path)!, name);
            using var database = SqliteDatabase.Open(new SqliteOptions { Path = path }, time);
            await new SqliteEntityStore(database).WriteAsync(Table, "partition", Insert("row"), default);

            Assert.True(File.Exists(path));
        }
    }

    [Fact]
    public void A_database_of_another_program_is_left_alone()
    {
        using (var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE theirs(id)";
            command.ExecuteNonQuery();
        }

        Assert.Contains("another program", Assert.Throws<InvalidOperationException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_a_later_layout_is_not_touched()
    {
        Open().Dispose();
        using (var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("layout 99", Assert.Throws<InvalidOperationException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_an_error_and_stays_as_it_is()
    {
        File.WriteAllText(file.Path, new string('x', 10_000));

        Assert.Throws<SqliteException>(() => Open());
        Assert.Equal(new string('x', 10_000), File.ReadAllText(file.Path));
    }

    [Fact]
    public void All_mistakes_in_the_options_are_told_at_once()
    {
        var options = new SqliteOptions { Path = "", Readers = 0, PendingWrites = 10, GroupSize = 20, CheckpointBytes = 5, BusyTimeout = TimeSpan.FromHours(1) };
        var failures = Assert.Throws<OptionsValidationException>(() => SqliteDatabase.Open(options, time)).Failures.ToList();

        foreach (var part in new[] { "Path", "Readers", "GroupSize", "CheckpointBytes", "BusyTimeout" })
        {
            Assert.Contains(failures, failure => failure.Contains(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_folder_is_no_place_for_the_file()
    {
        var failures = Assert.Throws<OptionsValidationException>(() => SqliteDatabase.Open(new SqliteOptions { Path = Path.GetTempPath() }, time)).Failures;
        Assert.Contains(failures, failure => failure.Contains("folder", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_has_one_store_and_queue_over_one_file_and_opens_it_when_it_starts()
    {
        using var host = Host(options => options.Path = file.Path);
        await host.StartAsync();

        Assert.True(File.Exists(file.Path));
        Assert.Throws<InvalidOperationException>(() => Open());
        Assert.IsType<SqliteEntityStore>(host.Services.GetRequiredService<IEntityStore>());
        Assert.Same(host.Services.GetRequiredService<IMessageQueue>(), host.Services.GetRequiredService<IMessageQueue>());
        await host.StopAsync();
    }

    [Fact]
    public async Task A_host_does_not_start_with_wrong_options_or_on_a_served_file()
    {
        using var wrong = Host(options => options.Readers = 0);
        var failures = (await Assert.ThrowsAsync<OptionsValidationException>(() => wrong.StartAsync())).Failures.ToList();
        Assert.Contains(failures, failure => failure.Contains("Path", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("Readers", StringComparison.Ordinal));

        using var serving = Open();
        using var second = Host(options => options.Path = file.Path);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.StartAsync());
    }

    private static EntityWrite.Insert Insert(string row) => new(row, Encoding.UTF8.GetBytes(row));

    private static QueueMessage Message(string id) => new() { Id = id, Body = "{}"u8.ToArray(), Lane = Lane.RoutineActual };

    private static IHost Host(Action<SqliteOptions> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSqliteStoreAndQueue(configure);
        return builder.Build();
    }

    private static Task<IReadOnlyList<LeasedMessage>> ReceiveAsync(SqliteDatabase database) =>
        new SqliteMessageQueue(database).ReceiveAsync(Queue, 10, TimeSpan.FromMinutes(5), default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private SqliteDatabase Open(bool exclusive = true) => SqliteDatabase.Open(new SqliteOptions { Path = file.Path, Exclusive = exclusive }, time);
}
