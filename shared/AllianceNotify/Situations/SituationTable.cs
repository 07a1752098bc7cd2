using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Escalation;
using AllianceNotify.Reports;
using AllianceNotify.Storage;

namespace AllianceNotify.Situations;

/// <summary>
/// Everything that belongs to one situation is one partition, so that a decision and what follows from it are written
/// together or not at all: row <c>situation</c>; <c>report|ID</c> a report applied; <c>alert|REVISION</c>; <c>answer|REVISION|WHO</c>;
/// <c>escalation|REVISION</c>; <c>t|TICKS|…</c> the timeline. A second table lists situations, newest first.
/// </summary>
public sealed class SituationTable(IEntityStore store)
{
    private const string SituationRow = "situation";

    /// <summary>Mergers one after the other that are followed.</summary>
    private const int MaxMergers = 64;

    private static readonly TableName Name = new("Situations");

    private readonly JsonTable<Situation> situations = new(store, Name, SituationJson.Default.Situation);
    private readonly JsonTable<AppliedReport> applied = new(store, Name, SituationJson.Default.AppliedReport);
    private readonly JsonTable<Alert> alerts = new(store, Name, SituationJson.Default.Alert);
    private readonly JsonTable<Answer> answers = new(store, Name, SituationJson.Default.Answer);
    private readonly JsonTable<EscalationState> escalations = new(store, Name, SituationJson.Default.EscalationState);
    private readonly JsonTable<TimelineEntry> timeline = new(store, Name, SituationJson.Default.TimelineEntry);
    private readonly JsonTable<SituationListing> listings = new(store, new TableName("SituationIndex"), SituationJson.Default.SituationListing);

    public ValueTask<Versioned<Situation>?> GetAsync(SituationId id, CancellationToken cancellationToken) =>
        situations.GetAsync(id.Value, SituationRow, cancellationToken);

    /// <summary>The situation that this one was merged into, and that one in turn; itself where it stands by itself or is yet to be opened.</summary>
    public async ValueTask<SituationId> CurrentIdAsync(SituationId id, CancellationToken cancellationToken)
    {
        for (var hops = 0; hops < MaxMergers; hops++)
        {
            if ((await GetAsync(id, cancellationToken).ConfigureAwait(false))?.Value.MergedInto is not { } successor)
            {
                return id;
            }

            id = successor;
        }

        throw new InvalidDataException($"Situation {id} is merged round in a circle.");
    }

    /// <summary>
    /// What the report did in this situation or in one that it was merged into since; where it did nothing yet, the situation that goes on, as it was read
    /// (null: yet to be opened).
    /// </summary>
    internal async Task<(SituationId Id, Versioned<Situation>? Current, AppliedReport? Applied)> StandOfAsync(
        SituationId id, ReportId report, CancellationToken cancellationToken)
    {
        for (var hops = 0; hops < MaxMergers; hops++)
        {
            if (await GetAppliedAsync(id, report, cancellationToken).ConfigureAwait(false) is { } before)
            {
                return (id, null, before.Value);
            }

            var current = await GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (current?.Value.MergedInto is not { } successor)
            {
                return (id, current, null);
            }

            id = successor;
        }

        throw new InvalidDataException($"Situation {id} is merged round in a circle.");
    }

    public ValueTask<Versioned<AppliedReport>?> GetAppliedAsync(SituationId id, ReportId report, CancellationToken cancellationToken) =>
        applied.GetAsync(id.Value, $"report|{report}", cancellationToken);

    public async ValueTask<Alert?> GetAlertAsync(AlertId id, CancellationToken cancellationToken) =>
        Alert.TryParseId(id, out var situation, out var revision)
            ? (await alerts.GetAsync(situation.Value, AlertRow(revision), cancellationToken).ConfigureAwait(false))?.Value
            : null;

    /// <summary>What the situation has taken in, by report id.</summary>
    public IAsyncEnumerable<Versioned<AppliedReport>> ListAppliedAsync(SituationId id, CancellationToken cancellationToken) =>
        applied.QueryAsync(id.Value, RowRange.Prefix("report|"), cancellationToken);

    /// <summary>The situation's alerts by revision.</summary>
    public IAsyncEnumerable<Versioned<Alert>> ListAlertsAsync(SituationId id, CancellationToken cancellationToken) =>
        alerts.QueryAsync(id.Value, RowRange.Prefix("alert|"), cancellationToken);

    /// <summary>Answers to the situation's alerts from <paramref name="fromRevision"/> on, by revision.</summary>
    public IAsyncEnumerable<Versioned<Answer>> ListAnswersAsync(SituationId id, int fromRevision, CancellationToken cancellationToken) =>
        answers.QueryAsync(id.Value, new RowRange(AnswerPrefix(fromRevision), "answer}"), cancellationToken);

    public async ValueTask<Answer?> GetAnswerAsync(SituationId id, int revision, string who, CancellationToken cancellationToken) =>
        (await answers.GetAsync(id.Value, AnswerPrefix(revision) + who, cancellationToken).ConfigureAwait(false))?.Value;

    public ValueTask<Versioned<EscalationState>?> GetEscalationAsync(SituationId id, int revision, CancellationToken cancellationToken) =>
        escalations.GetAsync(id.Value, EscalationRow(revision), cancellationToken);

    public IAsyncEnumerable<Versioned<TimelineEntry>> TimelineAsync(SituationId id, CancellationToken cancellationToken) =>
        timeline.QueryAsync(id.Value, RowRange.Prefix("t|"), cancellationToken);

