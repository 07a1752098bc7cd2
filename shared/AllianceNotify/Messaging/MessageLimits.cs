namespace AllianceNotify.Messaging;

/// <summary>
/// What every <see cref="IMessageQueue"/> takes. Adapters check before they touch anything; a breach is a caller's bug
/// and an <see cref="ArgumentException"/>.
/// </summary>
public static class MessageLimits
{
    /// <summary>Bytes in one body (so that a 256 KiB broker message holds it with its properties).</summary>
    public const int MaxBodyBytes = 192 * 1024;

    /// <summary>Characters of a dead letter's reason that are kept.</summary>
    public const int MaxReasonLength = 4096;

    public static void CheckSend(QueueName queue, IReadOnlyList<QueueMessage> messages)
    {
        CheckQueue(queue);
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
        {
            if (message.Body.Length > MaxBodyBytes)
            {
                throw new ArgumentException($"Message {message.Id} has {message.Body.Length} bytes; {MaxBodyBytes} are the limit.", nameof(messages));
            }

            if (message.Lane is < Lane.FlashActual or > Lane.Exercise)
            {
                throw new ArgumentException($"Message {message.Id} is in no known lane ({message.Lane}).", nameof(messages));
            }
        }
    }

    public static void CheckReceive(QueueName queue, int max, TimeSpan lease)
    {
        CheckQueue(queue);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
    }

    public static void CheckQueue(QueueName queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentException.ThrowIfNullOrWhiteSpace(queue.Value, nameof(queue));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(queue.MaxDeliveries, nameof(queue));
    }

    /// <summary>The part of a reason that is kept: a message is never left on the queue because its reason is long.</summary>
    public static string Kept(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (reason.Length <= MaxReasonLength)
        {
            return reason;
        }

        var length = char.IsHighSurrogate(reason[MaxReasonLength - 1]) ? MaxReasonLength - 1 : MaxReasonLength;
        return reason[..length];
    }
}
