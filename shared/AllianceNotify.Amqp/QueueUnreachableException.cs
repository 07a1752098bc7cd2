namespace AllianceNotify.Amqp;

/// <summary>The broker could not be reached, or did not do what it was asked. Nothing is known to have happened.</summary>
public sealed class QueueUnreachableException : IOException
{
    public QueueUnreachableException()
    {
    }

    public QueueUnreachableException(string message)
        : base(message)
    {
    }

    public QueueUnreachableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
