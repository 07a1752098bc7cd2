using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Functions.Tests.Pumps;

/// <summary>A running pump over a queue in memory, with a stage that a test writes.</summary>
internal sealed class PumpDriver : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly QueuePump pump;
    private int inHand;

    private PumpDriver(Func<LeasedMessage, CancellationToken, Task<StageResult>> handle, int concurrency, int failReceives)
    {
        Queue = new WatchedQueue(new InMemoryMessageQueue(Time)) { FailReceives = failReceives };
        var options = Options.Create(new PumpOptions { DefaultConcurrency = concurrency });
        Lease = options.Value.Lease;
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        lifetime.NotifyStarted();
        pump = new QueuePump(
            QueueName.Reports, () => new Stage(this, handle), Queue, Store, options, Time, new HubMetrics(services.GetRequiredService<IMeterFactory>()), Work, lifetime, NullLogger<QueuePump>.Instance);
    }

    public FakeTimeProvider Time { get; } = new();

    public WorkInHand Work { get; } = new();

    public WatchedQueue Queue { get; }

    public FailingStore Store { get; } = new(new InMemoryEntityStore());

    public TimeSpan Lease { get; }

    /// <summary>Ids in the order in which the stage was given them, once a delivery.</summary>
    public ConcurrentQueue<string> Handled { get; } = [];

    public int InHand => Volatile.Read(ref inHand);

    public int MostInHand { get; private set; }

    public static async Task<PumpDriver> StartAsync(
        Func<LeasedMessage, CancellationToken, Task<StageResult>> handle, int concurrency = 8, int failReceives = 0)
    {
        var driver = new PumpDriver(handle, concurrency, failReceives);
        await driver.pump.StartAsync(CancellationToken.None);
        return driver;
    }

    public async Task SendAsync(params IReadOnlyList<string> ids) => await Queue.SendAsync(
        QueueName.Reports,
        [.. ids.Select(id => new QueueMessage { Id = id, Body = "{}"u8.ToArray(), Lane = Lane.FlashActual })],
        CancellationToken.None);

    public Task EmptyAsync() => Eventually.TrueAsync(
        async () => (await Queue.GetDepthAsync(QueueName.Reports, CancellationToken.None)).Active == 0, "the queue empty");

    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync() =>
        await Queue.PeekDeadLettersAsync(QueueName.Reports, null, 100, CancellationToken.None);

    public Task StopAsync() => pump.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        var stopping = pump.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                return stopping.IsCompleted;
            },
            "the pump stopped");
        await stopping;
        pump.Dispose();
        await services.DisposeAsync();
    }

    private sealed class Stage(PumpDriver driver, Func<LeasedMessage, CancellationToken, Task<StageResult>> handle) : IQueueStage
    {
        public QueueName Queue => QueueName.Reports;

        public async Task<StageResult> RunAsync(LeasedMessage message, CancellationToken cancellationToken)
        {
            driver.Handled.Enqueue(message.Message.Id);
            lock (driver)
            {
                driver.MostInHand = Math.Max(driver.MostInHand, ++driver.inHand);
            }

            try
            {
                return await handle(message, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref driver.inHand);
            }
        }
    }
}

/// <summary>A queue that remembers how messages were given back and can fail to be reached.</summary>
internal sealed class WatchedQueue(IMessageQueue inner) : IMessageQueue
{
    private int renewals;
    private int failReceives;

    public ConcurrentQueue<TimeSpan> GaveBack { get; } = [];

    public int Renewals => Volatile.Read(ref renewals);

    public int FailReceives
    {
        init => failReceives = value;
    }

    public ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken) =>
        inner.SendAsync(queue, messages, cancellationToken);

    public ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken) =>
        Interlocked.Decrement(ref failReceives) >= 0 ? throw new IOException("The queue is cut off.") : inner.ReceiveAsync(queue, max, lease, cancellationToken);

    public ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) => inner.CompleteAsync(message, cancellationToken);

    public async ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        var given = await inner.AbandonAsync(message, delay, cancellationToken);
        GaveBack.Enqueue(delay);
        return given;
    }

    public ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
        inner.DeadLetterAsync(message, reason, cancellationToken);

    public async ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        var kept = await inner.RenewAsync(message, lease, cancellationToken);
        Interlocked.Increment(ref renewals);
        return kept;
    }

    public ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
        inner.PeekDeadLettersAsync(queue, after, max, cancellationToken);

    public ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken) =>
        inner.ReplayDeadLetterAsync(queue, id, cancellationToken);

    public ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken) => inner.GetDepthAsync(queue, cancellationToken);
}
