using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Tests.Messaging;

public sealed class InMemoryMessageQueueTests : MessageQueueContract
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));

    protected override DateTimeOffset Now => time.GetUtcNow();

    protected override Task<IMessageQueue> CreateAsync() => Task.FromResult<IMessageQueue>(new InMemoryMessageQueue(time));

    protected override Task PassAsync(TimeSpan span)
    {
        time.Advance(span);
        return Task.CompletedTask;
    }
}
