using AllianceNotify.Acknowledgement;
using AllianceNotify.Functions.Security;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>A situation with what its page shows of it.</summary>
public sealed record SituationDetails
{
    /// <summary>Alerts shown with their deliveries, newest first; older ones by name only.</summary>
    public const int AlertsInFull = 3;

    private const int DeliveriesEach = 30;

    /// <summary>Reports shown at most, the oldest first.</summary>
    public const int MostReports = 200;

    /// <summary>How many situations are looked through for ones that this could be the same as, newest first.</summary>
    private const int MostLookedAt = 200;

    private const int MostTargets = 50;

    public required Situation Situation { get; init; }

    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    /// <summary>The newest alerts, newest first.</summary>
    public required IReadOnlyList<AlertDeliveries> Newest { get; init; }

    public required IReadOnlyList<Alert> Earlier { get; init; }

    public required Asking Asking { get; init; }

    /// <summary>The reports that it stands on, its own and those that came with situations merged into it.</summary>
    public required IReadOnlyList<SituationReport> Reports { get; init; }

    /// <summary>Open situations of the same mode that this one could be the same event as.</summary>
    public required IReadOnlyList<Situation> MergeTargets { get; init; }

    /// <summary>The reader's own answer to the newest alert.</summary>
    public Answer? OwnAnswer { get; init; }

    public required bool MayAct { get; init; }

    internal static async Task<SituationDetails> LoadAsync(Situation situation, HubCaller caller, SituationParts parts, CancellationToken cancellationToken)
    {
        var situations = parts.Situations;
        var alerts = await situations.ListAlertsAsync(situation.Id, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken);
        alerts.Reverse();
        var answers = await situations.ListAnswersAsync(situation.Id, 0, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken);
        var newest = new List<AlertDeliveries>();
        foreach (var alert in alerts.Take(AlertsInFull))
        {
            var own = answers.Where(answer => answer.Alert == alert.Id).ToList();
            newest.Add(await AlertDeliveries.LoadAsync(alert, own, parts.Deliveries, null, DeliveriesEach, cancellationToken));
        }

        var mayAct = caller.Role is HubRole.DutyOfficer or HubRole.Administrator;
        return new SituationDetails
        {
            Situation = situation,
            Timeline = await situations.TimelineAsync(situation.Id, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken),
            Newest = newest,
            Earlier = [.. alerts.Skip(AlertsInFull)],
            Asking = await Asking.LoadAsync(situation, situations, cancellationToken),
            Reports = await ReportsAsync(situation, caller, parts, cancellationToken),
            MergeTargets = mayAct && situation.Status == SituationStatus.Open ? await TargetsAsync(situation, caller, situations, cancellationToken) : [],
            OwnAnswer = newest.Count > 0 ? newest[0].Answers.FirstOrDefault(answer => answer.Who == $"key:{caller.Id}") : null,
            MayAct = mayAct,
        };
    }

    private static async Task<IReadOnlyList<SituationReport>> ReportsAsync(
        Situation situation, HubCaller caller, SituationParts parts, CancellationToken cancellationToken)
    {
        var group = new HashSet<SituationId>([situation.Id, .. situation.Merged ?? []]);
        var found = new List<SituationReport>();
        foreach (var member in group)
        {
            await foreach (var applied in parts.Situations.ListAppliedAsync(member, cancellationToken))
            {
                // What was split off again is applied here and belongs elsewhere.
                if (await parts.Reports.GetWithOutcomeAsync(applied.Value.Report, cancellationToken) is { } stored
                    && (stored.Outcome?.Situation is not { } at || group.Contains(at))
                    && caller.MayReadReport(stored.Report))
                {
                    found.Add(stored.Report);
                }

                if (found.Count == MostReports)
                {
                    break;
                }
            }
        }

        found.Sort((one, other) => one.ObservedAt.CompareTo(other.ObservedAt));
        return found;
    }

    private static async Task<IReadOnlyList<Situation>> TargetsAsync(
        Situation situation, HubCaller caller, SituationTable situations, CancellationToken cancellationToken) =>
        await situations.ListAsync(null, cancellationToken)
            .Take(MostLookedAt)
            .Select(row => row.Situation)
            .Where(other => other.Id != situation.Id && other.Status == SituationStatus.Open && other.Mode == situation.Mode && caller.MayRead(other.Marking))
            .Take(MostTargets)
            .ToListAsync(cancellationToken);
}
