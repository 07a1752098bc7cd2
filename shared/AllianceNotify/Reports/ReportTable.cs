using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Messaging;
using AllianceNotify.Storage;

namespace AllianceNotify.Reports;

/// <summary>
/// Accepted reports. The partition is the report's id; row <c>report</c> is written once and never changed, row
/// <c>triage</c> says what triage made of it and is absent until triage is done.
/// </summary>
public sealed class ReportTable(IEntityStore store)
{
    /// <summary>The largest stored form of a report in bytes, below what the store holds in one record.</summary>
    public const int MaxStoredBytes = 900 * 1024;

    private const string ReportRow = "report";
    private const string TriageRow = "triage";

    private static readonly TableName Name = new("reports");

    private readonly JsonTable<SituationReport> reports = new(store, Name, ReportJson.Stored.SituationReport);
    private readonly JsonTable<TriageOutcome> outcomes = new(store, Name, ReportJson.Stored.TriageOutcome);

    /// <summary>The report as it is stored; null where it does not fit into a record of the store.</summary>
    public ReadOnlyMemory<byte>? Pack(SituationReport report) => reports.Serialize(report) is { Length: <= MaxStoredBytes } body ? body : (ReadOnlyMemory<byte>?)null;

    /// <summary>Whether two reports say the same, whenever they were received.</summary>
    public bool SameContent(SituationReport one, SituationReport other) =>
        reports.Serialize(one).Span.SequenceEqual(reports.Serialize(other with { ReceivedAt = one.ReceivedAt }).Span);

    public async ValueTask<SituationReport?> GetAsync(ReportId id, CancellationToken cancellationToken) =>
        (await reports.GetAsync(id.Value, ReportRow, cancellationToken).ConfigureAwait(false))?.Value;

    /// <summary>The report with what triage made of it so far, in one read; null where there is no such report.</summary>
    public async ValueTask<StoredReport?> GetWithOutcomeAsync(ReportId id, CancellationToken cancellationToken)
    {
        SituationReport? report = null;
        TriageOutcome? outcome = null;
        await foreach (var entity in store.QueryAsync(Name, id.Value, RowRange.All, cancellationToken).ConfigureAwait(false))
        {
            switch (entity.Row)
            {
                case ReportRow:
                    report = reports.Deserialize(entity.Body);
                    break;
                case TriageRow:
                    outcome = outcomes.Deserialize(entity.Body);
                    break;
                default:
                    throw new InvalidDataException($"Report {id} has a row {entity.Row} that this version does not know.");
            }
        }

        return report is null ? null : new StoredReport(report, outcome);
    }

    /// <summary>Stores a report that is not there yet. False where its source and source id are known already: the first one stands.</summary>
    public async ValueTask<bool> InsertAsync(SituationReport report, CancellationToken cancellationToken) =>
        await reports.InsertAsync(report.Id.Value, ReportRow, report, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;

    /// <summary>Stores a report packed by <see cref="Pack"/>. False where it was there.</summary>
    public async ValueTask<bool> InsertAsync(ReportId id, ReadOnlyMemory<byte> packed, CancellationToken cancellationToken) =>
        await store.WriteAsync(Name, id.Value, new EntityWrite.Insert(ReportRow, packed), cancellationToken).ConfigureAwait(false) is WriteResult.Applied;

    /// <summary>
    /// Stores a report, packed by <see cref="Pack"/>, that is not there yet, and sends the message about it. False where it was
    /// there: then nothing is written and nothing is sent.
    /// </summary>
    public async ValueTask<bool> InsertAndSendAsync(
        ReportId id, ReadOnlyMemory<byte> packed, IMessageQueue queue, QueueMessage message, CancellationToken cancellationToken) =>
        await queue.WriteAndSendAsync(store, Name, id.Value, new EntityWrite.Insert(ReportRow, packed), QueueName.Reports, message, cancellationToken)
            .ConfigureAwait(false) is WriteResult.Applied;

    public async ValueTask<TriageOutcome?> GetOutcomeAsync(ReportId id, CancellationToken cancellationToken) =>
        (await outcomes.GetAsync(id.Value, TriageRow, cancellationToken).ConfigureAwait(false))?.Value;

    /// <summary>Records what triage decided. False where an earlier run has recorded its decision: that one stands.</summary>
    public async ValueTask<bool> InsertOutcomeAsync(ReportId id, TriageOutcome outcome, CancellationToken cancellationToken) =>
        await outcomes.InsertAsync(id.Value, TriageRow, outcome, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;

    /// <summary>Replaces the recorded decision, as when a person reclassifies.</summary>
    public async ValueTask UpsertOutcomeAsync(ReportId id, TriageOutcome outcome, CancellationToken cancellationToken) =>
        await outcomes.UpsertAsync(id.Value, TriageRow, outcome, cancellationToken).ConfigureAwait(false);
}

/// <summary>A report, and what triage made of it; null while triage has not come to it.</summary>
public sealed record StoredReport(SituationReport Report, TriageOutcome? Outcome);

/// <summary>The stored form of reports and outcomes.</summary>
[JsonSerializable(typeof(SituationReport))]
[JsonSerializable(typeof(TriageOutcome))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Writes Japanese as it is: the default encoder's escapes would double a record's size.</summary>
    public static readonly ReportJson Stored = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
