using System.Diagnostics;
using System.Security.Cryptography;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;

namespace AllianceNotify.Functions.Triggers;

/// <summary>
/// Runs a stage over a message that the host holds. The host completes the message when this returns and abandons it when this
/// throws; there is no third way. So what can never be handled is set aside in the hub's own dead letters first. And because
/// the broker hands an abandoned message out again at once, up to its limit, the failure is told only after a while: ten
/// deliveries would otherwise be used up in the first second of an outage.
/// </summary>
internal sealed partial class RunStage(
    IServiceProvider services, DeadLetterTable deadLetters, IEntityStore store, HubMetrics metrics, TimeProvider time, ILogger<RunStage> logger)
{
    /// <summary>With the longest wait, less than the host's functionTimeout of ten minutes, at which it would kill the process with all in hand.</summary>
    internal static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);

    internal static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(2), LongestOutageWait = TimeSpan.FromMinutes(4);

    /// <exception cref="OperationCanceledException">It took longer than <see cref="LongestRun"/>, or the caller gave up.</exception>
    public async Task RunAsync(QueueFunction function, TriggerMessage message, CancellationToken cancellationToken)
    {
        var leased = LeasedOf(function, message);
        using var activity = QueueTracing.StartProcessing(leased);
        try
        {
            using var tooLong = new CancellationTokenSource(LongestRun, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancellationToken);
            switch (await services.GetRequiredKeyedService<IQueueStage>(function.Queue.Value).RunAsync(leased, either.Token))
            {
                case StageResult.Completed:
                    return;
                case StageResult.Poison poison:
                    await SetAsideAsync(leased, poison.Reason, either.Token);
                    return;
                case var other:
                    throw new InvalidOperationException($"A stage result {other.GetType().Name} is not known.");
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            activity?.AddException(exception);
            Log.Failed(logger, exception, leased.Message.Id, function.Name, message.DeliveryCount);
            await WaitAsync(function, leased.DeliveryCount, cancellationToken);
            throw;
        }
    }

    /// <summary>The lane is the function's: nothing that a body says can change it.</summary>
    private LeasedMessage LeasedOf(QueueFunction function, TriggerMessage message)
    {
        var now = time.GetUtcNow();
        var queued = new QueueMessage { Id = message.Id ?? "", Body = message.Body, Lane = function.Lane, TraceParent = message.TraceParent };
        var count = Math.Min(message.DeliveryCount, function.Queue.MaxDeliveries);
        return new LeasedMessage(function.Queue, queued, LeaseId: "", count, message.EnqueuedAt ?? now, now + LongestRun);
    }

    private async Task SetAsideAsync(LeasedMessage message, string reason, CancellationToken cancellationToken)
    {
        var body = Convert.ToHexStringLower(SHA256.HashData(message.Message.Body.Span));
        var letter = new StoredDeadLetter
        {
            // The body is part of the id: a sender that repeats an id must not hide one message behind another.
            Id = StoredDeadLetter.IdOf(message.EnqueuedAt, message.Queue.Value, message.Message.Id, body),
            Queue = message.Queue.Value,
            Body = "",
            Message = message.Message.Body.ToArray(),
            Lane = message.Message.Lane,
            Reason = MessageLimits.Kept(reason),
            Attempts = message.DeliveryCount,
            PlannedAt = message.EnqueuedAt,
            DeadAt = time.GetUtcNow(),
        };
        if (await deadLetters.AddAsync(letter, cancellationToken))
        {
            metrics.DeadLettered(message.Queue.Value);
            Log.Poison(logger, message.Message.Id, message.Queue);
        }
    }

    private async Task WaitAsync(QueueFunction function, int deliveryCount, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await Task.Delay(BackOff.Of(deliveryCount, FirstWait, LongestWait), time, cancellationToken);
        var pauses = 0;
        while (await store.AskAsync(cancellationToken) is { } outage && time.GetElapsedTime(began) < LongestOutageWait)
        {
            if (pauses == 0)
            {
                Log.StoreOut(logger, outage, function.Name);
            }

            await Task.Delay(BackOff.Of(++pauses, QueuePump.FirstPause, QueuePump.LongestUnnoticed), time, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Message {MessageId} failed in {Function} at delivery {DeliveryCount}; it will be delivered again")]
        public static partial void Failed(ILogger logger, Exception exception, string messageId, string function, int deliveryCount);

        [LoggerMessage(2, LogLevel.Error, "Message {MessageId} of {Queue} can never be handled and waits among the dead letters")]
        public static partial void Poison(ILogger logger, string messageId, QueueName queue);

        [LoggerMessage(3, LogLevel.Error, "The store cannot be reached; {Function} waits")]
        public static partial void StoreOut(ILogger logger, Exception exception, string function);
    }
}
