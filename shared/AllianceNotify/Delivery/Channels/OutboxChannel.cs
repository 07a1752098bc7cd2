using System.Text;

namespace AllianceNotify.Delivery.Channels;

/// <summary>One body of an outbox message: the end of its file name (<c>.eml</c>) and what goes into it.</summary>
public sealed record OutboxFormat(string Suffix, Func<AlertDispatch, DispatchRecipient, DateTimeOffset, ReadOnlyMemory<byte>> Write)
{
    /// <summary>The Adaptive Card with the recipient's link.</summary>
    public static readonly OutboxFormat Card =
        new(".card.json", (dispatch, recipient, _) => Encoding.UTF8.GetBytes(dispatch.Content.CardFor(recipient.AcknowledgeUrl)));
}

/// <summary>
/// Writes alerts into a folder that the hub shows as a page: for exercises, for a hub with no mail server, and for contacts
/// who are read to from the screen. Also stands in, under their names, for channels that are not set up; its ProviderId
/// (<c>outbox:ID</c>) says so.
/// </summary>
public sealed class OutboxChannel(string name, OutboxFolder folder, IEnumerable<OutboxFormat> formats, TimeProvider time) : IAlertChannel
{
    public const string ChannelName = "outbox";

    private readonly List<OutboxFormat> formats = [.. formats];

    public string Name => name;

    public int MaxRecipients => 1;

    public string TargetOf(string address) => $"outbox:{name}";

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        var recipient = dispatch.Recipients.Single();
        var now = time.GetUtcNow();
        var entry = new OutboxEntry
        {
            Id = OutboxFolder.IdOf(dispatch.Alert.MadeAt, recipient.MessageId),
            MessageId = recipient.MessageId,
            Alert = dispatch.Alert.Id,
            Situation = dispatch.Alert.Situation,
            Mode = dispatch.Alert.Mode,
            ModeInDoubt = dispatch.Alert.ModeDoubt is not null,
            Urgency = dispatch.Alert.Urgency,
            Round = dispatch.Round,
            Channel = name,
            Contact = recipient.Contact,
            Address = recipient.Address,
            DisplayName = recipient.DisplayName,
            Subject = dispatch.Content.Subject,
            Language = dispatch.Content.Language,
            WrittenAt = now,
            Bodies = [.. formats.Select(format => format.Suffix)],
        };
        try
        {
            await folder.WriteAsync(entry, [.. formats.Select(format => format.Write(dispatch, recipient, now))], cancellationToken).ConfigureAwait(false);
            return [new DeliveryOutcome.Delivered($"outbox:{entry.Id}")];
        }
        catch (IOException exception)
        {
            return [new DeliveryOutcome.Deferred(null, $"The outbox cannot be written: {exception.GetType().Name}.")];
        }
        catch (UnauthorizedAccessException)
        {
            return [new DeliveryOutcome.Misconfigured("The hub may not write to the outbox folder.")];
        }
    }
}