    /// <summary>Newest first, from after <paramref name="cursor"/> (the cursor of the last one seen; null: from the start).</summary>
    public async IAsyncEnumerable<(string Cursor, Situation Situation)> ListAsync(
        string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var range = new RowRange(cursor is null ? null : cursor + " ");
        await foreach (var listing in listings.QueryAsync("all", range, cancellationToken).ConfigureAwait(false))
        {
            if (await GetAsync(listing.Value.Situation, cancellationToken).ConfigureAwait(false) is { } situation
                && listing.Row == ListingRow(situation.Value))
            {
                yield return (listing.Row, situation.Value);
            }
        }
    }

    /// <summary>
    /// Puts a new situation on the list. Written before the situation itself: a listing whose situation never came, or was
    /// opened later by another run, is passed over; a situation without a listing would be invisible.
    /// </summary>
    public ValueTask<WriteResult> ListNewAsync(Situation situation, CancellationToken cancellationToken) =>
        listings.UpsertAsync("all", ListingRow(situation), new SituationListing(situation.Id), cancellationToken);

    public ValueTask<WriteResult> WriteAsync(SituationId id, SituationChange change, CancellationToken cancellationToken) =>
        store.WriteBatchAsync(Name, id.Value, change.Writes(this), cancellationToken);

    /// <summary>Adds a line that may be there already; the key says what it is about, so that a repeat adds nothing.</summary>
    public async ValueTask NoteAsync(SituationId id, TimelineEntry entry, string about, CancellationToken cancellationToken) =>
        await timeline.InsertAsync(id.Value, TimelineRow(entry, about), entry, cancellationToken).ConfigureAwait(false);

    internal EntityWrite WriteOf(Situation situation, ETag? ifMatch) => ifMatch is { } etag
        ? new EntityWrite.Replace(SituationRow, situations.Serialize(situation), etag)
        : new EntityWrite.Insert(SituationRow, situations.Serialize(situation));

    internal EntityWrite WriteOf(AppliedReport report) => new EntityWrite.Insert($"report|{report.Report}", applied.Serialize(report));

    internal EntityWrite WriteOf(Alert alert) => new EntityWrite.Insert(AlertRow(alert.Revision), alerts.Serialize(alert));

    internal EntityWrite WriteOf(Answer answer, int revision) => new EntityWrite.Insert(AnswerPrefix(revision) + answer.Who, answers.Serialize(answer));

    internal EntityWrite WriteOf(EscalationState state, int revision, ETag? ifMatch) => ifMatch is { } etag
        ? new EntityWrite.Replace(EscalationRow(revision), escalations.Serialize(state), etag)
        : new EntityWrite.Insert(EscalationRow(revision), escalations.Serialize(state));

    internal EntityWrite WriteOf(TimelineEntry entry, string about) => new EntityWrite.Insert(TimelineRow(entry, about), timeline.Serialize(entry));

    private static string AlertRow(int revision) => string.Create(CultureInfo.InvariantCulture, $"alert|{revision:D6}");

    private static string AnswerPrefix(int revision) => string.Create(CultureInfo.InvariantCulture, $"answer|{revision:D6}|");

    private static string EscalationRow(int revision) => string.Create(CultureInfo.InvariantCulture, $"escalation|{revision:D6}");

    private static string TimelineRow(TimelineEntry entry, string about) =>
        string.Create(CultureInfo.InvariantCulture, $"t|{entry.At.UtcTicks:D19}|{entry.Kind}|{about}");

    private static string ListingRow(Situation situation) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.MaxValue.UtcTicks - situation.OpenedAt.UtcTicks:D19}|{situation.Id}");
}

/// <summary>A report that a situation has taken in, and what came of it. Its presence makes applying it again a repeat.</summary>
public sealed record AppliedReport(ReportId Report, AlertId? Alert, string Reason, DateTimeOffset At);

internal sealed record SituationListing(SituationId Situation);

/// <summary>Rows of one situation that are written together.</summary>
public sealed record SituationChange
{
    public Situation? Situation { get; init; }

    /// <summary>Version that <see cref="Situation"/> replaces; null where it is new.</summary>
    public ETag? IfMatch { get; init; }

    public AppliedReport? Applied { get; init; }

    /// <summary>Further reports taken in with the same write; with the rest of the change at most <see cref="IEntityStore.MaxBatch"/> rows.</summary>
    public IReadOnlyList<AppliedReport> AlsoApplied { get; init; } = [];

    public Alert? Alert { get; init; }

    public (Answer Answer, int Revision)? Answer { get; init; }

    public (EscalationState State, int Revision, ETag? IfMatch)? Escalation { get; init; }

    /// <summary>Timeline lines with what each is about (unique within its time and kind).</summary>
    public IReadOnlyList<(TimelineEntry Entry, string About)> Timeline { get; init; } = [];

    internal List<EntityWrite> Writes(SituationTable table)
    {
        var writes = new List<EntityWrite>();
        if (Situation is not null)
        {
            writes.Add(table.WriteOf(Situation, IfMatch));
        }

        if (Applied is not null)
        {
            writes.Add(table.WriteOf(Applied));
        }

        writes.AddRange(AlsoApplied.Select(table.WriteOf));

        if (Alert is not null)
        {
            writes.Add(table.WriteOf(Alert));
        }

        if (Answer is { } answer)
        {
            writes.Add(table.WriteOf(answer.Answer, answer.Revision));
        }

        if (Escalation is { } escalation)
        {
            writes.Add(table.WriteOf(escalation.State, escalation.Revision, escalation.IfMatch));
        }

        writes.AddRange(Timeline.Select(line => table.WriteOf(line.Entry, line.About)));
        return writes;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Situation))]
[JsonSerializable(typeof(AppliedReport))]
[JsonSerializable(typeof(Alert))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(EscalationState))]
[JsonSerializable(typeof(TimelineEntry))]
[JsonSerializable(typeof(SituationListing))]
internal sealed partial class SituationJson : JsonSerializerContext;
