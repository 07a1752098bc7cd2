namespace AllianceNotify.Functions.Pumps;

/// <summary>Runs one sweep at its interval, one run at a time; a run that fails is logged and the next one comes as ever, after a pause that grows.</summary>
internal sealed partial class SweepPump(Sweep sweep, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<SweepPump> logger) : BackgroundService
{
    /// <summary>How long the end of an outage may go unnoticed by a sweep that runs more often: somebody waits to be asked again.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await lifetime.WaitForStartAsync(stoppingToken))
        {
            return;
        }

        var failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    await sweep.RunAsync(stoppingToken);
                    failures = 0;
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    failures++;
                    Log.Failed(logger, exception, sweep.Name, failures);
                }

                var pause = failures == 0 ? sweep.Every : BackOff.Of(failures, sweep.Every, LongestPause > sweep.Every ? LongestPause : sweep.Every);
                await Task.Delay(pause, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Sweep {Sweep} failed, {Failures} in a row")]
        public static partial void Failed(ILogger logger, Exception exception, string sweep, int failures);
    }
}
