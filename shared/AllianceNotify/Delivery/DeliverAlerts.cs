using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery;

/// <summary>
/// The delivery stage: sends one chunk and writes down what came of it. Idempotent by delivery record: what was sent is
/// skipped, what another worker holds is left to it, and an attempt under way when the process dies is made again under
/// the same Message-ID.
/// </summary>
/// <remarks>
/// In order: read and gate the alert; read the chunk's records; look once more at who may still be told, and where; ask each target for room; claim and
/// withhold (one conditional write); send, each target for itself; write the outcomes (one write, or a few where a target is slow); queue and plan what follows.
/// A claim never outlasts the message's lease, and no send outlasts its claim. So whoever is handed the message again finds
/// no send of ours still running, and may take over the claims made under the message's ticket at once.
/// </remarks>
public sealed partial class DeliverAlerts : IQueueStage, IDisposable
{
    /// <summary>Of a claim's time: kept back for writing the outcomes.</summary>
    private static readonly TimeSpan RecordingTime = TimeSpan.FromSeconds(5);

    /// <summary>A slow target's outcomes do not keep the others' from being written for longer than this.</summary>
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    /// <summary>At shutdown nothing new is begun, and what is in flight gets this long.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly DeliveryTable table;
    private readonly SendableAlerts alerts;
    private readonly ChannelSet channels;
    private readonly ChannelPipelines pipelines;
    private readonly FollowUps followUps;
    private readonly AcknowledgeLinks links;
    private readonly IMessageQueue queue;
    private readonly DeliveryOptions options;
    private readonly Backoff backoff;
    private readonly LastLook look;
    private readonly SituationTable situations;
    private readonly TimeProvider time;
    private readonly HubMetrics metrics;
    private readonly ILogger<DeliverAlerts> logger;
    private readonly SemaphoreSlim sendSlots;

    public DeliverAlerts(
        DeliveryTable table,
        ContactTable contacts,
        ListTable lists,
        SituationTable situations,
        RenderAlert render,
        ChannelSet channels,
        DeadLetterTable deadLetters,
        AcknowledgeLinks links,
        IMessageQueue queue,
        IOptions<DeliveryOptions> options,
        Random random,
        TimeProvider time,
        HubMetrics metrics,
        ILogger<DeliverAlerts> logger)
    {
        this.table = table;
        this.channels = channels;
        this.links = links;
        this.queue = queue;
        this.options = options.Value;
        this.time = time;
        this.metrics = metrics;
        this.logger = logger;
        alerts = new SendableAlerts(situations, render);
        this.situations = situations;
        look = new LastLook(contacts, lists, table);
        backoff = new Backoff(random);
        pipelines = new ChannelPipelines(options.Value, time);
        followUps = new FollowUps(table, deadLetters, queue, options.Value, time, metrics);
        sendSlots = new SemaphoreSlim(options.Value.MaxConcurrentSends);
    }

    public QueueName Queue => QueueName.Deliveries;

    public void Dispose() => sendSlots.Dispose();

    public async Task<StageResult> RunAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        var (chunk, unreadable) = DeliveryChunkMessage.Read(message.Message.Body);
        if (chunk is null)
        {
            return new StageResult.Poison(unreadable!);
        }

        using var activity = HubTelemetry.Source.StartActivity("deliver alert");
        activity?.SetTag("alliancenotify.alert.id", chunk.Alert.Value);
        activity?.SetTag("alliancenotify.channel", chunk.Channel);
        activity?.SetTag("messaging.batch.message_count", chunk.Contacts.Count);
        if (chunk.Contacts.Count > DeliveryChunkMessage.MaxContacts || chunk.Contacts.Distinct().Count() != chunk.Contacts.Count)
        {
            await SplitAsync(chunk, message.Message.Lane, cancellationToken).ConfigureAwait(false);
            return StageResult.Done;
        }

