using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Escalation;

/// <summary>
/// What is due when: partition <c>due</c>, row = time | alert | round. The truth is the escalation's state in the situation's
/// partition; a row here whose round is not the state's next one is left over and is dropped.
/// </summary>
public sealed class EscalationTable(IEntityStore store, SituationTable situations, TimeProvider time)
{
    private const string Due = "due";

    private readonly JsonTable<DueRound> due = new(store, new TableName("EscalationsDue"), EscalationJson.Default.DueRound);

    /// <summary>Begins the asking for an alert. Safe to repeat: the state that is there stands.</summary>
    public async Task StartAsync(Alert alert, EscalationPolicy policy, IReadOnlyList<ListId> lists, CancellationToken cancellationToken)
    {
        if (EscalationRound.DueAt(policy, 1, alert.MadeAt, alert.MadeAt) is not { } at)
        {
            return;
        }

        // Due row first: a state without one would wait for ever.
        await ScheduleAsync(alert.Id, 1, at, cancellationToken).ConfigureAwait(false);
        var state = new EscalationState { Policy = policy, Status = EscalationStatus.Running, NextRound = 1, DueAt = at, Lists = lists };
        await situations.WriteAsync(
            alert.Situation, new SituationChange { Escalation = (state, alert.Revision, null) }, cancellationToken).ConfigureAwait(false);
    }

    public async Task ScheduleAsync(AlertId alert, int round, DateTimeOffset at, CancellationToken cancellationToken) =>
        await due.UpsertAsync(Due, RowOf(alert, round, at), new DueRound(alert, round, at), cancellationToken).ConfigureAwait(false);

    /// <summary>Everything due by now, the longest overdue first.</summary>
    public async IAsyncEnumerable<DueRound> OverdueAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var until = new RowRange(null, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcTicks + 1:D19}"));
        await foreach (var row in due.QueryAsync(Due, until, cancellationToken).ConfigureAwait(false))
        {
            yield return row.Value;
        }
    }

    public async Task DropAsync(DueRound round, CancellationToken cancellationToken) =>
        await due.DeleteAsync(Due, RowOf(round.Alert, round.Round, round.At), null, cancellationToken).ConfigureAwait(false);

    private static string RowOf(AlertId alert, int round, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks:D19}|{alert}|{round:D3}");
}

/// <summary>A round of asking for an alert, and when it is due.</summary>
public sealed record DueRound(AlertId Alert, int Round, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DueRound))]
internal sealed partial class EscalationJson : JsonSerializerContext;
