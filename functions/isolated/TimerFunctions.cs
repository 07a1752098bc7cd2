using Microsoft.Azure.Functions.Worker;

namespace AllianceNotify.Isolated;

/// <summary>What is done by the clock.</summary>
public sealed class TimerFunctions(HubOfTheWorker hub)
{
    [Function("EscalateUnanswered")]
    public Task EscalateUnanswered([TimerTrigger("*/10 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("EscalateUnanswered", cancellationToken);

    [Function("Housekeeping")]
    public Task Housekeeping([TimerTrigger("0 17 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        hub.RunSweepAsync("Housekeeping", cancellationToken);
}
