using Microsoft.Azure.Functions.Worker;

namespace AllianceNotify.Isolated;

/// <summary>What is done by the clock.</summary>
public sealed class TimerFunctions(HubOfTheWorker hub)
{
    [Function("EscalateUnanswered")]
    public Task EscalateUnanswered([TimerTrigger("*/10 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("EscalateUnanswered", cancellationToken);

    [Function("PollFeeds")]
    public Task PollFeeds([TimerTrigger("*/10 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("PollFeeds", cancellationToken);

    [Function("CheckCommunications")]
    public Task CheckCommunications([TimerTrigger("0 7 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("CheckCommunications", cancellationToken);

    [Function("WatchSources")]
    public Task WatchSources([TimerTrigger("*/30 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("WatchSources", cancellationToken);

    [Function("Housekeeping")]
    public Task Housekeeping([TimerTrigger("0 17 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("Housekeeping", cancellationToken);
}
