using System.Diagnostics;
using System.Globalization;
using AllianceNotify.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>A real process is killed in the middle of its work (SIGKILL), again and again on one file.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Rounds = 6;
    private readonly TemporaryFile file = new();

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task What_was_answered_before_a_kill_is_there_after_it()
    {
        var random = new Random(20261124);
        var said = new Said();
        for (var round = 0; round < Rounds; round++)
        {
            await KillAfterAsync(random.Next(200, 3000), round, said);
            Assert.Equal("ok", IntegrityOf(file.Path));
            using var database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, TimeProvider.System);
            await AssertWrittenAsync(new SqliteEntityStore(database), said);
            await AssertQueueAsync(new SqliteMessageQueue(database), said);
        }

        Assert.True(said.Written.Count > 100 && said.Batches.Count > 30 && said.Sent.Count > 100 && said.Completed.Count > 30 && said.Received.Count > 30);
    }

    /// <summary>What a power cut leaves of the log: a part of it, the last page torn or full of rubbish.</summary>
    [Fact]
    public async Task A_log_that_ends_anywhere_is_read_up_to_its_last_whole_commit()
    {
        var random = new Random(54900);
        var said = new Said();
        await KillAfterAsync(2000, 0, said);
        var log = await File.ReadAllBytesAsync(file.Path + "-wal");
        Assert.InRange(log.Length, 100_000, int.MaxValue);
        for (var cut = 0; cut < 12; cut++)
        {
            using var copy = new TemporaryFile();
            File.Copy(file.Path, copy.Path);
            var torn = log[..random.Next(log.Length)];
            random.NextBytes(torn.AsSpan(Math.Max(0, torn.Length - random.Next(6000))));
            await File.WriteAllBytesAsync(copy.Path + "-wal", torn);

            Assert.Equal("ok", IntegrityOf(copy.Path));
            using var database = SqliteDatabase.Open(new SqliteOptions { Path = copy.Path }, TimeProvider.System);
            var store = new SqliteEntityStore(database);
            foreach (var id in said.Batches)
            {
                Assert.True(await CountRowsAsync(store, id) is 0 or CrashVictim.BatchRows, $"The batch {id} is there in part.");
            }
        }
    }

    private async Task KillAfterAsync(int lines, int round, Said said)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(CrashVictim).Assembly.Location);
        start.ArgumentList.Add(file.Path);
        start.ArgumentList.Add(round.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var read = 0;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Note(line);
            if (++read == lines)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        Assert.True(read >= lines, $"The child ended by itself after {read} lines: {await errors}");
    }

    private static async Task AssertWrittenAsync(SqliteEntityStore store, Said said)
    {
        foreach (var id in said.Written)
        {
            Assert.True(await store.GetAsync(CrashVictim.Table, id, "row", default) is not null, $"{id} was answered and is not there.");
        }

        foreach (var id in said.Batches)
        {
            var rows = await CountRowsAsync(store, id);
            Assert.True(rows == CrashVictim.BatchRows, $"The batch {id} was answered and has {rows} rows.");
        }
    }

    private static async Task<int> CountRowsAsync(SqliteEntityStore store, string partition)
    {
        var rows = 0;
        await foreach (var row in store.QueryAsync(CrashVictim.Table, partition, RowRange.All, default))
        {
            rows++;
        }

        return rows;
    }

    /// <summary>All leases were the dead process's, and so all messages can be had at once, each with its count.</summary>
    private static async Task AssertQueueAsync(SqliteMessageQueue queue, Said said)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var counts = new Dictionary<string, int>();
        for (var left = (await queue.GetDepthAsync(CrashVictim.Queue, default)).Active; left > 0;)
        {
            var messages = await queue.ReceiveAsync(CrashVictim.Queue, 500, TimeSpan.FromMinutes(1), patience.Token);
            left -= messages.Count;
            foreach (var message in messages)
            {
                Assert.True(counts.TryAdd(message.Message.Id, message.DeliveryCount), $"{message.Message.Id} came twice.");
            }
        }

        foreach (var id in said.Completed)
        {
            Assert.False(counts.ContainsKey(id), $"{id} was completed and is there again.");
        }

        // A message that was received may have been completed without that answer having been read.
        foreach (var id in said.Sent.Where(id => !said.Received.ContainsKey(id)))
        {
            Assert.True(counts.ContainsKey(id), $"{id} was sent and is not there.");
        }

        foreach (var (id, count) in said.Received.Where(received => counts.ContainsKey(received.Key)))
        {
            Assert.True(counts[id] > count, $"{id} was handed out {count} times before the kill and counts {counts[id]} now.");
        }
    }

    private static string? IntegrityOf(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return command.ExecuteScalar() as string;
    }

    /// <summary>What the children have said, of all rounds so far.</summary>
    private sealed class Said
    {
        public HashSet<string> Written { get; } = [];

        public HashSet<string> Batches { get; } = [];

        public HashSet<string> Sent { get; } = [];

        public Dictionary<string, int> Received { get; } = [];

        public HashSet<string> Completed { get; } = [];

        public void Note(string line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "W":
                    Written.Add(words[1]);
                    break;
                case "B":
                    Batches.Add(words[1]);
                    break;
                case "S":
                    Sent.Add(words[1]);
                    break;
                case "R":
                    Received[words[1]] = int.Parse(words[2], CultureInfo.InvariantCulture);
                    break;
                case "C":
                    Completed.Add(words[1]);
                    break;
                default:
                    throw new InvalidDataException($"The child said: {line}");
            }
        }
    }
}
