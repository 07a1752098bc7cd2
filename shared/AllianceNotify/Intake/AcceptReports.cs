using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Intake;

/// <summary>
/// Takes reports in. What it answers <see cref="IntakeResult.Accepted"/> for is on disk and queued for triage: the report is
/// stored under the id that its source and source id determine, and its queue message is sent with it, in one commit where
/// store and queue lie together. Where they do not, a crash between the two leaves a report without a message; the sender,
/// who has no answer, sends again, and that sends the message.
/// </summary>
public sealed partial class AcceptReports
{
    private readonly ReportReader reader;
    private readonly ReportTable reports;
    private readonly IdempotencyKeys keys;
    private readonly IMessageQueue queue;
    private readonly ReportLane lane;
    private readonly HubMetrics metrics;
    private readonly TimeProvider time;
    private readonly IntakeOptions options;
    private readonly ILogger<AcceptReports> logger;

    public AcceptReports(
        ReportReader reader,
        IEntityStore store,
        IMessageQueue queue,
        ReportLane lane,
        HubMetrics metrics,
        TimeProvider time,
        IntakeOptions options,
        ILogger<AcceptReports> logger)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxBodyBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Concurrency);
        this.reader = reader;
        reports = new ReportTable(store);
        keys = new IdempotencyKeys(store);
        this.queue = queue;
        this.lane = lane;
        this.metrics = metrics;
        this.time = time;
        this.options = options;
        this.logger = logger;
    }

    /// <summary>One body: a report, or a collection of them. <paramref name="contentType"/> as in the request, parameters and all.</summary>
    /// <exception cref="Exception">Store or queue could not be reached: nothing is accepted, and sending again is safe.</exception>
    public Task<IntakeResult> AcceptAsync(ReadOnlyMemory<byte> body, string? contentType, IntakeCaller caller, CancellationToken cancellationToken) =>
        AcceptAsync(body, contentType, envelope: null, caller, cancellationToken);

    /// <summary>One body inside a CloudEvent whose attributes came beside it (binary mode).</summary>
    public async Task<IntakeResult> AcceptAsync(
        ReadOnlyMemory<byte> body, string? contentType, CloudEventAttributes? envelope, IntakeCaller caller, CancellationToken cancellationToken)
    {
        using var activity = HubTelemetry.Source.StartActivity("accept report");
        var result = await TakeAsync(body, contentType, envelope, caller, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("alliancenotify.intake.result", result.GetType().Name);
        if (result is IntakeResult.Accepted { Items: [var only] })
        {
            activity?.SetTag("alliancenotify.report.id", only.Id.Value);
        }

        return result;
    }

    private async Task<IntakeResult> TakeAsync(
        ReadOnlyMemory<byte> body, string? contentType, CloudEventAttributes? envelope, IntakeCaller caller, CancellationToken cancellationToken)
    {
        if (!caller.MaySubmit)
        {
            return new IntakeResult.Forbidden("This caller may not submit reports.");
        }

        if (caller.IdempotencyKey is { } key && !IdempotencyKeys.IsValid(key))
        {
            return new IntakeResult.Invalid([new FieldError("Idempotency-Key", "must be 1 to 255 visible ASCII characters")]);
        }

        var (read, skipped, failure) = Parse(body, contentType, envelope, caller);
        if (read is null)
        {
            return failure!;
        }

        if (caller.IdempotencyKey is { } name && !await keys.ClaimAsync(caller.Id, name, body, time.GetUtcNow(), cancellationToken).ConfigureAwait(false))
        {
            return new IntakeResult.IdempotencyConflict();
        }

        var items = await StoreAsync(read, send: true, cancellationToken).ConfigureAwait(false);
        await SendMissingAsync(items, cancellationToken).ConfigureAwait(false);
        return new IntakeResult.Accepted([.. items.Select(item => item.Answer)]) { SkippedEntries = skipped };
    }

    /// <summary>The reports in the body, packed for the store, and the entries that are none; or the answer where there are none to be had.</summary>
    private (PackedReport[]? Reports, IReadOnlyList<FieldError> Skipped, IntakeResult? Failure) Parse(
        ReadOnlyMemory<byte> body, string? contentType, CloudEventAttributes? envelope, IntakeCaller caller)
    {
        var most = caller.MaxBodyBytes ?? options.MaxBodyBytes;
        if (body.Length > most)
        {
            return (null, [], new IntakeResult.TooLarge(most));
        }

        switch (reader.Read(body, contentType, new ReadContext(time.GetUtcNow()) { Envelope = envelope }))
        {
            case ReadOutcome.Unsupported unsupported:
                return (null, [], new IntakeResult.UnsupportedMediaType(unsupported.Reason));
            case ReadOutcome.Read { Result: ReadResult.Invalid invalid }:
                return (null, [], new IntakeResult.Invalid(invalid.Errors));
            case ReadOutcome.Read { Result: ReadResult.Refused refused }:
                return (null, [], new IntakeResult.Refused(refused.Reason));
            case ReadOutcome.Read { Result: ReadResult.Reports read }:
                if (read.Items.FirstOrDefault(report => caller.Sources?.Contains(report.Source) == false) is { } foreign)
                {
                    return (null, [], new IntakeResult.Forbidden($"This caller may not report as {foreign.Source}."));
                }

                if (caller.NotBefore is { } since)
                {
                    read = read with { Items = [.. read.Items.Where(report => report.ObservedAt >= since)] };
                }

                var packed = new PackedReport[read.Items.Count];
                for (var i = 0; i < packed.Length; i++)
                {
                    if (reports.Pack(read.Items[i]) is not { } fitting)
                    {
                        return (null, [], new IntakeResult.TooLarge(ReportTable.MaxStoredBytes));
                    }

                    packed[i] = new PackedReport(read.Items[i], fitting);
                }

                return (packed, read.SkippedEntries, null);
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}.");
        }
    }

    /// <summary>Stores what is not there yet; with <paramref name="send"/> together with its message.</summary>
    private async Task<StoredItem[]> StoreAsync(PackedReport[] read, bool send, CancellationToken cancellationToken)
    {
        if (read.Length == 1)
        {
            return [await StoreAsync(read[0], send, cancellationToken).ConfigureAwait(false)];
        }

        // At once rather than one after the other: writes that wait together share a flush of the disk.
        var items = new StoredItem[read.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, read.Length, parallel, async (i, token) => items[i] = await StoreAsync(read[i], send, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        return items;
    }

    private async Task<StoredItem> StoreAsync(PackedReport packed, bool send, CancellationToken cancellationToken)
    {
        var report = packed.Report;
        var isNew = send
            ? await reports.InsertAndSendAsync(report.Id, packed.Body, queue, MessageFor(report), cancellationToken).ConfigureAwait(false)
            : await reports.InsertAsync(report.Id, packed.Body, cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            metrics.ReportAccepted(report.Format, Formats.JsonFields.WireName(report.Mode));
            Log.Accepted(logger, report.Id, report.Format, report.Mode);
            return new StoredItem(report, new AcceptedItem(report.Id, Duplicate: false), NeedsMessage: !send);
        }

        var first = await reports.GetWithOutcomeAsync(report.Id, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"Report {report.Id} is both there and not there.");
        var differs = !reports.SameContent(first.Report, report);
        if (differs)
        {
            Log.Differs(logger, report.Id);
        }

        // A duplicate that triage has not settled gets its message again: the first one may never have been sent.
        return new StoredItem(first.Report, new AcceptedItem(report.Id, Duplicate: true, differs), NeedsMessage: first.Outcome is null);
    }

    private async Task SendMissingAsync(StoredItem[] items, CancellationToken cancellationToken)
    {
        if (!items.Any(item => item.NeedsMessage))
        {
            return;
        }

        var sent = items.Where(item => !item.NeedsMessage).Select(item => item.Report.Id).ToHashSet();
        var messages = items.Where(item => item.NeedsMessage && sent.Add(item.Report.Id)).Select(item => MessageFor(item.Report)).ToList();
        if (messages.Count > 0)
        {
            await queue.SendAsync(QueueName.Reports, messages, cancellationToken).ConfigureAwait(false);
        }
    }

    private QueueMessage MessageFor(SituationReport report) => new QueueMessage
    {
        Id = report.Id.Value,
        Body = QueuedReportJson.Write(report.Id),
        Lane = LaneOf(report),
    }.WithTrace();

    private Lane LaneOf(SituationReport report)
    {
        try
        {
            return lane.Of(report);
        }
        catch (Exception e)
        {
            // The lane is a courtesy, the report is not: a fault in the estimate must not keep it out of the queue, where triage
            // will meet the same fault and set the report aside for a person.
            Log.NoLane(logger, report.Id, e);
            return Lanes.For(Urgency.Urgent, report.Mode);
        }
    }

    private sealed record PackedReport(SituationReport Report, ReadOnlyMemory<byte> Body);

    private sealed record StoredItem(SituationReport Report, AcceptedItem Answer, bool NeedsMessage);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Report {Report} accepted ({Format}, {Mode}).")]
        public static partial void Accepted(ILogger logger, ReportId report, string format, ReportMode mode);

        [LoggerMessage(2, LogLevel.Warning, "Report {Report} came again under its source's id with other content; the first stands.")]
        public static partial void Differs(ILogger logger, ReportId report);

        [LoggerMessage(3, LogLevel.Error, "Line {Line} of a batch could not be stored or queued.")]
        public static partial void LineFailed(ILogger logger, int line, Exception exception);

        [LoggerMessage(5, LogLevel.Error, "The urgency of report {Report} could not be estimated; it waits among the urgent ones.")]
        public static partial void NoLane(ILogger logger, ReportId report, Exception exception);

        [LoggerMessage(4, LogLevel.Warning, "A report on the queue was refused and not stored: {Reason}")]
        public static partial void QueuedRefused(ILogger logger, string reason);
    }
}
