using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Amqp.Tests.Rabbit;

/// <summary>The queue's contract on a real RabbitMQ. The clock of leases and delays is ours and moves by hand.</summary>
[Collection(RabbitMqTests.Name)]
public sealed class RabbitMqContractTests(RabbitMq rabbit) : MessageQueueContract
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    protected override DateTimeOffset Now => time.GetUtcNow();

    protected override bool KnowsOldest => false;

    public override async Task DisposeAsync()
    {
        if (Queue is AmqpMessageQueue queue)
        {
            await queue.DisposeAsync();
        }
    }

    protected override Task<IMessageQueue> CreateAsync() => Task.FromResult<IMessageQueue>(
        new AmqpMessageQueue(rabbit.Required().Options, time, TimeProvider.System, new Random(1), NullLogger.Instance));

    protected override Task PassAsync(TimeSpan span)
    {
        time.Advance(span);
        return Task.CompletedTask;
    }
}