        switch (await alerts.GetAsync(chunk.Alert, chunk.Language, cancellationToken).ConfigureAwait(false))
        {
            case Sendable.Refused refused:
                Log.Refused(logger, chunk.Alert, chunk.Channel);
                return new StageResult.Poison(refused.Reason);
            case Sendable.Ready ready:
                return await DeliverAsync(chunk, ready, message.LeasedUntil, activity, cancellationToken).ConfigureAwait(false);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<StageResult> DeliverAsync(
        DeliveryChunk chunk, Sendable.Ready ready, DateTimeOffset leasedUntil, Activity? activity, CancellationToken cancellationToken)
    {
        var alert = ready.Alert;
        var lane = Lanes.For(alert.Urgency, alert.Mode);
        var channel = channels.Find(chunk.Channel);
        var now = time.GetUtcNow();
        var claimUntil = now + options.ClaimTime < leasedUntil ? now + options.ClaimTime : leasedUntil;
        if (claimUntil - RecordingTime <= now)
        {
            Log.LeaseTooShort(logger, chunk.Alert, chunk.Channel);
            await queue.SendAsync(QueueName.Deliveries, [Renamed(chunk, chunk.Contacts).ToMessage(lane)], cancellationToken).ConfigureAwait(false);
            return StageResult.Done;
        }

        var recorder = new OutcomeRecorder(table, chunk.Alert, time);
        using var claims = new ChunkClaims(table, look, options, pipelines, time);
        await claims.TakeAsync(alert, chunk, channel, lane, claimUntil, cancellationToken).ConfigureAwait(false);

        IReadOnlyList<Exception> bugs = [];
        if (channel is not null && claims.Shares.Any())
        {
            bugs = await SendAndRecordAsync(chunk, ready, channel, claims, recorder, claimUntil - RecordingTime, cancellationToken).ConfigureAwait(false);
        }

        Settle(chunk, alert, claims, recorder, activity);
        using (var grace = new CancellationTokenSource(RecordingTime, time))
        {
            await followUps.ApplyAsync(alert, chunk, claims.Waiting, claims.Lapsed, grace.Token).ConfigureAwait(false);
            await NoteWithheldAsync(alert, chunk, claims.Withheld, grace.Token).ConfigureAwait(false);
        }

        if (bugs.Count > 0)
        {
            ExceptionDispatchInfo.Throw(bugs.Count == 1 ? bugs[0] : new AggregateException(bugs));
        }

        return claims.Unplanned.Count == 0
            ? StageResult.Done
            : new StageResult.Poison(
                $"No delivery of alert {chunk.Alert} by {chunk.Channel} in round {chunk.Round} is planned for {string.Join(", ", claims.Unplanned.Take(20))}"
                + (claims.Unplanned.Count > 20 ? $" and {claims.Unplanned.Count - 20} more." : "."));
    }

    /// <summary>Sends to all targets at once and writes outcomes as they come. Answers the channel's own exceptions, which settle nothing.</summary>
    private async Task<IReadOnlyList<Exception>> SendAndRecordAsync(
        DeliveryChunk chunk,
        Sendable.Ready ready,
        IAlertChannel channel,
        ChunkClaims claims,
        OutcomeRecorder recorder,
        DateTimeOffset sendUntil,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        using var cutOff = new CancellationTokenSource(sendUntil > now ? sendUntil - now : TimeSpan.Zero, time);
        using var draining = cancellationToken.Register(() =>
        {
            var left = sendUntil - time.GetUtcNow();
            cutOff.CancelAfter(left < DrainTime ? left > TimeSpan.Zero ? left : TimeSpan.Zero : DrainTime);
        });
        var sending = new ChunkSends(
            chunk, ready, channel, links, recorder, options, backoff, sendSlots, time, sendUntil, cutOff.Token, cancellationToken);
        var all = Task.WhenAll(claims.Shares.Select(sending.RunAsync));
        while (!all.IsCompleted)
        {
            using var waited = new CancellationTokenSource();
            var flush = Task.Delay(FlushEvery, time, waited.Token);
            if (await Task.WhenAny(all, flush).ConfigureAwait(false) == flush)
            {
                try
                {
                    await recorder.FlushAsync(RecordingTime).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Sends may be running, which must not be left; the outcomes are kept, and the last write throws.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Log.RecordingFailed(logger, exception, chunk.Alert, chunk.Channel);
                }
            }

            await waited.CancelAsync().ConfigureAwait(false);
        }

        await all.ConfigureAwait(false);
        await recorder.FlushAsync(RecordingTime).ConfigureAwait(false);
        return [.. sending.Bugs];
    }

    private void Settle(DeliveryChunk chunk, Alert alert, ChunkClaims claims, OutcomeRecorder recorder, Activity? activity)
    {
        var now = time.GetUtcNow();
        foreach (var contact in recorder.Superseded)
        {
            claims.Waiting[contact] = now;
        }

        foreach (var step in recorder.Written)
        {
            if (step.Record.State == DeliveryState.Queued)
            {
                claims.Waiting[step.Record.Contact] = step.Record.NotBefore ?? now;
            }
            else if (step.Record.State == DeliveryState.Failed)
            {
                claims.Lapsed.Add(step.Record);
            }
        }

        foreach (var group in recorder.Written.Concat(claims.GivenUp).GroupBy(step => step.Outcome, StringComparer.Ordinal))
        {
            activity?.SetTag($"alliancenotify.deliveries.{group.Key}", group.Count());
            Log.Outcome(logger, chunk.Alert, chunk.Channel, chunk.Round, group.Key, group.Count());
            foreach (var step in group.Where(step => step.Record.State is DeliveryState.Sent or DeliveryState.Failed))
            {
                metrics.DeliverySettled(chunk.Channel, step.Outcome, step.Outcome == DeliveryStep.Sent ? now - alert.MadeAt : null);
            }
        }
    }

    /// <summary>A line of the situation's timeline for each moment at which somebody was withheld from; written again, it is the same line.</summary>
    private async Task NoteWithheldAsync(Alert alert, DeliveryChunk chunk, IReadOnlyCollection<DeliveryRecord> withheld, CancellationToken cancellationToken)
    {
        const int Named = 20;
        foreach (var group in withheld.GroupBy(record => record.WithheldAt!.Value))
        {
            var records = group.OrderBy(record => record.Contact.Value, StringComparer.Ordinal).ToList();
            var named = string.Join(' ', records.Take(Named).Select(record => $"{record.Contact}: {record.Reason}"));
            var entry = new TimelineEntry
            {
                At = group.Key,
                Kind = TimelineKind.Withheld,
                Alert = chunk.Alert,
                Detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Round {chunk.Round}: {records.Count} not told by {chunk.Channel} after all. {named}{(records.Count > Named ? " …" : "")}"),
            };
            var about = string.Create(CultureInfo.InvariantCulture, $"{chunk.Alert}|{chunk.Round}|{chunk.Channel}|{records[0].Contact}");
            await situations.NoteAsync(alert.Situation, entry, about, cancellationToken).ConfigureAwait(false);
            Log.Outcome(logger, chunk.Alert, chunk.Channel, chunk.Round, DeliveryStep.Withheld, records.Count);
        }
    }

    private async Task SplitAsync(DeliveryChunk chunk, Lane lane, CancellationToken cancellationToken) =>
        await queue.SendAsync(
            QueueName.Deliveries,
            [.. chunk.Contacts.Distinct().Chunk(DeliveryChunkMessage.MaxContacts).Select(contacts =>
                Renamed(chunk, contacts).ToMessage(lane))],
            cancellationToken).ConfigureAwait(false);

    private static DeliveryChunk Renamed(DeliveryChunk chunk, IReadOnlyList<ContactId> contacts) =>
        DeliveryChunkMessage.NewChunk(chunk.Alert, chunk.Channel, chunk.Round, chunk.Language, contacts);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Alert {Alert} by {Channel}, round {Round}: {Count} {Outcome}.")]
        public static partial void Outcome(ILogger logger, AlertId alert, string channel, int round, string outcome, int count);

        [LoggerMessage(2, LogLevel.Critical, "Alert {Alert} may not be sent by {Channel}: it and its situation, marking or words do not agree.")]
        public static partial void Refused(ILogger logger, AlertId alert, string channel);

        [LoggerMessage(3, LogLevel.Warning, "Outcomes of alert {Alert} by {Channel} could not be written yet.")]
        public static partial void RecordingFailed(ILogger logger, Exception exception, AlertId alert, string channel);

        [LoggerMessage(4, LogLevel.Warning, "A chunk of alert {Alert} by {Channel} came with too little of its lease left; it is queued again.")]
        public static partial void LeaseTooShort(ILogger logger, AlertId alert, string channel);
    }
}
