using AllianceNotify.Functions.Pumps;
using OpenTelemetry;

namespace AllianceNotify.Functions.Rehearsal;

/// <summary>
/// Sends test alerts through a hub of its own, to nobody, shortly after the start: the runtime compiles what it meets, and again
/// what it meets often, and the first real flash alert should not have to wait for that. Steps aside for real work; a rehearsal
/// that fails is a warning and no more.
/// </summary>
internal sealed partial class RehearseAlerts(
    string folder, IServiceProvider services, WorkInHand real, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<RehearseAlerts> logger)
    : BackgroundService
{
    /// <summary>
    /// Alerts, with a pause after each group. The runtime counts calls only once it has met no new code for a tenth of a second, and
    /// compiles anew what is called 30 times after that: the first group meets the code, the second is counted.
    /// </summary>
    private static readonly int[] Groups = [2, 20, 20];

    /// <summary>The first requests after a start come first.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.WaitForStartAsync(stoppingToken))
        {
            return;
        }

        // Spans of what is rehearsed would be read as alerts.
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            await Task.Delay(Wait, time, stoppingToken);
            await StepAsideAsync(stoppingToken);
            Remove(folder);
            Directory.CreateDirectory(folder);
            await RehearseAsync(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.Failed(logger, exception);
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            Remove(folder);
        }
    }

    private async Task RehearseAsync(CancellationToken stopping)
    {
        var begun = time.GetTimestamp();
        await using var hub = new RehearsalHub(services, folder);
        await hub.StartAsync(stopping);
        var number = 0;
        foreach (var group in Groups)
        {
            for (var end = number + group; number < end; number++)
            {
                await StepAsideAsync(stopping);
                await hub.AlertAsync(number, stopping);
            }

            await Task.Delay(Pause, time, stopping);
        }

        Log.Done(logger, number, hub.Answered, time.GetElapsedTime(begun).TotalSeconds);
    }

    private async Task StepAsideAsync(CancellationToken stopping)
    {
        while (!real.IsNone)
        {
            await Task.Delay(LookAgain, time, stopping);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Rehearsed {Alerts} alerts to {Deliveries} recipients in {Seconds:0.0} s. Nothing was sent.")]
        public static partial void Done(ILogger logger, int alerts, int deliveries, double seconds);

        [LoggerMessage(2, LogLevel.Warning, "The rehearsal after the start failed; the first alerts may take a little longer")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
