using System.Diagnostics;
using System.Globalization;
using AllianceNotify.Messaging;
using AllianceNotify.Sqlite;
using AllianceNotify.Storage;

namespace AllianceNotify.Bench;

/// <summary>
/// What the embedded store's group commit gains, as ratios within one run: durable inserts with more and more writers
/// at once, intake's pair of writes (record, then message), and whether a long queue drains at an even rate.
/// </summary>
internal static class StoreBench
{
    private static readonly TableName Reports = new("Reports");
    private static readonly QueueName Deliveries = new("deliveries");

    /// <summary>Arguments: seconds a measurement (2), messages to drain (100000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2;
        var backlog = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
        var folder = Directory.CreateTempSubdirectory("alliancenotify-bench-");
        try
        {
            using var database = SqliteDatabase.Open(new SqliteOptions { Path = Path.Combine(folder.FullName, "hub.db") }, TimeProvider.System);
            var store = new SqliteEntityStore(database);
            var queue = new SqliteMessageQueue(database);
            var body = new byte[1024];
            new Random(1).NextBytes(body);

            async Task InsertAsync()
            {
                var id = DeterministicId.Random("r-");
                await store.WriteAsync(Reports, id, new EntityWrite.Insert("report", body), default);
            }

            async Task AcceptAsync()
            {
                await InsertAsync();
                await queue.SendAsync(QueueName.Reports, [new QueueMessage { Id = "m", Body = body.AsMemory(0, 64), Lane = Lane.RoutineActual }], default);
            }

            await MeasureAsync(8, 0.5, AcceptAsync);
            await CompareAsync("durable inserts of 1 KiB", seconds, InsertAsync);
            await CompareAsync("durable insert, then send", seconds, AcceptAsync);
            await DrainAsync(queue, backlog, body.AsMemory(0, 512));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task CompareAsync(string what, double seconds, Func<Task> work)
    {
        var one = 0.0;
        foreach (var writers in new[] { 1, 8, 32 })
        {
            var rate = await MeasureAsync(writers, seconds, work);
            one = writers == 1 ? rate : one;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {writers,2} writers {rate,8:F0}/s = {rate / one:F1} x one writer"));
        }
    }

    private static async Task<double> MeasureAsync(int writers, double seconds, Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; count++)
            {
                await work();
            }

            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task DrainAsync(SqliteMessageQueue queue, int wanted, ReadOnlyMemory<byte> body)
    {
        // Whole quarters of whole receives, so that no receiver waits for what never comes.
        var backlog = Math.Max(wanted / 100, 1) * 100;
        foreach (var chunk in Enumerable.Range(0, backlog).Chunk(500))
        {
            await queue.SendAsync(Deliveries, [.. chunk.Select(i => new QueueMessage { Id = $"{i}", Body = body, Lane = Lane.RoutineActual })], default);
        }

        var started = Stopwatch.GetTimestamp();
        var quarters = new double[4];
        var left = backlog;
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Add(ref left, -25) >= 0)
            {
                var messages = await queue.ReceiveAsync(Deliveries, 25, TimeSpan.FromMinutes(1), default);
                await Task.WhenAll(messages.Select(message => queue.CompleteAsync(message, default).AsTask()));
                var total = Interlocked.Add(ref done, messages.Count);
                for (var quarter = 0; quarter < 4; quarter++)
                {
                    if (total >= backlog * (quarter + 1L) / 4 && quarters[quarter] == 0)
                    {
                        quarters[quarter] = Stopwatch.GetElapsedTime(started).TotalSeconds;
                    }
                }
            }
        })));
        var first = quarters[0];
        var last = quarters[3] - quarters[2];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"receive and complete: {done} messages at {done / quarters[3]:F0}/s; last quarter at {first / last:F2} x the first quarter's rate"));
    }
}
