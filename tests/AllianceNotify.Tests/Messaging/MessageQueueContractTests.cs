using AllianceNotify.Contracts;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Messaging;

/// <summary>The suite itself is under test: it passes a right queue and fails each wrong one.</summary>
public sealed class MessageQueueContractTests
{
    public static TheoryData<string> Broken => [.. BrokenMessageQueues.All.Keys];

    [Fact]
    public async Task A_right_queue_passes_every_fact()
    {
        Assert.Empty(await ContractRun.FailuresAsync(() => new Suite(queue => queue, TimeSpan.FromSeconds(30))));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_wrong_queue_is_caught(string wrong)
    {
        Assert.NotEmpty(await ContractRun.FailuresAsync(() => new Suite(BrokenMessageQueues.All[wrong], TimeSpan.FromSeconds(1)), enough: 1));
    }

    private sealed class Suite(Func<IMessageQueue, IMessageQueue> change, TimeSpan patience) : MessageQueueContract
    {
        private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));

        protected override TimeSpan Patience => patience;

        protected override DateTimeOffset Now => time.GetUtcNow();

        protected override Task<IMessageQueue> CreateAsync() => Task.FromResult(change(new InMemoryMessageQueue(time)));

        protected override Task PassAsync(TimeSpan span)
        {
            time.Advance(span);
            return Task.CompletedTask;
        }
    }
}
