using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Escalation;

/// <summary>
/// The timer's work: alerts that are due and unanswered are asked again, as their policy says. May run on several
/// instances and be cut off anywhere: the next round is scheduled and queued before the state moves on, and a round that
/// the state has passed is dropped.
/// </summary>
public sealed partial class EscalateUnanswered(
    EscalationTable escalations,
    SituationTable situations,
    DeliveryTable deliveries,
    IMessageQueue queue,
    TimeProvider time,
    ILogger<EscalateUnanswered> logger)
{
    /// <summary>How long a due round waits for the state that the fan-out stage has yet to write.</summary>
    private static readonly TimeSpan StateGrace = TimeSpan.FromDays(1);

    /// <summary>Handles everything due by now and answers how many rounds it asked for.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var asked = 0;
        await foreach (var due in escalations.OverdueAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await HandleAsync(due, cancellationToken).ConfigureAwait(false))
            {
                asked++;
            }
        }

        return asked;
    }

    /// <summary>Ends an alert's asking at once where the answers so far are enough.</summary>
    public async Task SettleAsync(Alert alert, CancellationToken cancellationToken)
    {
        while (await situations.GetEscalationAsync(alert.Situation, alert.Revision, cancellationToken).ConfigureAwait(false)
            is { Value.Status: EscalationStatus.Running } state)
        {
            if (await EndingOfAsync(alert, state.Value, cancellationToken).ConfigureAwait(false) is not { } ending
                || await EndAsync(alert, state, EscalationStatus.Ended, ending, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async Task<bool> HandleAsync(DueRound due, CancellationToken cancellationToken)
    {
        if (await situations.GetAlertAsync(due.Alert, cancellationToken).ConfigureAwait(false) is not { } alert
            || await situations.GetEscalationAsync(alert.Situation, alert.Revision, cancellationToken).ConfigureAwait(false) is not { } state)
        {
            if (time.GetUtcNow() - due.At > StateGrace)
            {
                await escalations.DropAsync(due, cancellationToken).ConfigureAwait(false);
            }

            return false;
        }

        var asked = false;
        if (state.Value.Status == EscalationStatus.Running && state.Value.NextRound == due.Round)
        {
            if (await EndingOfAsync(alert, state.Value, cancellationToken).ConfigureAwait(false) is { } ending)
            {
                if (!await EndAsync(alert, state, EscalationStatus.Ended, ending, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }
            else if (await AskAsync(alert, state, cancellationToken).ConfigureAwait(false))
            {
                asked = true;
            }
            else
            {
                return false;
            }
        }

        await escalations.DropAsync(due, cancellationToken).ConfigureAwait(false);
        return asked;
    }

    private async Task<bool> AskAsync(Alert alert, Versioned<EscalationState> state, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var round = state.Value.NextRound;
        var next = EscalationRound.DueAt(state.Value.Policy, round + 1, alert.MadeAt, now);
        if (next is { } at)
        {
            await escalations.ScheduleAsync(alert.Id, round + 1, at, cancellationToken).ConfigureAwait(false);
        }

        await AlertMessages.SendAsync(queue, alert, round, cancellationToken).ConfigureAwait(false);
        var moved = state.Value with
        {
            NextRound = round + 1,
            DueAt = next ?? now,
            Status = next is null ? EscalationStatus.Exhausted : EscalationStatus.Running,
        };
        var step = EscalationRound.StepOf(state.Value.Policy, round);
        var lines = new List<(TimelineEntry, string)>
        {
            (new TimelineEntry { At = now, Kind = TimelineKind.Escalated, Alert = alert.Id, Detail = Words(step, round) }, $"{alert.Id}|{round}"),
        };
        if (next is null)
        {
            lines.Add((
                new TimelineEntry { At = now, Kind = TimelineKind.EscalationEnded, Alert = alert.Id, Detail = "The policy asks no more, and nobody has answered." },
                alert.Id.Value));
            Log.Exhausted(logger, alert.Id, round);
        }

        var change = new SituationChange { Escalation = (moved, alert.Revision, state.ETag), Timeline = lines };
        var written = await situations.WriteAsync(alert.Situation, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;
        if (written)
        {
            Log.Escalated(logger, alert.Id, round);
        }

        return written;
    }

    private async Task<string?> EndingOfAsync(Alert alert, EscalationState state, CancellationToken cancellationToken)
    {
        if ((await situations.GetAsync(alert.Situation, cancellationToken).ConfigureAwait(false))?.Value is { Status: SituationStatus.Closed } closed)
        {
            // A review that a closed situation gave rise to is asked about all the same.
            if (closed.MergedInto is null && alert.MadeAt <= (closed.ClosedAt ?? alert.MadeAt))
            {
                return "The situation was closed.";
            }

            if (closed.MergedInto is { } successor && await IsAskedInAsync(successor, cancellationToken).ConfigureAwait(false) is { } asked)
            {
                return $"Merged into {asked}, which is asked about itself.";
            }
        }

        var answers = new List<Answer>();
        await foreach (var answer in situations.ListAnswersAsync(alert.Situation, alert.Revision, cancellationToken).ConfigureAwait(false))
        {
            answers.Add(answer.Value);
        }

        if (answers.Count == 0)
        {
            return null;
        }

        var agencies = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (state.Policy.OnAnswer == OnAnswer.NarrowToOtherAgencies)
        {
            await foreach (var delivery in deliveries.ListAsync(alert.Id, cancellationToken).ConfigureAwait(false))
            {
                if (delivery.Value.State is not (DeliveryState.Withheld or DeliveryState.Cancelled))
                {
                    agencies.Add(delivery.Value.Agency);
                }
            }
        }

        return EscalationRound.Ends(state.Policy.OnAnswer, agencies, answers) ? $"Answered by {answers[0].Name}." : null;
    }

    /// <summary>The situation that goes on, where somebody has been asked to answer it; else the asking here must go on.</summary>
    private async Task<SituationId?> IsAskedInAsync(SituationId successor, CancellationToken cancellationToken)
    {
        var current = await situations.CurrentIdAsync(successor, cancellationToken).ConfigureAwait(false);
        var closed = (await situations.GetAsync(current, cancellationToken).ConfigureAwait(false))?.Value.Status == SituationStatus.Closed;
        return closed || await situations.ListAlertsAsync(current, cancellationToken).AnyAsync(row => row.Value.ExpectsAnswer, cancellationToken).ConfigureAwait(false)
            ? current
            : null;
    }

    private async Task<bool> EndAsync(
        Alert alert, Versioned<EscalationState> state, EscalationStatus status, string why, CancellationToken cancellationToken)
    {
        var entry = new TimelineEntry { At = time.GetUtcNow(), Kind = TimelineKind.EscalationEnded, Alert = alert.Id, Detail = why };
        var change = new SituationChange
        {
            Escalation = (state.Value with { Status = status }, alert.Revision, state.ETag),
            Timeline = [(entry, alert.Id.Value)],
        };
        return await situations.WriteAsync(alert.Situation, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;
    }

    private static string Words(EscalationStep step, int round) => step.Target switch
    {
        EscalationTarget.Again => $"Round {round}: everybody told is asked again.",
        EscalationTarget.OnCall => $"Round {round}: whoever is on call in rota {step.Rota} is asked.",
        EscalationTarget.List => $"Round {round}: list {step.List} is asked.",
        EscalationTarget.WholeList => $"Round {round}: every member of the lists is asked.",
        _ => $"Round {round}.",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Alert {Alert} is unanswered: round {Round}.")]
        public static partial void Escalated(ILogger logger, AlertId alert, int round);

        [LoggerMessage(2, LogLevel.Error, "Alert {Alert} stays unanswered after its last round {Round}.")]
        public static partial void Exhausted(ILogger logger, AlertId alert, int round);
    }
}
