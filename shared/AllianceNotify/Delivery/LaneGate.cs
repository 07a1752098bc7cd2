using AllianceNotify.Messaging;

namespace AllianceNotify.Delivery;

/// <summary>At most so many at a time. Who has to wait is let in by lane, then by arrival.</summary>
internal sealed class LaneGate(int slots)
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource, (Lane Lane, long Arrival)> waiting = new();
    private int free = slots;
    private long arrivals;

    /// <summary>Waits for a slot; <see cref="Leave"/> gives it back.</summary>
    public async Task EnterAsync(Lane lane, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource waiter;
        lock (gate)
        {
            if (free > 0)
            {
                free--;
                return;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter, (lane, ++arrivals));
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (waiter, token) => ((TaskCompletionSource)waiter!).TrySetCanceled(token), waiter);
        await waiter.Task.ConfigureAwait(false);
    }

    public void Leave()
    {
        lock (gate)
        {
            while (waiting.TryDequeue(out var waiter, out _))
            {
                // One that was cancelled has left the line.
                if (waiter.TrySetResult())
                {
                    return;
                }
            }

            free++;
        }
    }
}
