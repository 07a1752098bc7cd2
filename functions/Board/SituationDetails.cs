using AllianceNotify.Acknowledgement;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Security;
using AllianceNotify.Security;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>A situation with what its page shows of it.</summary>
public sealed record SituationDetails
{
    /// <summary>Alerts shown with their deliveries, newest first; older ones by name only.</summary>
    public const int AlertsInFull = 3;

    private const int DeliveriesEach = 30;

    public required Situation Situation { get; init; }

    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    /// <summary>The newest alerts, newest first.</summary>
    public required IReadOnlyList<AlertDeliveries> Newest { get; init; }

    public required IReadOnlyList<Alert> Earlier { get; init; }

    public required Asking Asking { get; init; }

    /// <summary>The reader's own answer to the newest alert.</summary>
    public Answer? OwnAnswer { get; init; }

    public required bool MayAct { get; init; }

    internal static async Task<SituationDetails> LoadAsync(
        Situation situation, HubCaller caller, SituationTable situations, DeliveryTable deliveries, CancellationToken cancellationToken)
    {
        var alerts = await situations.ListAlertsAsync(situation.Id, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken);
        alerts.Reverse();
        var answers = await situations.ListAnswersAsync(situation.Id, 0, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken);
        var newest = new List<AlertDeliveries>();
        foreach (var alert in alerts.Take(AlertsInFull))
        {
            var own = answers.Where(answer => answer.Alert == alert.Id).ToList();
            newest.Add(await AlertDeliveries.LoadAsync(alert, own, deliveries, null, DeliveriesEach, cancellationToken));
        }

        return new SituationDetails
        {
            Situation = situation,
            Timeline = await situations.TimelineAsync(situation.Id, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken),
            Newest = newest,
            Earlier = [.. alerts.Skip(AlertsInFull)],
            Asking = await Asking.LoadAsync(situation, situations, cancellationToken),
            OwnAnswer = newest.Count > 0 ? newest[0].Answers.FirstOrDefault(answer => answer.Who == $"key:{caller.Id}") : null,
            MayAct = caller.Role is HubRole.DutyOfficer or HubRole.Administrator,
        };
    }
}
