namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// Where callers leave their writes for the writer's thread. Holds a bounded number; who comes when it is full waits for
/// room, which is how load reaches back to the senders.
/// </summary>
internal sealed class Inbox(SqliteOptions options) : IDisposable
{
    private const int GroupBytes = 16 << 20;

    private readonly Lock gate = new();
    private readonly Queue<PendingWrite> queue = new();
    private readonly SemaphoreSlim room = new(options.PendingWrites);

    // Not disposed with the rest: a timer or a late caller may still set it.
    private readonly AutoResetEvent arrived = new(false);
    private bool ticked;
    private bool closed;

    /// <summary>Completes with the write's outcome.</summary>
    public Task<T> SubmitAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        if (!room.Wait(0, CancellationToken.None))
        {
            return SubmitWhenThereIsRoomAsync(write, cancellationToken);
        }

        Enqueue(write, cancellationToken);
        return write.Outcome;
    }

    /// <summary>Wakes the writer without a write.</summary>
    public void Tick()
    {
        lock (gate)
        {
            ticked = true;
        }

        arrived.Set();
    }

    /// <summary>What is inside is still taken; nothing more comes in.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
        }

        arrived.Set();
    }

    /// <summary>All that waits now, up to a group's size; possibly nothing. False when closed and empty.</summary>
    public bool TryTake(List<PendingWrite> group, out bool tick)
    {
        lock (gate)
        {
            tick = ticked;
            ticked = false;
            if (closed && queue.Count == 0)
            {
                return false;
            }

            var taken = 0;
            for (var bytes = 0L; taken < options.GroupSize && bytes < GroupBytes && queue.TryDequeue(out var write); taken++)
            {
                bytes += write.Bytes;
                group.Add(write);
            }

            if (taken > 0)
            {
                room.Release(taken);
            }

            if (queue.Count > 0)
            {
                arrived.Set();
            }

            return true;
        }
    }

    /// <summary>Blocks until something has come since the last time.</summary>
    public void Wait() => arrived.WaitOne();

    private async Task<T> SubmitWhenThereIsRoomAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        Enqueue(write, cancellationToken);
        return await write.Outcome.ConfigureAwait(false);
    }

    private void Enqueue(PendingWrite write, CancellationToken cancellationToken)
    {
        write.Watch(cancellationToken);
        lock (gate)
        {
            if (!closed)
            {
                queue.Enqueue(write);
                if (queue.Count == 1)
                {
                    arrived.Set();
                }

                return;
            }
        }

        room.Release();
        if (write.TryStart())
        {
            write.Fail(new ObjectDisposedException(nameof(SqliteDatabase)));
        }
    }
}
