using System.Globalization;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>
/// The process that the crash tests kill. It writes, sends, receives and completes from several tasks at once, and says
/// on standard output what has been answered, one line each: <c>W id</c> written, <c>B id</c> batch written, <c>S id</c>
/// sent, <c>R id count</c> received, <c>C id</c> completed.
/// </summary>
internal static class CrashVictim
{
    public const int BatchRows = 5;
    public static readonly TableName Table = new("Crash");
    public static readonly QueueName Queue = new("crash", MaxDeliveries: 1_000_000);
    private static readonly Lock Output = new();

    public static async Task<int> Main(string[] args)
    {
        if (args is not [var path, var round])
        {
            await Console.Error.WriteLineAsync("This is the child of the crash tests: FILE ROUND");
            return 2;
        }

        using var database = SqliteDatabase.Open(new SqliteOptions { Path = path, CheckpointBytes = 1 << 20 }, TimeProvider.System);
        var store = new SqliteEntityStore(database);
        var queue = new SqliteMessageQueue(database);
        var tasks = Enumerable.Range(0, 8).Select(writer => Task.Run(() => WriteForEverAsync(store, queue, $"{round}-{writer}")))
            .Concat(Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReceiveForEverAsync(queue))));
        await await Task.WhenAny(tasks.ToList());
        return 1;
    }

    private static async Task WriteForEverAsync(SqliteEntityStore store, SqliteMessageQueue queue, string writer)
    {
        var body = new byte[700];
        for (var i = 0; ; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}");
            if (i % 4 == 0)
            {
                var rows = Enumerable.Range(0, BatchRows).Select(EntityWrite (row) => new EntityWrite.Insert($"{row}", body)).ToList();
                Say(await store.WriteBatchAsync(Table, id, rows, default) is WriteResult.Applied, $"B {id}");
            }
            else
            {
                Say(await store.WriteAsync(Table, id, new EntityWrite.Insert("row", body), default) is WriteResult.Applied, $"W {id}");
            }

            await queue.SendAsync(Queue, [new QueueMessage { Id = id, Body = body.AsMemory(0, 60), Lane = (Lane)(i % 4) }], default);
            Say(true, $"S {id}");
        }
    }

    private static async Task ReceiveForEverAsync(SqliteMessageQueue queue)
    {
        while (true)
        {
            foreach (var message in await queue.ReceiveAsync(Queue, 10, TimeSpan.FromMinutes(10), default))
            {
                Say(true, string.Create(CultureInfo.InvariantCulture, $"R {message.Message.Id} {message.DeliveryCount}"));
                if (message.Message.Id.EndsWith('3'))
                {
                    continue;
                }

                Say(await queue.CompleteAsync(message, default), $"C {message.Message.Id}");
            }
        }
    }

    private static void Say(bool expected, string line)
    {
        if (!expected)
        {
            throw new InvalidOperationException($"Refused: {line}");
        }

        lock (Output)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
