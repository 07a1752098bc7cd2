using System.Collections.Concurrent;
using AllianceNotify.Intake;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Feeds;

/// <summary>
/// The timer's work: sources that are due are fetched, each by itself and within its time. May run on several instances: who writes the next
/// time into a source's status fetches it.
/// </summary>
public sealed partial class PollFeeds : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly SourceTable sources;
    private readonly SourceStatusTable statuses;
    private readonly FetchSource fetch;
    private readonly FeedOptions options;
    private readonly Random random;
    private readonly TimeProvider time;
    private readonly ILogger<PollFeeds> logger;
    private readonly SemaphoreSlim slots;
    private readonly ConcurrentDictionary<SourceId, Task> inHand = new();

    public PollFeeds(
        SourceTable sources, SourceStatusTable statuses, AcceptReports intake, IOptions<FeedOptions> options, Random random, TimeProvider time, ILogger<PollFeeds> logger)
    {
        this.sources = sources;
        this.statuses = statuses;
        this.options = options.Value;
        this.random = random;
        this.time = time;
        this.logger = logger;
        fetch = new FetchSource(intake, statuses, options);
        slots = new SemaphoreSlim(options.Value.Concurrency);
    }

    public void Dispose()
    {
        fetch.Dispose();
        slots.Dispose();
    }

    /// <summary>Fetches every source that is due. Answers when all are done, or after <paramref name="patience"/>: a slow one goes on by itself, within its time, and is not started again meanwhile.</summary>
    public async Task RunAsync(CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var now = time.GetUtcNow();
        await foreach (var source in sources.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (source.Value is { IsEnabled: true, Kind: not SourceKind.Reports } due && !inHand.ContainsKey(due.Id))
            {
                var status = await statuses.GetAsync(due.Id, cancellationToken).ConfigureAwait(false);
                if (!(status?.Value.NextFetchAt > now))
                {
                    inHand[due.Id] = Task.Run(() => PollAsync(due, cancellationToken), CancellationToken.None);
                }
            }
        }

        var all = Task.WhenAll(inHand.Values);
        if (patience is { } limit)
        {
            await Task.WhenAny(all, Task.Delay(limit, time, cancellationToken)).ConfigureAwait(false);
        }
        else
        {
            await all.ConfigureAwait(false);
        }

        foreach (var (id, _) in inHand.Where(task => task.Value.IsCompleted))
        {
            inHand.TryRemove(id, out _);
        }
    }

    private async Task PollAsync(ReportSource source, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PollWithinAsync(source, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The store or a format failed: the source's next time is written already, and the others go on.
            Log.Broke(logger, exception, source.Id);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task PollWithinAsync(ReportSource source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var limit = TimeSpan.FromSeconds(options.TimeoutSeconds);
        var current = await statuses.GetAsync(source.Id, cancellationToken).ConfigureAwait(false);
        var status = current?.Value ?? new SourceStatus { Id = source.Id, Since = now };
        if (status.NextFetchAt > now || !await statuses.TryWriteAsync(status with { NextFetchAt = now + limit + source.Interval }, current?.ETag, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        FetchResult result;
        using (var within = new CancellationTokenSource(limit, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(within.Token, cancellationToken))
        {
            try
            {
                result = await fetch.RunAsync(source, status, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (within.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                result = new FetchResult.Failed($"No whole answer within {options.TimeoutSeconds} s.");
            }
        }

        var done = time.GetUtcNow();
        switch (result)
        {
            case FetchResult.Fetched fetched:
                if (fetched.Status.LastError is { } unread && unread != status.LastError)
                {
                    Log.PartlyRead(logger, source.Id, unread);
                }

                await statuses.ChangeAsync(
                    source.Id,
                    now,
                    before => before with
                    {
                        LastFetchAt = done,
                        LastHeard = done,
                        NextFetchAt = done + source.Interval,
                        LastError = fetched.Status.LastError,
                        Failures = 0,
                        ETag = fetched.Status.ETag,
                        LastModified = fetched.Status.LastModified,
                        AddedAfter = fetched.Status.AddedAfter,
                    },
                    cancellationToken).ConfigureAwait(false);
                break;
            case FetchResult.Failed failed:
                Log.NotFetched(logger, source.Id, failed.Reason);
                await statuses.ChangeAsync(
                    source.Id,
                    now,
                    before => before with { LastFetchAt = done, NextFetchAt = done + PauseOf(source, before.Failures + 1, failed.RetryAfter), LastError = failed.Reason, Failures = before.Failures + 1 },
                    cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Doubles with each failure up to an hour, a little different each time; never shorter than the server asked for.</summary>
    private TimeSpan PauseOf(ReportSource source, int failures, TimeSpan? retryAfter)
    {
        var pause = source.Interval * Math.Min(Math.Pow(2, Math.Min(failures, 20)), Math.Max(1, LongestPause / source.Interval)) * (0.9 + random.NextDouble() * 0.2);
        return retryAfter > pause ? retryAfter.Value > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : retryAfter.Value : pause;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Source {Source} was not fetched: {Reason}")]
        public static partial void NotFetched(ILogger logger, SourceId source, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Source {Source} was fetched. {Reason}")]
        public static partial void PartlyRead(ILogger logger, SourceId source, string reason);

        [LoggerMessage(2, LogLevel.Error, "Fetching source {Source} failed in this hub.")]
        public static partial void Broke(ILogger logger, Exception exception, SourceId source);
    }
}
