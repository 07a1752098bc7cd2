using System.Collections.Concurrent;
using System.Globalization;
using AllianceNotify.Classification;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Triage;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Feeds;

/// <summary>
/// The timer's work: a source that is expected to report and has been silent for longer than its heartbeat becomes a routine question
/// to the duty desk, once, which ends when it is heard again.
/// </summary>
public sealed partial class WatchSources(
    SourceTable sources,
    SourceStatusTable statuses,
    SituationTable situations,
    ReportTable reports,
    DirectSituation direct,
    IMessageQueue queue,
    TimeProvider time,
    ILogger<WatchSources> logger)
{
    private const int MaxNames = 10_000;

    private readonly HubReports own = new(situations, reports, queue);
    private readonly ConcurrentDictionary<string, DateTimeOffset> heard = new(StringComparer.Ordinal);

    /// <summary>A report of this source has come. Kept in memory; the next sweep writes it down.</summary>
    internal void Heard(string source, DateTimeOffset at)
    {
        if (heard.Count < MaxNames || heard.ContainsKey(source))
        {
            heard.AddOrUpdate(source, at, (_, before) => at > before ? at : before);
        }
    }

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await foreach (var source in sources.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            await WatchAsync(source.Value, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(ReportSource source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = await statuses.GetAsync(source.Id, cancellationToken).ConfigureAwait(false);
        var last = source is { Kind: SourceKind.Reports, ReportsAs: { } name } && heard.TryGetValue(name, out var at) ? at : (DateTimeOffset?)null;
        if (known is null || last > (known.Value.Value.LastHeard ?? DateTimeOffset.MinValue))
        {
            await statuses.ChangeAsync(
                source.Id, now, before => before with { LastHeard = last > (before.LastHeard ?? DateTimeOffset.MinValue) ? last : before.LastHeard }, cancellationToken).ConfigureAwait(false);
            known = await statuses.GetAsync(source.Id, cancellationToken).ConfigureAwait(false);
        }

        var status = known!.Value.Value;
        var since = status.LastHeard ?? status.Since;
        var isSilent = source.IsEnabled && now - since > source.Heartbeat;
        if (isSilent && status.Silent is null)
        {
            var situation = await RaiseAsync(source, since, now, cancellationToken).ConfigureAwait(false);
            await statuses.ChangeAsync(source.Id, now, before => before with { Silent = situation }, cancellationToken).ConfigureAwait(false);
        }
        else if (!isSilent && status.Silent is { } silent)
        {
            var reason = source is { IsEnabled: true, Heartbeat: not null } ? $"{source.Id} is heard again." : $"{source.Id} is not expected to report any more.";
            await direct.CloseAsync(silent, reason, HubReports.Source, cancellationToken).ConfigureAwait(false);
            await statuses.ChangeAsync(source.Id, now, before => before with { Silent = null }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Keyed by source and the time it was last heard: a repeat finds what is there and makes sure that it is told.</summary>
    private async Task<SituationId> RaiseAsync(ReportSource source, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stamp = since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var id = new SituationId(DeterministicId.Of("s-", "silent", source.Id.Value, stamp));
        var report = ReportOf(source, since, now);
        var classification = new ClassificationResult
        {
            Category = CategoryId.Unclassified,
            Confidence = 1,
            Urgency = Urgency.Routine,
            Categories = [],
            Guidelines = null,
            Evidence = [],
            Alternatives = [],
            NeedsReview = true,
            ReviewReason = "A source that is expected to report is silent.",
        };
        var decision = TriageDecision.Decide(id, null, report, classification, now);
        await own.OpenAsync(report, decision.Situation!, decision.Alert!, classification, decision.Reason, now, cancellationToken).ConfigureAwait(false);
        Log.Silent(logger, source.Id, since);
        return id;
    }

    private static SituationReport ReportOf(ReportSource source, DateTimeOffset since, DateTimeOffset now)
    {
        var stamp = since.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var sourceId = $"silent/{source.Id}/{since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}";
        return HubReports.Make(
            sourceId,
            ReportMode.Actual,
            Marking.Default,
            now,
            now,
            new ReportText("en", $"No reports from {source.Name.En}", $"Nothing was heard of {source.Name.En} ({source.Id}) since {stamp} UTC. Check it and the line to it: what it should report may not reach this hub."),
            new ReportText("ja", $"{source.Name.Ja}からの報告が途絶", $"{source.Name.Ja}（{source.Id}）から{stamp} UTC以降、受信がありません。装置と回線を確認してください。報告すべき事態がこのハブに届いていない可能性があります。"));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Nothing was heard of source {Source} since {Since:O}: the duty desk is asked about it.")]
        public static partial void Silent(ILogger logger, SourceId source, DateTimeOffset since);
    }
}
