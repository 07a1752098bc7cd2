namespace AllianceNotify.Sqlite.Commits;

/// <summary>
/// One caller's write on its way through the writer. Cancelling counts until the writer starts it: a cancelled write has
/// not happened, and one that has started tells its outcome.
/// </summary>
internal abstract class PendingWrite
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Ended = 2;

    private CancellationToken cancellation;
    private CancellationTokenRegistration registration;
    private int state;

    /// <summary>Roughly what the write adds to its group's transaction.</summary>
    public virtual int Bytes => 0;

    /// <summary>Inside the transaction, on the writer's thread. May run again after a rollback.</summary>
    public abstract void Run(WriterSession session);

    public void Watch(CancellationToken cancellationToken)
    {
        cancellation = cancellationToken;
        registration = cancellationToken.UnsafeRegister(static state => ((PendingWrite)state!).TryCancel(), this);
    }

    public bool TryStart() => Interlocked.CompareExchange(ref state, Running, Waiting) == Waiting;

    /// <summary>Back to waiting, as a receiver does that found no message. False where the caller has cancelled meanwhile.</summary>
    public bool TryPause()
    {
        Interlocked.CompareExchange(ref state, Waiting, Running);
        if (cancellation.IsCancellationRequested)
        {
            TryCancel();
        }

        return Volatile.Read(ref state) == Waiting;
    }

    public bool IsWaiting => Volatile.Read(ref state) == Waiting;

    /// <summary>The transaction is on the disk.</summary>
    public void Complete()
    {
        End();
        Answer();
    }

    public void Fail(Exception error)
    {
        End();
        Refuse(error);
    }

    protected abstract void Answer();

    protected abstract void Refuse(Exception error);

    protected abstract void Cancelled(CancellationToken cancellationToken);

    private void End()
    {
        Volatile.Write(ref state, Ended);

        // Not Dispose: that would wait for a cancellation callback running on another thread.
        registration.Unregister();
    }

    private void TryCancel()
    {
        if (Interlocked.CompareExchange(ref state, Ended, Waiting) == Waiting)
        {
            Cancelled(cancellation);
        }
    }
}

internal abstract class PendingWrite<T> : PendingWrite
{
    private readonly TaskCompletionSource<T> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Outcome => outcome.Task;

    protected T? Result { get; set; }

    protected override void Answer() => outcome.TrySetResult(Result!);

    protected override void Refuse(Exception error) => outcome.TrySetException(error);

    protected override void Cancelled(CancellationToken cancellationToken) => outcome.TrySetCanceled(cancellationToken);
}
