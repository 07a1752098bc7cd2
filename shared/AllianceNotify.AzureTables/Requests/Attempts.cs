using Azure;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>
/// Requests to the service, repeated with back-off while it is busy or cannot be reached. The SDK's own retries are off: only who
/// counts the attempts knows whether an answer may be to an earlier one.
/// </summary>
internal sealed partial class Attempts(AzureTablesOptions options, Uri endpoint, TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();

    /// <param name="attempt">One request. Is told whether an earlier attempt may have been applied although its answer was lost.</param>
    /// <param name="cancellationToken">Ends waiting and the request under way.</param>
    /// <exception cref="StoreUnreachableException">The service did not answer within <see cref="AzureTablesOptions.RetryFor"/>, or refused this hub.</exception>
    public async Task<T> RunAsync<T>(Func<bool, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        var uncertain = false;
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                return await attempt(uncertain, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Failure.Of(exception, time.GetUtcNow()) is { } failure)
            {
                uncertain |= failure.MayHaveApplied;
                var wait = failure.RetryAfter ?? WaitAfter(attempts);
                if (!failure.MayRetry || time.GetElapsedTime(started) + wait > options.RetryFor)
                {
                    throw Unreachable(exception, failure);
                }

                if (wait > TimeSpan.Zero)
                {
                    Log.Again(logger, attempts, StatusOf(exception), wait.TotalSeconds);
                }

                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Exponential, drawn from the upper half of each step so that those who were refused together do not come back together.</summary>
    private TimeSpan WaitAfter(int attempts)
    {
        var step = Math.Min(LongestWait.TotalSeconds, FirstWait.TotalSeconds * Math.Pow(2, Math.Min(attempts - 1, 10)));
        lock (gate)
        {
            return TimeSpan.FromSeconds(step * (0.5 + (random.NextDouble() / 2)));
        }
    }

    private StoreUnreachableException Unreachable(Exception exception, Failure failure) => new(
        failure.MayRetry
            ? $"Table Storage at {endpoint} does not answer: {FirstLine(exception)}"
            : $"Table Storage at {endpoint} refuses this hub ({StatusOf(exception)} {(exception as RequestFailedException)?.ErrorCode}): "
                + "its key or its role (Storage Table Data Contributor) is not right for this account.",
        exception);

    private static int StatusOf(Exception exception) => (exception as RequestFailedException)?.Status ?? 0;

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].Trim();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Attempt {Attempt} on Table Storage failed with status {Status}; the next is in {Seconds:F1} s.")]
        public static partial void Again(ILogger logger, int attempt, int status, double seconds);
    }
}
