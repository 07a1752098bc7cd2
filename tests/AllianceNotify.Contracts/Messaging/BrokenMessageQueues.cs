using System.Collections.Concurrent;
using AllianceNotify.Messaging;

namespace AllianceNotify.Contracts.Messaging;

/// <summary>Queues that are each wrong in one way, made from a right one. The contract must catch them all.</summary>
public static class BrokenMessageQueues
{
    public static readonly IReadOnlyDictionary<string, Func<IMessageQueue, IMessageQueue>> All = new Dictionary<string, Func<IMessageQueue, IMessageQueue>>
    {
        ["loses a message of a large send"] = inner => new ChangesSends(inner, messages => messages.Count > 100 ? [.. messages.Take(messages.Count - 1)] : messages),
        ["sends twice"] = inner => new ChangesSends(inner, messages => [.. messages, .. messages]),
        ["has no lanes"] = inner => new ChangesSends(inner, messages => [.. messages.Select(message => message with { Lane = Lane.Exercise })]),
        ["shows messages before they are due"] = inner => new ChangesSends(inner, messages => [.. messages.Select(message => message with { NotBefore = null })]),
        ["drops the trace"] = inner => new ChangesSends(inner, messages => [.. messages.Select(message => message with { TraceParent = null })]),
        ["sends the part of a send that it can"] = inner => new ChangesSends(inner, messages => [.. messages.Where(message => message.Body.Length <= MessageLimits.MaxBodyBytes)]),
        ["forgets the delivery count"] = inner => new ChangesReceives(inner, message => message with { DeliveryCount = 1 }),
        ["counts deliveries from nought"] = inner => new ChangesReceives(inner, message => message with { DeliveryCount = message.DeliveryCount - 1 }),
        ["hands one message to two receivers"] = inner => new HandsOutTwice(inner),
        ["wakes nobody"] = inner => new WakesNobody(inner),
        ["keeps a message for a receiver that gave up"] = inner => new KeepsForCancelled(inner),
        ["never gives up on a message"] = inner => new NeverGivesUp(inner),
        ["takes every answer, however late"] = inner => new TakesLateAnswers(inner),
        ["completes nothing"] = inner => new CompletesNothing(inner),
        ["renews nothing"] = inner => new RenewsNothing(inner),
        ["loses what is abandoned"] = inner => new LosesAbandoned(inner),
        ["abandons without the delay"] = inner => new AbandonsAtOnce(inner),
        ["loses what is dead"] = inner => new LosesDead(inner),
        ["forgets why a message is dead"] = inner => new ForgetsReasons(inner),
        ["refuses long reasons"] = inner => new RefusesLongReasons(inner),
        ["lists the dead youngest first"] = inner => new ListsBackwards(inner),
        ["lists the dead from the start each time"] = inner => new ListsFromStart(inner),
        ["keeps a dead letter that was replayed"] = inner => new KeepsReplayed(inner),
        ["says it has replayed and has not"] = inner => new ReplaysNothing(inner),
        ["counts only what waits"] = inner => new CountsHalf(inner),
        ["goes on when cancelled"] = inner => new IgnoresCancellation(inner),
    };

