using System.Collections.Concurrent;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Pumps;

/// <summary>
/// Runs one stage over one queue: a bounded number of messages in hand, their leases renewed while they are worked on, each
/// settled by what the stage said. What a stage throws settles nothing: the message comes again after a delay that doubles
/// with its delivery count. When message after message fails, something behind the stage is down; the pump then takes nothing
/// while the store does not answer, and one message at a time with growing pauses after that, so that an outage does not use up
/// the deliveries of what waits.
/// </summary>
internal sealed partial class QueuePump(
    QueueName name,
    Func<IQueueStage> makeStage,
    IMessageQueue queue,
    IEntityStore store,
    IOptions<PumpOptions> options,
    TimeProvider time,
    HubMetrics metrics,
    WorkInHand work,
    IHostApplicationLifetime lifetime,
    ILogger<QueuePump> logger) : BackgroundService
{
    internal static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.5), LongestRetry = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5), LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How long the end of an outage of the store or of the queue may go unnoticed. To ask costs nothing that waits a delivery.</summary>
    internal static readonly TimeSpan LongestUnnoticed = TimeSpan.FromSeconds(5);

    /// <summary>Failures in a row after which the pump takes it for an outage.</summary>
    internal const int OutageAfter = 5;

    private readonly int concurrency = options.Value.ConcurrencyOf(name.Value);
    private readonly TimeSpan lease = options.Value.Lease;
    private readonly ConcurrentDictionary<string, InHand> inHand = new(StringComparer.Ordinal);
    private IQueueStage? stage;
    private int failuresInARow;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Links in alerts name the address that the server listens on, and a backlog should not delay the first answer.
        if (!await lifetime.WaitForStartAsync(stoppingToken))
        {
            return;
        }

        stage = makeStage();
        using var abandon = new CancellationTokenSource();
        using var drained = new CancellationTokenSource();
        using var slots = new SemaphoreSlim(concurrency);
        var renewal = RenewLeasesAsync(drained.Token);
        try
        {
            await ReceiveAsync(slots, abandon.Token, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        await DrainAsync(abandon);
        await drained.CancelAsync();
        await renewal;
    }

    private async Task ReceiveAsync(SemaphoreSlim slots, CancellationToken abandon, CancellationToken stopping)
    {
        var outages = 0;
        while (true)
        {
            var free = await TakeSlotsAsync(slots, stopping);
            IReadOnlyList<LeasedMessage> messages = [];
            try
            {
                messages = await queue.ReceiveAsync(name, free, lease, stopping);
                outages = 0;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                if (++outages == 1)
                {
                    Log.QueueOut(logger, exception, name);
                }
            }

            if (messages.Count < free)
            {
                slots.Release(free - messages.Count);
            }

            foreach (var message in messages)
            {
                var hand = new InHand(message, abandon);
                inHand[message.LeaseId] = hand;
                work.Take();
                hand.Work = Task.Run(() => HandleAsync(hand, slots), CancellationToken.None);
            }

            if (outages > 0)
            {
                await Task.Delay(BackOff.Of(outages, FirstPause, LongestUnnoticed), time, stopping);
            }
        }
    }

    /// <summary>Waits for one slot and takes all that are free; just the one, after a pause, while everything fails.</summary>
    private async Task<int> TakeSlotsAsync(SemaphoreSlim slots, CancellationToken stopping)
    {
        await slots.WaitAsync(stopping);
        if (Volatile.Read(ref failuresInARow) is var failures && failures >= OutageAfter)
        {
            var pauses = failures - OutageAfter;
            var longest = LongestPause;
            do
            {
                await Task.Delay(BackOff.Of(++pauses, FirstPause, longest), time, stopping);
                longest = LongestUnnoticed;
            }
            while (!await StoreAnswersAsync(stopping));
            return 1;
        }

        var taken = 1;
        while (taken < concurrency && await slots.WaitAsync(TimeSpan.Zero, stopping))
        {
            taken++;
        }

        return taken;
    }

    private async Task<bool> StoreAnswersAsync(CancellationToken stopping)
    {
        if (await store.AskAsync(stopping) is not { } outage)
        {
            return true;
        }

        Log.StoreOut(logger, outage, name);
        return false;
    }

    private async Task HandleAsync(InHand hand, SemaphoreSlim slots)
    {
        var message = hand.Message;
        using var activity = QueueTracing.StartProcessing(message);
        try
        {
            var result = await stage!.RunAsync(message, hand.Cancellation.Token);
            Volatile.Write(ref failuresInARow, 0);
            await SettleAsync(message, result);
        }
        catch (OperationCanceledException) when (hand.Cancellation.IsCancellationRequested)
        {
            // Stopping, or the lease was lost: somebody else may start on it at once.
            await GiveBackAsync(message, TimeSpan.Zero);
        }
        catch (Exception exception)
        {
            Interlocked.Increment(ref failuresInARow);
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, exception.GetType().Name);
            activity?.AddException(exception);
            Log.Failed(logger, exception, message.Message.Id, name, message.DeliveryCount);
            await GiveBackAsync(message, BackOff.Of(message.DeliveryCount, FirstRetry, LongestRetry));
        }
        finally
        {
            inHand.TryRemove(message.LeaseId, out _);
            hand.Cancellation.Dispose();
            work.PutDown();
            slots.Release();
        }
    }

    private async Task SettleAsync(LeasedMessage message, StageResult result)
    {
        switch (result)
        {
            case StageResult.Completed:
                if (!await queue.CompleteAsync(message, CancellationToken.None))
                {
                    Log.LeaseEnded(logger, message.Message.Id, name);
                }

                break;
            case StageResult.Poison poison:
                if (await queue.DeadLetterAsync(message, poison.Reason, CancellationToken.None))
                {
                    metrics.DeadLettered(name.Value);
                    Log.Poison(logger, message.Message.Id, name);
                }

                break;
            default:
                throw new InvalidOperationException($"A stage result {result.GetType().Name} is not known.");
        }
    }

    private async Task GiveBackAsync(LeasedMessage message, TimeSpan delay)
    {
        try
        {
            await queue.AbandonAsync(message, delay, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The lease runs out by itself; the message is handed out again then.
            Log.NotGivenBack(logger, exception, message.Message.Id, name);
        }
    }

    private async Task RenewLeasesAsync(CancellationToken drained)
    {
        using var timer = new PeriodicTimer(lease / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(drained))
            {
                foreach (var hand in inHand.Values.Where(hand => hand.HeldUntil - time.GetUtcNow() < lease * 0.6))
                {
                    await RenewAsync(hand, drained);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RenewAsync(InHand hand, CancellationToken drained)
    {
        try
        {
            var asked = time.GetUtcNow();
            if (await queue.RenewAsync(hand.Message, lease, drained))
            {
                hand.HeldUntil = asked + lease;
            }
            else if (inHand.ContainsKey(hand.Message.LeaseId))
            {
                Log.LeaseEnded(logger, hand.Message.Message.Id, name);
                await hand.Cancellation.CancelAsync();
            }
        }
        catch (ObjectDisposedException)
        {
            // It was settled just now.
        }
        catch (Exception exception) when (!drained.IsCancellationRequested)
        {
            Log.NotRenewed(logger, exception, hand.Message.Message.Id, name);
        }
    }

    /// <summary>Work in hand may finish for a while: an alert cut off between its send and its record would be sent twice.</summary>
    private async Task DrainAsync(CancellationTokenSource abandon)
    {
        var unfinished = Task.WhenAll(inHand.Values.Select(hand => hand.Work));
        try
        {
            await unfinished.WaitAsync(TimeSpan.FromSeconds(options.Value.DrainSeconds), time);
        }
        catch (TimeoutException)
        {
            await abandon.CancelAsync();
            await unfinished;
        }
    }

    private sealed class InHand(LeasedMessage message, CancellationToken abandon)
    {
        public LeasedMessage Message { get; } = message;

        public CancellationTokenSource Cancellation { get; } = CancellationTokenSource.CreateLinkedTokenSource(abandon);

        public DateTimeOffset HeldUntil { get; set; } = message.LeasedUntil;

        public Task Work { get; set; } = Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Error, "The store cannot be reached; {Queue} waits")]
        public static partial void StoreOut(ILogger logger, Exception exception, QueueName queue);

        [LoggerMessage(1, LogLevel.Error, "Queue {Queue} cannot be reached; trying again")]
        public static partial void QueueOut(ILogger logger, Exception exception, QueueName queue);

        [LoggerMessage(2, LogLevel.Error, "Message {MessageId} of {Queue} failed at delivery {DeliveryCount}; it will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string messageId, QueueName queue, int deliveryCount);

        [LoggerMessage(3, LogLevel.Error, "Message {MessageId} of {Queue} can never be handled and waits among the dead letters")]
        public static partial void Poison(ILogger logger, string messageId, QueueName queue);

        [LoggerMessage(4, LogLevel.Warning, "The lease of message {MessageId} of {Queue} had ended; it may be handled again")]
        public static partial void LeaseEnded(ILogger logger, string messageId, QueueName queue);

        [LoggerMessage(5, LogLevel.Warning, "Message {MessageId} of {Queue} could not be given back; it comes again when its lease ends")]
        public static partial void NotGivenBack(ILogger logger, Exception exception, string messageId, QueueName queue);

        [LoggerMessage(6, LogLevel.Warning, "The lease of message {MessageId} of {Queue} could not be renewed")]
        public static partial void NotRenewed(ILogger logger, Exception exception, string messageId, QueueName queue);
    }
}
