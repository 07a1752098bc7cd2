using AllianceNotify.Acknowledgement;
using AllianceNotify.Escalation;
using AllianceNotify.Situations;

namespace AllianceNotify.Functions.Board;

/// <summary>How far the hub has come with having a situation's latest question answered.</summary>
/// <param name="Alert">The last alert that expects an answer; null where none does.</param>
/// <param name="Answers">Answers to it and to later alerts.</param>
/// <param name="Escalation">How the asking stands; null where no policy asks.</param>
public sealed record Asking(Alert? Alert, IReadOnlyList<Answer> Answers, EscalationState? Escalation)
{
    public bool IsUnanswered => Alert is not null && Answers.Count == 0;

    public static async Task<Asking> LoadAsync(Situation situation, SituationTable situations, CancellationToken cancellationToken)
    {
        if (situation.Revision == 0)
        {
            return new Asking(null, [], null);
        }

        var alert = await situations.ListAlertsAsync(situation.Id, cancellationToken)
            .Select(row => row.Value)
            .LastOrDefaultAsync(alert => alert.ExpectsAnswer, cancellationToken);
        if (alert is null)
        {
            return new Asking(null, [], null);
        }

        var answers = await situations.ListAnswersAsync(situation.Id, alert.Revision, cancellationToken).Select(row => row.Value).ToListAsync(cancellationToken);
        var escalation = (await situations.GetEscalationAsync(situation.Id, alert.Revision, cancellationToken))?.Value;
        return new Asking(alert, answers, escalation);
    }
}
