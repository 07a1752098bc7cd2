using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;

namespace AllianceNotify.Escalation;

/// <summary>The arithmetic of asking again. Pure.</summary>
public static class EscalationRound
{
    /// <summary>Rounds are numbered in three digits; an escalation that has come so far has asked for days.</summary>
    public const int Last = 999;

    /// <summary>What a round does: the policy's step of that number, and after the last step asking everybody again.</summary>
    public static EscalationStep StepOf(EscalationPolicy policy, int round) => round <= policy.Steps.Count
        ? policy.Steps[round - 1]
        : new EscalationStep { After = policy.RepeatEvery ?? TimeSpan.Zero, Target = EscalationTarget.Again };

    /// <summary>When a round is due; null where the policy asks no more.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="round">From 1.</param>
    /// <param name="madeAt">When the alert was made: steps count from there.</param>
    /// <param name="now">Repeats count from now, and a step that is overdue is due now.</param>
    public static DateTimeOffset? DueAt(EscalationPolicy policy, int round, DateTimeOffset madeAt, DateTimeOffset now)
    {
        if (round > Last)
        {
            return null;
        }

        if (round > policy.Steps.Count)
        {
            return now + policy.RepeatEvery;
        }

        var due = madeAt + policy.Steps[round - 1].After;
        return due < now ? now : due;
    }

    /// <summary>Whether a contact is still asked, given who has answered.</summary>
    public static bool StillAsked(OnAnswer onAnswer, Contact contact, IReadOnlyList<Answer> answers) => onAnswer switch
    {
        OnAnswer.Stop => answers.Count == 0,
        OnAnswer.NarrowToOtherAgencies => !answers.Any(answer => answer.Contact == contact.Id || AgencyAnswered(contact.Agency, answer)),
        _ => throw new ArgumentOutOfRangeException(nameof(onAnswer), onAnswer, "Unknown rule."),
    };

    /// <summary>Whether the answers end the asking of these agencies.</summary>
    public static bool Ends(OnAnswer onAnswer, IEnumerable<string> agenciesTold, IReadOnlyList<Answer> answers) =>
        answers.Count > 0
        && (onAnswer == OnAnswer.Stop || agenciesTold.All(agency => answers.Any(answer => AgencyAnswered(agency, answer))));

    private static bool AgencyAnswered(string agency, Answer answer) => string.Equals(agency, answer.Agency, StringComparison.OrdinalIgnoreCase);
}