    private sealed class ChangesSends(IMessageQueue inner, Func<IReadOnlyList<QueueMessage>, IReadOnlyList<QueueMessage>> change) : PassesOn(inner)
    {
        public override ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken) =>
            Inner.SendAsync(queue, change(messages), cancellationToken);
    }

    private sealed class ChangesReceives(IMessageQueue inner, Func<LeasedMessage, LeasedMessage> change) : PassesOn(inner)
    {
        public override async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken) =>
            [.. (await Inner.ReceiveAsync(queue, max, lease, cancellationToken)).Select(change)];
    }

    private sealed class HandsOutTwice(IMessageQueue inner) : PassesOn(inner)
    {
        private readonly ConcurrentQueue<LeasedMessage> again = new();
        private int count;

        public override async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
        {
            if (again.TryDequeue(out var message))
            {
                return [message];
            }

            var received = await Inner.ReceiveAsync(queue, max, lease, cancellationToken);
            if (Interlocked.Increment(ref count) % 5 == 1)
            {
                again.Enqueue(received[0]);
            }

            return received;
        }
    }

    private sealed class WakesNobody(IMessageQueue inner) : PassesOn(inner)
    {
        public override async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
        {
            var depth = await Inner.GetDepthAsync(queue, cancellationToken);
            if (depth.Active == 0)
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            return await Inner.ReceiveAsync(queue, max, lease, cancellationToken);
        }
    }

    private sealed class KeepsForCancelled(IMessageQueue inner) : PassesOn(inner)
    {
        public override async ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await Inner.ReceiveAsync(queue, max, lease, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        }
    }

    private sealed class NeverGivesUp(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken) =>
            Inner.ReceiveAsync(queue with { MaxDeliveries = int.MaxValue }, max, lease, cancellationToken);
    }

    private sealed class TakesLateAnswers(IMessageQueue inner) : PassesOn(inner)
    {
        public override async ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) =>
            await Inner.CompleteAsync(message, cancellationToken) || true;
    }

    private sealed class CompletesNothing(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) =>
            Inner.RenewAsync(message, message.LeasedUntil - message.EnqueuedAt, cancellationToken);
    }

    private sealed class RenewsNothing(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken) => ValueTask.FromResult(true);
    }

    private sealed class LosesAbandoned(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
            Inner.CompleteAsync(message, cancellationToken);
    }

    private sealed class AbandonsAtOnce(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
            Inner.AbandonAsync(message, TimeSpan.Zero, cancellationToken);
    }

    private sealed class LosesDead(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
            Inner.CompleteAsync(message, cancellationToken);
    }

    private sealed class ForgetsReasons(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
            Inner.DeadLetterAsync(message, "Failed.", cancellationToken);
    }

    private sealed class RefusesLongReasons(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
            reason.Length > MessageLimits.MaxReasonLength ? throw new ArgumentException("Too long.", nameof(reason)) : Inner.DeadLetterAsync(message, reason, cancellationToken);
    }

    private sealed class ListsBackwards(IMessageQueue inner) : PassesOn(inner)
    {
        public override async ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
            [.. (await Inner.PeekDeadLettersAsync(queue, after, max, cancellationToken)).Reverse()];
    }

    private sealed class ListsFromStart(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
            Inner.PeekDeadLettersAsync(queue, null, max, cancellationToken);
    }

    private sealed class KeepsReplayed(IMessageQueue inner) : PassesOn(inner)
    {
        public override async ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken)
        {
            if ((await Inner.PeekDeadLettersAsync(queue, null, 100, cancellationToken)).FirstOrDefault(letter => letter.Id == id) is not { } letter)
            {
                return false;
            }

            await Inner.SendAsync(queue, [letter.Message], cancellationToken);
            return true;
        }
    }

    private sealed class ReplaysNothing(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken) => ValueTask.FromResult(true);
    }

    private sealed class CountsHalf(IMessageQueue inner) : PassesOn(inner)
    {
        public override async ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken) =>
            await Inner.GetDepthAsync(queue, cancellationToken) is var depth && depth.OldestEnqueuedAt is null ? depth with { Active = 0 } : depth with { Active = depth.Active - 1 };
    }

    private sealed class IgnoresCancellation(IMessageQueue inner) : PassesOn(inner)
    {
        public override ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken) =>
            Inner.SendAsync(queue, messages, CancellationToken.None);
    }

    private abstract class PassesOn(IMessageQueue inner) : IMessageQueue
    {
        protected IMessageQueue Inner => inner;

        public virtual ValueTask SendAsync(QueueName queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken) =>
            inner.SendAsync(queue, messages, cancellationToken);

        public virtual ValueTask<IReadOnlyList<LeasedMessage>> ReceiveAsync(QueueName queue, int max, TimeSpan lease, CancellationToken cancellationToken) =>
            inner.ReceiveAsync(queue, max, lease, cancellationToken);

        public virtual ValueTask<bool> CompleteAsync(LeasedMessage message, CancellationToken cancellationToken) => inner.CompleteAsync(message, cancellationToken);

        public virtual ValueTask<bool> AbandonAsync(LeasedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
            inner.AbandonAsync(message, delay, cancellationToken);

        public virtual ValueTask<bool> DeadLetterAsync(LeasedMessage message, string reason, CancellationToken cancellationToken) =>
            inner.DeadLetterAsync(message, reason, cancellationToken);

        public virtual ValueTask<bool> RenewAsync(LeasedMessage message, TimeSpan lease, CancellationToken cancellationToken) =>
            inner.RenewAsync(message, lease, cancellationToken);

        public virtual ValueTask<IReadOnlyList<DeadLetter>> PeekDeadLettersAsync(QueueName queue, string? after, int max, CancellationToken cancellationToken) =>
            inner.PeekDeadLettersAsync(queue, after, max, cancellationToken);

        public virtual ValueTask<bool> ReplayDeadLetterAsync(QueueName queue, string id, CancellationToken cancellationToken) =>
            inner.ReplayDeadLetterAsync(queue, id, cancellationToken);

        public virtual ValueTask<QueueDepth> GetDepthAsync(QueueName queue, CancellationToken cancellationToken) => inner.GetDepthAsync(queue, cancellationToken);
    }
}
