using System.Text;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AllianceNotify.Amqp.Tests.Rabbit;

/// <summary>A broker that is killed, and hubs that die, with messages in every state. The clock is the real one.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class RabbitMqOutageTests(RabbitMq rabbit) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly List<AmqpMessageQueue> hubs = [];
    private readonly QueueName name = new(DeterministicId.Random("outage-"), 3);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var hub in hubs)
        {
            await hub.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task After_the_broker_was_killed_everything_drains_and_nothing_was_settled_falsely()
    {
        const int Messages = 200, Held = 5;
        var node = rabbit.Required();
        var hub = Connect(node);
        await hub.SendAsync(name, [.. Enumerable.Range(0, Messages).Select(i => Message($"{i:D3}", (Lane)(i % 4)))], default);
        await hub.SendAsync(name, [Message("later", Lane.Exercise) with { NotBefore = TimeProvider.System.GetUtcNow().AddSeconds(1) }], default);
        var held = await ReceiveAsync(hub, Held);
        Assert.True(await hub.CompleteAsync(held[0], default));
        Assert.True(await hub.DeadLetterAsync(held[1], "poison", default));
        Assert.True(await hub.AbandonAsync(held[2], TimeSpan.FromSeconds(1), default));

        await node.KillAsync();
        await Assert.ThrowsAsync<QueueUnreachableException>(async () => await hub.SendAsync(name, [Message("refused", Lane.FlashActual)], default));
        await Assert.ThrowsAsync<QueueUnreachableException>(async () => await hub.GetDepthAsync(name, default));
        await Until.TrueAsync(async () => !await hub.CompleteAsync(held[3], default), "what was in hand is not any more");
        await node.StartAsync();

        string[] known = [.. Enumerable.Range(0, Messages).Select(i => $"{i:D3}"), "later"];
        var expected = known.Except([held[0].Message.Id, held[1].Message.Id]).ToHashSet(StringComparer.Ordinal);
        var done = new Dictionary<string, int>(StringComparer.Ordinal);
        await Until.TrueAsync(
            async () =>
            {
                try
                {
                    foreach (var message in await ReceiveAsync(hub, 1))
                    {
                        done[message.Message.Id] = message.DeliveryCount;
                        await hub.CompleteAsync(message, default);
                    }

                    return expected.IsSubsetOf(done.Keys);
                }
                catch (QueueUnreachableException)
                {
                    return false;
                }
            },
            "all that was not settled is received");

        // What was settled just before the broker died may come again: it had not written that down.
        Assert.Subset(known.ToHashSet(StringComparer.Ordinal), done.Keys.ToHashSet(StringComparer.Ordinal));
        Assert.Equal((2, 2), (done[held[2].Message.Id], done[held[3].Message.Id]));
        Assert.All(done.Values, count => Assert.InRange(count, 1, 2));
        await Until.TrueAsync(
            async () => (await hub.PeekDeadLettersAsync(name, null, 10, default)).Any(letter => (letter.Message.Id, letter.Reason) == (held[1].Message.Id, "poison")),
            "the dead letter is shown");
        await Until.TrueAsync(async () => (await hub.GetDepthAsync(name, default)).Active == 0, "nothing is left");
    }

    [SkippableFact]
    public async Task What_a_dead_hub_had_in_hand_goes_to_another_and_is_counted()
    {
        var (first, second) = (Connect(rabbit.Required()), Connect(rabbit.Required()));
        await first.SendAsync(name, [Message("one", Lane.UrgentActual)], default);
        await ReceiveAsync(first, 1);
        await first.DisposeAsync();

        Assert.Equal(("one", 2), Assert.Single(await ReceiveAsync(second, 1)) is var again ? (again.Message.Id, again.DeliveryCount) : default);
    }

    [SkippableFact]
    public async Task A_message_that_kills_every_hub_becomes_a_dead_letter()
    {
        var sender = Connect(rabbit.Required());
        await sender.SendAsync(name, [Message("killer", Lane.FlashActual)], default);
        for (var count = 1; count <= 3; count++)
        {
            var victim = Connect(rabbit.Required());
            Assert.Equal(count, Assert.Single(await ReceiveAsync(victim, 1)).DeliveryCount);
            await victim.DisposeAsync();
        }

        var last = Connect(rabbit.Required());
        await sender.SendAsync(name, [Message("harmless", Lane.Exercise)], default);
        Assert.Equal("harmless", Assert.Single(await ReceiveAsync(last, 1)).Message.Id);
        Assert.Equal(("killer", 3), Assert.Single(await last.PeekDeadLettersAsync(name, null, 10, default)) is var letter ? (letter.Message.Id, letter.DeliveryCount) : default);
    }

    [SkippableFact]
    public async Task What_came_for_a_receiver_that_left_goes_to_another_hub_uncounted()
    {
        var (first, second) = (Connect(rabbit.Required()), Connect(rabbit.Required()));
        using var leave = new CancellationTokenSource();
        var waiting = first.ReceiveAsync(name, 4, Lease, leave.Token).AsTask();
        await first.GetDepthAsync(name, default);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await second.SendAsync(name, [.. Enumerable.Range(0, 4).Select(i => Message($"{i}", Lane.RoutineActual))], default);

        var received = await ReceiveAsync(second, 4);
        Assert.Equal(["0", "1", "2", "3"], received.Select(message => message.Message.Id).Order(StringComparer.Ordinal));
        Assert.All(received, message => Assert.Equal(1, message.DeliveryCount));
    }

    private AmqpMessageQueue Connect(RabbitMqNode node)
    {
        var hub = new AmqpMessageQueue(node.Options, TimeProvider.System, new Random(1), NullLogger<AmqpMessageQueue>.Instance);
        hubs.Add(hub);
        return hub;
    }

    private static QueueMessage Message(string id, Lane lane) => new() { Id = id, Body = Encoding.UTF8.GetBytes(id), Lane = lane };

    private async Task<List<LeasedMessage>> ReceiveAsync(AmqpMessageQueue hub, int count)
    {
        using var patience = new CancellationTokenSource(Until.Patience);
        var received = new List<LeasedMessage>();
        while (received.Count < count)
        {
            received.AddRange(await hub.ReceiveAsync(name, count - received.Count, Lease, patience.Token));
        }

        return received;
    }
}
