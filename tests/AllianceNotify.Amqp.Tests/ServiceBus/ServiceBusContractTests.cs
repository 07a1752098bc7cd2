using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Amqp.Tests.ServiceBus;

/// <summary>The queue's contract on the peer that does as Service Bus does.</summary>
public sealed class ServiceBusContractTests : MessageQueueContract, IDisposable
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private readonly ServiceBusPeer peer;

    public ServiceBusContractTests() => peer = new ServiceBusPeer(time) { LockDuration = TimeSpan.FromMinutes(5) };

    protected override DateTimeOffset Now => time.GetUtcNow();

    public void Dispose() => peer.Dispose();

    public override async Task DisposeAsync()
    {
        if (Queue is AmqpMessageQueue queue)
        {
            await queue.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override Task<IMessageQueue> CreateAsync() =>
        Task.FromResult<IMessageQueue>(new AmqpMessageQueue(peer.Options, time, TimeProvider.System, new Random(1), NullLogger.Instance));

    protected override Task PassAsync(TimeSpan span)
    {
        time.Advance(span);
        return Task.CompletedTask;
    }
}
