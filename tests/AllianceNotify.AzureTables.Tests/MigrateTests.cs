using System.Diagnostics;
using System.Text;
using AllianceNotify.LoadDriver;
using AllianceNotify.Messaging;
using AllianceNotify.Sqlite;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>The verb <c>migrate</c> of the real executable, between data folders and the emulator.</summary>
[Collection(SharedAzurite.Name)]
public sealed class MigrateTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-migrate-");
    private readonly string prefix = AzuriteStore.NewPrefix();
    private readonly AzuriteServer azurite;
    private readonly AzureTablesEntityStore tables;

    public MigrateTests(AzuriteServer azurite)
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);
        this.azurite = azurite;
        tables = AzuriteStore.Open(azurite, prefix);
    }

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task A_store_goes_to_Azure_and_back_byte_for_byte()
    {
        var written = await FillAsync("here", 1_300);

        var dry = await MigrateAsync("azure-tables", "here", "--dry-run");
        Assert.Equal(0, dry.ExitCode);
        Assert.Contains("Listings\t1300\t0", dry.Output, StringComparison.Ordinal);
        Assert.Empty(await tables.DumpAsync(null, default).ToListAsync());

        var there = await MigrateAsync("azure-tables", "here");
        Assert.Equal((0, ""), (there.ExitCode, there.Error));
        Assert.Contains("Listings\t1300", there.Output, StringComparison.Ordinal);
        Assert.Equal(written, await DescribeAsync(tables));

        Assert.Equal(0, (await MigrateAsync("sqlite", "back", "--dry-run")).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(folder.FullName, "back")));
        Assert.Equal(0, (await MigrateAsync("sqlite", "back")).ExitCode);
        Assert.Equal(written, await InFileAsync("back", database => DescribeAsync(new SqliteEntityStore(database))));
    }

    [SkippableFact]
    public async Task A_target_with_records_is_refused_unless_it_may_be_overwritten()
    {
        await FillAsync("here", 3);
        await tables.WriteAsync(new TableName("Listings"), "all", new EntityWrite.Insert("00000", "other"u8.ToArray()), default);
        await tables.WriteAsync(new TableName("Own"), "own", new EntityWrite.Insert("own", "own"u8.ToArray()), default);

        var refused = await MigrateAsync("azure-tables", "here");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--overwrite", Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(2, await tables.DumpAsync(null, default).CountAsync());

        var done = await MigrateAsync("azure-tables", "here", "--overwrite");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("1 others were there and stay", done.Output, StringComparison.Ordinal);
        Assert.Equal("row 0", Encoding.UTF8.GetString((await tables.GetAsync(new TableName("Listings"), "all", "00000", default))!.Body.Span));
    }

    [SkippableFact]
    public async Task Queued_messages_hold_a_copy_up_unless_they_may_stay()
    {
        await FillAsync("here", 3);
        await InFileAsync("here", async database =>
        {
            await new SqliteMessageQueue(database).SendAsync(QueueName.Alerts, [new QueueMessage { Id = "m", Lane = Lane.RoutineActual, Body = "x"u8.ToArray() }], default);
            return 0;
        });

        var refused = await MigrateAsync("azure-tables", "here");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("queue alerts holds 1 messages", refused.Error, StringComparison.Ordinal);
        Assert.Empty(await tables.DumpAsync(null, default).ToListAsync());

        Assert.Equal(0, (await MigrateAsync("azure-tables", "here", "--leave-queued")).ExitCode);
        Assert.Equal(1, await InFileAsync("here", async database => (await new SqliteMessageQueue(database).GetDepthAsync(QueueName.Alerts, default)).Active));
    }

    [SkippableFact]
    public async Task A_killed_copy_keeps_hubs_from_its_target_and_goes_on()
    {
        var written = await FillAsync("here", 0, partitions: 3_000);
        using (var process = Start("migrate", "--to", "azure-tables", "--data", PathOf("here")))
        {
            await EventuallyAsync(async () => await tables.QueryAsync(new TableName("Parts"), "part-00500", RowRange.All, default).AnyAsync());
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Patience);
        }

        Assert.NotNull(await CopyStore.UnfinishedFromAsync(tables, default));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => HubProcess.StartAsync(Launch("elsewhere")));
        Assert.Contains("run migrate again", refused.Message, StringComparison.Ordinal);

        Assert.Equal(0, (await MigrateAsync("azure-tables", "here")).ExitCode);
        Assert.Equal(written, await DescribeAsync(tables));
    }

    [SkippableFact]
    public async Task Neither_a_store_that_a_hub_serves_is_copied_nor_one_that_is_not_there()
    {
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = PathOf("served") };
        await using (await HubProcess.StartAsync(launch))
        {
            var served = await MigrateAsync("azure-tables", "served");
            Assert.Equal(1, served.ExitCode);
            Assert.Contains("served by another process", served.Error, StringComparison.Ordinal);
        }

        var missing = await MigrateAsync("azure-tables", "missing");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("There is no store", missing.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(PathOf("missing")));
        Assert.Equal(2, (await MigrateAsync("paper", "served")).ExitCode);
    }

    private HubLaunch Launch(string data) => new()
    {
        Assembly = HubLaunch.AssemblyBesideThisProgram,
        DataDirectory = PathOf(data),
        Settings = new Dictionary<string, string>
        {
            ["Store__Kind"] = "AzureTables",
            ["Store__ConnectionString"] = azurite.ConnectionString,
            ["Store__TablePrefix"] = prefix,
        },
    };

    private string PathOf(string data) => Path.Combine(folder.FullName, data);

    private async Task<(int ExitCode, string Output, string Error)> MigrateAsync(string to, string data, params string[] options)
    {
        using var process = Start(["migrate", "--to", to, "--data", PathOf(data), .. options]);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "AllianceNotify.Functions"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullName,
        };
        start.Environment["Store__ConnectionString"] = azurite.ConnectionString;
        start.Environment["Store__TablePrefix"] = prefix;
        return Process.Start(start)!;
    }

    /// <summary>A store of its own in a data folder; what it holds, in order.</summary>
    private async Task<List<string>> FillAsync(string data, int rows, int partitions = 1) => await InFileAsync(data, async database =>
    {
        var store = new SqliteEntityStore(database);
        foreach (var chunk in Enumerable.Range(0, rows).Chunk(IEntityStore.MaxBatch))
        {
            await store.WriteBatchAsync(
                new TableName("Listings"), "all", [.. chunk.Select(i => new EntityWrite.Upsert($"{i:D5}", Encoding.UTF8.GetBytes($"row {i}")))], default);
        }

        await Parallel.ForAsync(0, partitions, async (i, token) => await store.WriteAsync(
            new TableName("Parts"), $"part-{i:D5}", new EntityWrite.Upsert("row", Encoding.UTF8.GetBytes($"part {i}")), token));
        foreach (var key in new[] { "a/b", "日本海 #1?", "𠮷", new string('/', EntityLimits.MaxKeyLength) })
        {
            await store.WriteAsync(new TableName("Odd"), key, new EntityWrite.Upsert(key, Encoding.UTF8.GetBytes(key)), default);
        }

        var large = new byte[700_000];
        new Random(2).NextBytes(large);
        await store.WriteAsync(new TableName("Odd"), "large", new EntityWrite.Upsert("large", large), default);
        return await DescribeAsync(store);
    });

    private async Task<T> InFileAsync<T>(string data, Func<SqliteDatabase, Task<T>> work)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { Path = Path.Combine(PathOf(data), "hub.db") }, TimeProvider.System);
        return await work(database);
    }

    private static async Task<List<string>> DescribeAsync(IEntityDump dump)
    {
        var lines = await dump.DumpAsync(null, default)
            .Select(item => $"{item.Table}|{item.Entity.Partition}|{item.Entity.Row}|{Convert.ToBase64String(item.Entity.Body.Span)}").ToListAsync();
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }
}
