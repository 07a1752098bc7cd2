using System.Text.Json.Nodes;

namespace AllianceNotify.Contracts.Graph;

/// <summary>A mail that the fake took.</summary>
public sealed record SentMail(
    string Sender,
    string Subject,
    string ContentType,
    string Html,
    string? Importance,
    IReadOnlyList<string> To,
    IReadOnlyList<string> Bcc,
    IReadOnlyList<string> ReplyTo,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyDictionary<string, string> Properties,
    bool SaveToSentItems,
    DateTimeOffset At)
{
    public IEnumerable<string> Recipients => To.Concat(Bcc);
}

/// <summary>A notification that the fake put into one person's feed.</summary>
public sealed record SentActivity(
    string User,
    string ActivityType,
    long ChainId,
    string Preview,
    string WebUrl,
    IReadOnlyDictionary<string, string> Parameters,
    bool Bulk,
    DateTimeOffset At);

public enum GraphCallKind
{
    Mail,
    UserActivity,
    BulkActivity,
    Batch,
}

/// <summary>One request that arrived, whatever came of it. <paramref name="User"/>: the mailbox or the person in the path.</summary>
public sealed record GraphCall(GraphCallKind Kind, string? User, JsonNode? Body, bool InBatch, DateTimeOffset At);

/// <summary>What a script lets go wrong.</summary>
public abstract record GraphFault
{
    private GraphFault()
    {
    }

    /// <summary>An error in Graph's own shape. <paramref name="RetryAfter"/>: the header as it is to be written; null: none.</summary>
    public sealed record Answer(int Status, string Code, string Message = "", string? RetryAfter = null) : GraphFault;

    /// <summary>A page of a gateway before Graph.</summary>
    public sealed record Gateway(int Status, string? RetryAfter = null) : GraphFault;

    public sealed record Drop : GraphFault;

    public sealed record Hang : GraphFault;
}

/// <summary>Microsoft's documented limits, stated here apart from what the hub is configured with.</summary>
public sealed record FakeGraphLimits
{
    public static readonly FakeGraphLimits Documented = new();

    /// <summary>For tests of something else, on a clock that stands still.</summary>
    public static readonly FakeGraphLimits None = new()
    {
        MessagesAMinute = int.MaxValue,
        RecipientsADay = int.MaxValue,
        ExternalADay = int.MaxValue,
        AppConcurrency = int.MaxValue,
        MailboxConcurrency = int.MaxValue,
        BulkASecond = int.MaxValue,
        UserASecond = int.MaxValue,
    };

    /// <summary>Exchange Online: messages of one mailbox.</summary>
    public int MessagesAMinute { get; init; } = 30;

    /// <summary>Exchange Online: recipients of one mailbox.</summary>
    public int RecipientsADay { get; init; } = 10_000;

    /// <summary>Exchange Online: external recipients of the tenant; a trial's.</summary>
    public int ExternalADay { get; init; } = 5_000;

    /// <summary>Exchange Online: recipients of one message.</summary>
    public int RecipientsAMessage { get; init; } = 1_000;

    /// <summary>Outlook service: requests in flight of an app, in one mailbox.</summary>
    public int MailboxConcurrency { get; init; } = 4;

    /// <summary>Outlook service, newer text: whatever the mailbox.</summary>
    public int AppConcurrency { get; init; } = 4;

    /// <summary>Teams: sendActivityNotificationToRecipients of an app in a tenant.</summary>
    public int BulkASecond { get; init; } = 2;

    /// <summary>Teams: recipients of one such call.</summary>
    public int BulkRecipients { get; init; } = 100;

    /// <summary>Teams: sendActivityNotification of an app in a tenant.</summary>
    public int UserASecond { get; init; } = 5;

    /// <summary>Graph: requests in one batch.</summary>
    public int Batch { get; init; } = 20;

    /// <summary>Outlook service: internetMessageHeaders of one message.</summary>
    public int Headers { get; init; } = 5;

    /// <summary>Teams: what a token must have left for the bulk call.</summary>
    public TimeSpan TokenLeft { get; init; } = TimeSpan.FromMinutes(45);
}

/// <summary>Usage in a sliding window.</summary>
internal sealed class SlidingWindow(TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, int Amount)> used = new();
    private long sum;

    /// <summary>Null: counted. Else over the limit, and when there would be room.</summary>
    public DateTimeOffset? Over(int amount, int limit, DateTimeOffset now)
    {
        while (used.TryPeek(out var oldest) && oldest.At + window <= now)
        {
            sum -= used.Dequeue().Amount;
        }

        if (sum + amount > limit)
        {
            return used.TryPeek(out var first) ? first.At + window : now + window;
        }

        used.Enqueue((now, amount));
        sum += amount;
        return null;
    }
}
