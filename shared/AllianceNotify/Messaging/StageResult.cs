namespace AllianceNotify.Messaging;

/// <summary>
/// How a stage leaves the message it was given. Anything unexpected is an exception instead: it settles nothing, and the
/// queue hands the message out again.
/// </summary>
public abstract record StageResult
{
    private StageResult()
    {
    }

    /// <summary>All that the message asked for is durable; the message can go.</summary>
    public sealed record Completed : StageResult
    {
        public static readonly Completed Instance = new();
    }

    /// <summary>The message can never be handled; a person must look. The reason is shown to them.</summary>
    public sealed record Poison(string Reason) : StageResult;

    public static StageResult Done => Completed.Instance;
}

/// <summary>A stage's public entry: one message in, done or poison out. Safe to run twice on the same message.</summary>
public interface IQueueStage
{
    QueueName Queue { get; }

    Task<StageResult> RunAsync(LeasedMessage message, CancellationToken cancellationToken);
}
