using AllianceNotify.Reports;

namespace AllianceNotify.Delivery;

/// <summary>Configuration section <c>Delivery</c>.</summary>
public sealed class DeliveryOptions
{
    public const string Section = "Delivery";

    /// <summary>How long a worker holds the deliveries it took. Sends that would outlast it are cut off. 20 s to 10 min.</summary>
    public TimeSpan ClaimTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Sends in flight in this process over all targets: what bounds its sockets. 1 to 10,000.</summary>
    public int MaxConcurrentSends { get; set; } = 256;

    /// <summary>
    /// Chunks of one lane that work on one target at a time, until the target has shown that it answers fast. The rest go back
    /// to the queue, so that a slow target holds no more than these workers. 1 to 100.
    /// </summary>
    public int ChunksPerTarget { get; set; } = 2;

    /// <summary>Targets whose limits and circuit are remembered; the longest idle are forgotten first. 16 to 100,000.</summary>
    public int MaxTargets { get; set; } = 2048;

    /// <summary>Limits by channel name; a channel without an entry has the defaults.</summary>
    public Dictionary<string, ChannelLimits> Channels { get; } = new(StringComparer.Ordinal);

    public ChannelLimits For(string channel) => Channels.GetValueOrDefault(channel) ?? Default;

    /// <summary>
    /// When a delivery that may first be tried at <paramref name="from"/> is given up on <paramref name="channel"/>.
    /// </summary>
    /// <param name="channel">Name of the channel.</param>
    /// <param name="urgency">Of the alert.</param>
    /// <param name="from">When it may first be tried.</param>
    /// <param name="lastChannel">No other channel follows: giving up early would gain nothing.</param>
    public DateTimeOffset DeadlineFor(string channel, Urgency urgency, DateTimeOffset from, bool lastChannel)
    {
        var limits = For(channel);
        return from + (lastChannel ? limits.LastChannelDeadlines : limits.Deadlines).For(urgency);
    }

    private static readonly ChannelLimits Default = new();
}

/// <summary>What one channel may do to one target (a server or account).</summary>
public sealed class ChannelLimits
{
    /// <summary>For one send, connecting included. 100 ms to 2 min, and less than half of <see cref="DeliveryOptions.ClaimTime"/>.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Sends in flight to one target. 1 to 1,000.</summary>
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>Sends begun in any <see cref="Window"/>; null: as many as go. 1 to 100,000.</summary>
    public int? Permits { get; set; }

    /// <summary>1 s to 1 h.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait of deliveries that found their target full before they ask again. 1 s to 5 min.</summary>
    public TimeSpan ReturnAtMost { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Share of sends that fail in <see cref="BreakerSampling"/> at which the target is left alone. Above 0, at most 1.</summary>
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Fewest sends in <see cref="BreakerSampling"/> that say anything. 2 to 10,000.</summary>
    public int BreakerMinimum { get; set; } = 8;

    /// <summary>1 s to 10 min.</summary>
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a failing target is left alone at first; doubled by each failed probe. 500 ms to <see cref="BreakAtMost"/>.</summary>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>At most 1 h.</summary>
    public TimeSpan BreakAtMost { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Sends begun for one delivery before it goes to the next channel. 1 to 1,000.</summary>
    public int MaxAttempts { get; set; } = 40;

    /// <summary>Shortest wait before another attempt. 10 ms to <see cref="BackoffCap"/>.</summary>
    public TimeSpan BackoffBase { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait that back-off chooses (a Retry-After may be longer). At most 1 h.</summary>
    public TimeSpan BackoffCap { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long this channel is tried where the contact has another one.</summary>
    public UrgencyTimes Deadlines { get; set; } = new()
    {
        Flash = TimeSpan.FromMinutes(1),
        Urgent = TimeSpan.FromMinutes(5),
        Routine = TimeSpan.FromHours(2),
        Info = TimeSpan.FromHours(12),
    };

    /// <summary>How long it is tried where it is the contact's last.</summary>
    public UrgencyTimes LastChannelDeadlines { get; set; } = new()
    {
        Flash = TimeSpan.FromMinutes(30),
        Urgent = TimeSpan.FromHours(2),
        Routine = TimeSpan.FromHours(24),
        Info = TimeSpan.FromHours(24),
    };
}

/// <summary>A time for each urgency, 1 s to 7 days.</summary>
public sealed class UrgencyTimes
{
    public required TimeSpan Flash { get; set; }

    public required TimeSpan Urgent { get; set; }

    public required TimeSpan Routine { get; set; }

    public required TimeSpan Info { get; set; }

    public TimeSpan For(Urgency urgency) => urgency switch
    {
        Urgency.Flash => Flash,
        Urgency.Urgent => Urgent,
        Urgency.Routine => Routine,
        Urgency.Info => Info,
        _ => throw new ArgumentOutOfRangeException(nameof(urgency), urgency, "Unknown urgency."),
    };
}
