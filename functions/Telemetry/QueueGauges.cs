using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Messaging;
using AllianceNotify.Telemetry;

namespace AllianceNotify.Functions.Telemetry;

/// <summary>Depth, age and dead letters of each queue as last read; a gauge's callback must not wait for a queue.</summary>
internal sealed class QueueGauges
{
    private readonly ConcurrentDictionary<string, QueueDepth> depths = new(StringComparer.Ordinal);

    public QueueGauges(IMeterFactory meters, TimeProvider time)
    {
        var meter = meters.Create(HubTelemetry.Name);
        meter.CreateObservableGauge("alliancenotify.queue.depth", () => Read(depth => depth.Active, depth => depth.Counted), "{message}", "Messages waiting or in hand.");
        meter.CreateObservableGauge("alliancenotify.queue.dead_letters", () => Read(depth => depth.DeadLetters, depth => depth.Counted), "{message}", "Messages set aside for a person.");
        meter.CreateObservableGauge(
            "alliancenotify.queue.age",
            () => Read(depth => depth.OldestEnqueuedAt is { } oldest ? Math.Max(0, (time.GetUtcNow() - oldest).TotalSeconds) : 0.0, depth => depth.OldestKnown),
            "s",
            "How long the oldest waiting message has waited.");
    }

    public void Set(QueueName queue, QueueDepth depth) => depths[queue.Value] = depth;

    /// <summary>What a broker does not tell is no measurement, rather than a nought.</summary>
    private IEnumerable<Measurement<T>> Read<T>(Func<QueueDepth, T> value, Func<QueueDepth, bool> isKnown)
        where T : struct => depths.Where(pair => isKnown(pair.Value)).Select(pair => new Measurement<T>(value(pair.Value), new KeyValuePair<string, object?>("queue", pair.Key)));
}

/// <summary>Reads the queues' depths every few seconds while somebody collects metrics.</summary>
internal sealed partial class QueueGaugeRefresh(
    QueueGauges gauges, IMessageQueue queue, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<QueueGaugeRefresh> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.WaitForStartAsync(stoppingToken))
        {
            return;
        }

        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                await RefreshAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RefreshAsync(CancellationToken stopping)
    {
        try
        {
            foreach (var name in QueueName.All)
            {
                gauges.Set(name, await queue.GetDepthAsync(name, stopping));
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.NotRead(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The depth of the queues could not be read")]
        public static partial void NotRead(ILogger logger, Exception exception);
    }
}
