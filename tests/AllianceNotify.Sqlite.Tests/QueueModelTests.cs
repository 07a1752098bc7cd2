using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>Random histories, repeatable from their seed: the embedded queue must answer as the plain in-memory one does.</summary>
public sealed class QueueModelTests : IDisposable
{
    private readonly TemporaryFile file = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private readonly SqliteDatabase database;
    private readonly SqliteMessageQueue queue;
    private readonly InMemoryMessageQueue model;
    private readonly List<(LeasedMessage Model, LeasedMessage Queue)> held = [];

    public QueueModelTests()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, time);
        queue = new SqliteMessageQueue(database);
        model = new InMemoryMessageQueue(time);
    }

    public void Dispose()
    {
        model.Dispose();
        database.Dispose();
        file.Dispose();
    }

    [Theory]
    [InlineData(1, 1000, 4)]
    [InlineData(2, 1000, 4)]
    [InlineData(3, 3, 1)]
    [InlineData(4, 3, 1)]
    [InlineData(5, 1, 1)]
    public async Task A_random_history_is_answered_as_it_is_in_memory(int seed, int maxDeliveries, int most)
    {
        var random = new Random(seed);
        QueueName[] queues = [new("first", maxDeliveries), new("second", maxDeliveries)];
        for (var step = 0; step < 600; step++)
        {
            var name = queues[random.Next(2)];
            await (random.Next(12) switch
            {
                0 or 1 or 2 => SendAsync(name, random, step),
                3 or 4 or 5 => ReceiveAsync(name, random.Next(1, most + 1), TimeSpan.FromSeconds(random.Next(1, 60))),
                6 or 7 or 8 => SettleAsync(random),
                9 => ReplayAsync(name, random),
                _ => PassAsync(random),
            });
            await CompareAsync(name);
        }

        Assert.NotEmpty(held);
    }

    private async Task SendAsync(QueueName name, Random random, int step)
    {
        var messages = Enumerable.Range(0, random.Next(1, 4)).Select(i => new QueueMessage
        {
            Id = $"{step}-{i}",
            Body = BitConverter.GetBytes(random.Next()),
            Lane = (Lane)random.Next(4),
            NotBefore = random.Next(4) == 0 ? time.GetUtcNow().AddSeconds(random.Next(-10, 60)) : null,
        }).ToList();
        await model.SendAsync(name, messages, default);
        await queue.SendAsync(name, messages, default);
    }

    private async Task ReceiveAsync(QueueName name, int max, TimeSpan lease)
    {
        using var cancel = new CancellationTokenSource();
        var expected = model.ReceiveAsync(name, max, lease, cancel.Token).AsTask();
        var actual = queue.ReceiveAsync(name, max, lease, cancel.Token).AsTask();

        // When a later write is done, the receiver has been looked after.
        await database.WriteAsync(new InTransaction(_ => { }), default);
        await cancel.CancelAsync();
        var nothing = await ResultAsync(expected) is null;
        Assert.Equal(nothing, await ResultAsync(actual) is null);
        if (nothing)
        {
            return;
        }

        var found = (await actual).ToDictionary(message => message.Message.Id);
        Assert.Equal((await expected).Select(Describe).Order(), found.Values.Select(Describe).Order());
        held.AddRange((await expected).Select(message => (message, found[message.Message.Id])));
    }

    private async Task SettleAsync(Random random)
    {
        if (held.Count == 0)
        {
            return;
        }

        var (expected, actual) = held[random.Next(Math.Max(0, held.Count - 8), held.Count)];
        var span = TimeSpan.FromSeconds(random.Next(0, 30));
        var answers = random.Next(5) switch
        {
            0 => (await model.AbandonAsync(expected, span, default), await queue.AbandonAsync(actual, span, default)),
            1 => (await model.RenewAsync(expected, span + TimeSpan.FromSeconds(1), default), await queue.RenewAsync(actual, span + TimeSpan.FromSeconds(1), default)),
            2 => (await model.DeadLetterAsync(expected, "reason", default), await queue.DeadLetterAsync(actual, "reason", default)),
            _ => (await model.CompleteAsync(expected, default), await queue.CompleteAsync(actual, default)),
        };
        Assert.Equal(answers.Item1, answers.Item2);
    }

    private async Task ReplayAsync(QueueName name, Random random)
    {
        var expected = await model.PeekDeadLettersAsync(name, null, 100, default);
        var actual = await queue.PeekDeadLettersAsync(name, null, 100, default);
        if (expected.Count > 0)
        {
            var chosen = random.Next(expected.Count);
            Assert.True(await model.ReplayDeadLetterAsync(name, expected[chosen].Id, default));
            Assert.True(await queue.ReplayDeadLetterAsync(name, actual[chosen].Id, default));
        }
    }

    private Task PassAsync(Random random)
    {
        time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 20_000)));
        return Task.CompletedTask;
    }

    private async Task CompareAsync(QueueName name)
    {
        Assert.Equal(await model.GetDepthAsync(name, default), await queue.GetDepthAsync(name, default));
        Assert.Equal(
            (await model.PeekDeadLettersAsync(name, null, 100, default)).Select(Describe),
            (await queue.PeekDeadLettersAsync(name, null, 100, default)).Select(Describe));
    }

    private static async Task<IReadOnlyList<LeasedMessage>?> ResultAsync(Task<IReadOnlyList<LeasedMessage>> receive)
    {
        try
        {
            return await receive.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static string Describe(LeasedMessage message) =>
        $"{message.Message.Id} {message.Message.Lane} {Convert.ToHexString(message.Message.Body.Span)} {message.DeliveryCount} {message.EnqueuedAt:O} {message.LeasedUntil:O}";

    private static string Describe(DeadLetter letter) =>
        $"{letter.Message.Id} {letter.Message.Lane} {Convert.ToHexString(letter.Message.Body.Span)} {letter.DeliveryCount} {letter.Reason} {letter.EnqueuedAt:O} {letter.DeadAt:O}";
}
