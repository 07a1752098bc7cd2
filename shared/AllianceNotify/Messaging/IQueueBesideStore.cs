using AllianceNotify.Storage;

namespace AllianceNotify.Messaging;

/// <summary>A queue that lies where a store lies, so that a record and the message about it can be one commit.</summary>
public interface IQueueBesideStore : IMessageQueue
{
    /// <summary>Whether this is the store that the queue lies beside.</summary>
    bool IsBeside(IEntityStore store);

    /// <summary>One write to that store and, where it applies, one message: both are durable when this returns, or neither is there.</summary>
    ValueTask<WriteResult> WriteAndSendAsync(
        TableName table, string partition, EntityWrite write, QueueName queue, QueueMessage message, CancellationToken cancellationToken);
}

public static class WriteAndSend
{
    /// <summary>
    /// Writes a record and, where that applies, sends the message about it. In one commit where queue and store lie together;
    /// otherwise one after the other, and a crash between the two leaves the record without its message.
    /// </summary>
    public static async ValueTask<WriteResult> WriteAndSendAsync(
        this IMessageQueue messages,
        IEntityStore store,
        TableName table,
        string partition,
        EntityWrite write,
        QueueName queue,
        QueueMessage message,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (messages is IQueueBesideStore beside && beside.IsBeside(store))
        {
            return await beside.WriteAndSendAsync(table, partition, write, queue, message, cancellationToken).ConfigureAwait(false);
        }

        ArgumentNullException.ThrowIfNull(messages);
        var result = await store.WriteAsync(table, partition, write, cancellationToken).ConfigureAwait(false);
        if (result is WriteResult.Applied)
        {
            await messages.SendAsync(queue, [message], cancellationToken).ConfigureAwait(false);
        }

        return result;
    }
}
