using System.Text.Json.Serialization;
using AllianceNotify.Reports;
using AllianceNotify.Storage;

namespace AllianceNotify.Situations;

/// <summary>
/// Which situation a report's names belong to. A name is the report itself, a report it refers to, or the event in its
/// source's terms; names of different modes never meet, so an exercise cannot join what is real.
/// </summary>
public sealed class CorrelationTable(IEntityStore store)
{
    private const string Row = "claim";

    private readonly JsonTable<CorrelationClaim> claims = new(store, new TableName("Correlation"), CorrelationJson.Default.CorrelationClaim);

    /// <summary>The situation that already owns one of the report's names: references first, then events, then the report itself.</summary>
    public Task<SituationId?> FindAsync(SituationReport report, CancellationToken cancellationToken) => FindAsync(NamesOf(report), cancellationToken);

    /// <summary>The situation that owns the first of these names that anybody has claimed.</summary>
    public async Task<SituationId?> FindAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            if (await claims.GetAsync(name, Row, cancellationToken).ConfigureAwait(false) is { } claim)
            {
                return claim.Value.Situation;
            }
        }

        return null;
    }

    /// <summary>
    /// Claims every name of the report for the situation. Where another report was faster with a name, its situation wins:
    /// the answer is the situation to use.
    /// </summary>
    public Task<SituationId> ClaimAsync(SituationReport report, SituationId situation, CancellationToken cancellationToken) =>
        ClaimAsync(NamesOf(report), situation, cancellationToken);

    public async Task<SituationId> ClaimAsync(IReadOnlyList<string> names, SituationId situation, CancellationToken cancellationToken)
    {
        var won = situation;
        var mine = new List<string>();
        foreach (var name in names)
        {
            if (await claims.InsertAsync(name, Row, new CorrelationClaim(won), cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                mine.Add(name);
            }
            else if (mine.Count == 0 || won != situation)
            {
                won = (await claims.GetAsync(name, Row, cancellationToken).ConfigureAwait(false))?.Value.Situation ?? won;
            }
        }

        return won;
    }

    /// <summary>Leads these names to another situation, whoever claimed them: a duty officer's word.</summary>
    public async Task MoveAsync(IEnumerable<string> names, SituationId situation, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await claims.UpsertAsync(name, Row, new CorrelationClaim(situation), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The id of a situation that this report opens: made from its event, else from what it refers to, else from itself.</summary>
    public static SituationId NewIdFor(SituationReport report) =>
        new(DeterministicId.Of("s-", report.Mode.ToString(), NamesOf(report, eventsFirst: true)[0]));

    /// <summary>What the report and its event are called here.</summary>
    internal static List<string> NamesOf(SituationReport report, bool eventsFirst = false)
    {
        var references = report.References.Select(reference => NameOf(report.Mode, "report", reference.Source, reference.SourceId));
        var events = report.EventKeys.Select(key => NameOf(report.Mode, "event", report.Source, key));
        var self = NameOf(report.Mode, "report", report.Source, report.SourceId);
        return [.. (eventsFirst ? events.Concat(references) : references.Concat(events)).Append(self).Distinct(StringComparer.Ordinal)];
    }

    private static string NameOf(ReportMode mode, string kind, string source, string value) =>
        DeterministicId.Of("c-", mode.ToString(), kind, source, value);
}

internal sealed record CorrelationClaim(SituationId Situation);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CorrelationClaim))]
internal sealed partial class CorrelationJson : JsonSerializerContext;
