using AllianceNotify.Amqp;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Security;
using AllianceNotify.Messaging;

namespace AllianceNotify.Functions.Triggers;

/// <summary>A function that the host calls with what waits in one queue of the broker. Its name is its path.</summary>
/// <param name="Name">Of its folder under <c>bindings</c>.</param>
/// <param name="Queue">Whose stage it runs.</param>
/// <param name="Lane">What the broker's queue holds: each lane has its own, so that none waits behind another.</param>
internal sealed record QueueFunction(string Name, QueueName Queue, Lane Lane)
{
    public string BrokerQueue => new AmqpQueueNames().Of(Queue, Lane);
}

/// <summary>A function that the host calls by the clock.</summary>
/// <param name="Name">Of its folder under <c>bindings</c>.</param>
/// <param name="Sweep">The work, as <see cref="PumpWiring.AddSweep"/> named it.</param>
/// <param name="Schedule">Six fields, seconds first, UTC.</param>
internal sealed record TimerFunction(string Name, string Sweep, string Schedule);

/// <summary>
/// All that the host calls by itself. <c>bindings/NAME/function.json</c> says the same to the host; a test holds the two together.
/// </summary>
internal static class TriggerFunctions
{
    /// <summary>The input binding's name, of queues and timers alike.</summary>
    public const string Binding = "input";

    /// <summary>The application settings that say where the broker is begin with this.</summary>
    public const string Connection = "ServiceBus";

    public static readonly IReadOnlyList<QueueFunction> Queues =
    [
        .. AmqpQueueNames.Lanes.SelectMany(lane => new[]
        {
            new QueueFunction($"TriageReport{Suffix(lane)}", QueueName.Reports, lane),
            new QueueFunction($"FanOutAlert{Suffix(lane)}", QueueName.Alerts, lane),
            new QueueFunction($"DeliverAlert{Suffix(lane)}", QueueName.Deliveries, lane),
        }),
    ];

    public static readonly IReadOnlyList<TimerFunction> Timers =
    [
        new("EscalateUnanswered", StageWiring.EscalationSweep, "*/10 * * * * *"),
        new("PollFeeds", StageWiring.FeedSweep, "*/10 * * * * *"),
        new("CheckCommunications", StageWiring.CheckSweep, "0 7 * * * *"),
        new("WatchSources", StageWiring.SourceSweep, "*/30 * * * * *"),
        new("Housekeeping", SecurityWiring.HousekeepingSweep, "0 17 * * * *"),
    ];

    private static string Suffix(Lane lane) => lane.ToString().Replace("Actual", "", StringComparison.Ordinal);
}
