using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>
/// The counter-proof for "never lose an accepted report": the process dies at every place between the writes of an
/// acceptance, before or after each of them, and the sender does what senders do: it sends again until it has an answer.
/// </summary>
public sealed class IntakeCrashTests
{
    public static TheoryData<int, bool, bool> Places()
    {
        var places = new TheoryData<int, bool, bool>();
        for (var operation = 1; operation <= 5; operation++)
        {
            foreach (var after in new[] { false, true })
            {
                places.Add(operation, after, false);
                places.Add(operation, after, true);
            }
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_is_answered_is_stored_and_queued_wherever_the_first_attempt_died(int operation, bool after, bool withKey)
    {
        var fault = new Fault(operation, after);
        var time = new FakeTimeProvider(IntakeHarness.Now);
        var queue = new InMemoryMessageQueue(time);
        var store = new InMemoryEntityStore();
        var hub = new IntakeHarness(store: new FaultyStore(store, fault), queue: new FaultyQueue(queue, fault));
        var caller = withKey ? IntakeHarness.Caller with { IdempotencyKey = "attempt" } : IntakeHarness.Caller;

        IntakeResult result;
        try
        {
            result = await hub.PostAsync(IntakeHarness.Json(), caller: caller);
        }
        catch (IOException)
        {
            result = await hub.PostAsync(IntakeHarness.Json(), caller: caller);
        }

        var item = Assert.Single(Assert.IsType<IntakeResult.Accepted>(result).Items);
        Assert.NotNull(await new ReportTable(store).GetAsync(item.Id, default));
        Assert.True((await queue.GetDepthAsync(QueueName.Reports, default)).Active >= 1, "The report is stored, and nothing will ever triage it.");
    }

    [Fact]
    public async Task A_report_that_a_system_queued_survives_a_death_before_and_after_its_storing()
    {
        foreach (var after in new[] { false, true })
        {
            var fault = new Fault(1, after);
            var time = new FakeTimeProvider(IntakeHarness.Now);
            var hub = new IntakeHarness(store: new FaultyStore(new InMemoryEntityStore(), fault), queue: new InMemoryMessageQueue(time));
            var message = await hub.EnqueueAndLeaseAsync(System.Text.Encoding.UTF8.GetBytes(IntakeHarness.Json()));

            await Assert.ThrowsAsync<IOException>(() => hub.Accept.ReadQueuedAsync(message, default));
            var stored = Assert.IsType<QueuedReports.Stored>(await hub.Accept.ReadQueuedAsync(message, default));
            Assert.NotNull(await hub.Reports.GetAsync(stored.Ids[0], default));
        }
    }

    [Fact]
    public async Task A_failing_queue_is_an_exception_and_never_an_acceptance()
    {
        var hub = new IntakeHarness(queue: new FaultyQueue(new InMemoryMessageQueue(new FakeTimeProvider(IntakeHarness.Now)), new Fault(1, After: false)));
        await Assert.ThrowsAsync<IOException>(() => hub.PostAsync(IntakeHarness.Json()));
    }

    /// <summary>Fails the n-th operation counted over store and queue, before it is done or after it was done and before it is known.</summary>
    private sealed record Fault(int Operation, bool After)
    {
        private int count;

        public async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> operation)
        {
            var mine = Interlocked.Increment(ref count) == Operation;
            if (mine && !After)
            {
                throw new IOException("Died before the operation.");
            }

            var result = await operation();
            return mine ? throw new IOException("Died after the operation.") : result;
        }
    }

    private sealed class FaultyStore(IEntityStore inner, Fault fault) : IEntityStore
    {
        public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            fault.RunAsync(() => inner.GetAsync(table, partition, row, cancellationToken));

        public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            fault.RunAsync(() => inner.WriteAsync(table, partition, write, cancellationToken));

        public ValueTask<WriteResult> WriteBatchAsync(TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            fault.RunAsync(() => inner.WriteBatchAsync(table, partition, writes, cancellationToken));

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);
    }

    private sealed class FaultyQueue(IMessageQueue inner, Fault fault) : IMessageQueue
    {
        public async ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken) =>
            await fault.RunAsync(async () =>
            {
                await inner.SendAsync(queue, messages, cancellationToken);
                return true;
            });

        public ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken) =>
            inner.ReceiveAsync(queue, max, lease, cancellationToken);

        public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) => inner.CompleteAsync(message, cancellationToken);

        public ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
            inner.AbandonAsync(message, delay, cancellationToken);

        public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
            inner.DeadLetterAsync(message, reason, cancellationToken);

        public ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken) =>
            inner.RenewAsync(message, lease, cancellationToken);

        public ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
            inner.PeekDeadLettersAsync(queue, after, max, cancellationToken);

        public ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken) =>
            inner.ReplayDeadLetterAsync(queue, id, cancellationToken);

        public ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken) => inner.GetDepthAsync(queue, cancellationToken);
    }
}
