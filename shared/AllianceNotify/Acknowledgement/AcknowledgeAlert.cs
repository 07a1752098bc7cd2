using AllianceNotify.Contacts;
using AllianceNotify.Escalation;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Acknowledgement;

/// <summary>What came of an answer.</summary>
public abstract record AnswerResult
{
    private AnswerResult()
    {
    }

    public sealed record Recorded(Answer Answer) : AnswerResult;

    /// <summary>The same person has answered the same alert before; that answer stands.</summary>
    public sealed record AlreadyAnswered(Answer Answer) : AnswerResult;

    public sealed record UnknownAlert : AnswerResult;
}

/// <summary>Records who answered an alert, when and how, and ends or narrows the asking. Keyed by alert and person.</summary>
public sealed partial class AcknowledgeAlert(
    SituationTable situations, ContactTable contacts, EscalateUnanswered escalation, HubMetrics metrics, TimeProvider time, ILogger<AcknowledgeAlert> logger)
{
    /// <summary>Longest note in UTF-16 units; the rest is cut.</summary>
    public const int MaxNote = 2000;

    /// <summary>The answer of a contact who opened their personal link and pressed the button.</summary>
    public async Task<AnswerResult> ByContactAsync(AlertId alert, ContactId contact, string? note, CancellationToken cancellationToken)
    {
        var known = (await contacts.GetAsync(contact, cancellationToken).ConfigureAwait(false))?.Value;
        return await AnswerAsync(
            new Answer
            {
                Alert = alert,
                Who = $"contact:{contact}",
                Contact = contact,
                Name = known?.Name.In("en") ?? contact.Value,
                Agency = known?.Agency,
                At = time.GetUtcNow(),
                Route = AnswerRoute.Link,
                Note = note,
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The answer of whoever is signed in. <paramref name="principal"/> is their stable id, <paramref name="name"/> what people read.</summary>
    public Task<AnswerResult> ByPrincipalAsync(
        AlertId alert, string principal, string name, AnswerRoute route, string? note, CancellationToken cancellationToken) =>
        AnswerAsync(
            new Answer { Alert = alert, Who = $"key:{principal}", Name = name, At = time.GetUtcNow(), Route = route, Note = note },
            cancellationToken);

    /// <summary>The answer that this person has given, if any.</summary>
    public async Task<Answer?> FindAsync(AlertId alert, ContactId contact, CancellationToken cancellationToken)
    {
        if (Alert.TryParseId(alert, out var situation, out var revision))
        {
            await foreach (var answer in situations.ListAnswersAsync(situation, revision, cancellationToken).ConfigureAwait(false))
            {
                if (answer.Value.Alert == alert && answer.Value.Contact == contact)
                {
                    return answer.Value;
                }
            }
        }

        return null;
    }

    private async Task<AnswerResult> AnswerAsync(Answer answer, CancellationToken cancellationToken)
    {
        if (await situations.GetAlertAsync(answer.Alert, cancellationToken).ConfigureAwait(false) is not { } alert)
        {
            return new AnswerResult.UnknownAlert();
        }

        var note = answer.Note?.Trim();
        answer = answer with { Note = string.IsNullOrEmpty(note) ? null : note.Length > MaxNote ? note[..MaxNote] : note };
        var line = new TimelineEntry { At = answer.At, Kind = TimelineKind.Answered, Actor = answer.Name, Alert = alert.Id, Detail = answer.Note };
        var change = new SituationChange { Answer = (answer, alert.Revision), Timeline = [(line, $"{alert.Id}|{answer.Who}")] };
        if (await situations.WriteAsync(alert.Situation, change, cancellationToken).ConfigureAwait(false) is not WriteResult.Applied)
        {
            var before = await situations.GetAnswerAsync(alert.Situation, alert.Revision, answer.Who, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"The answer to {alert.Id} was neither written nor found.");
            await escalation.SettleAsync(alert, cancellationToken).ConfigureAwait(false);
            return new AnswerResult.AlreadyAnswered(before);
        }

        metrics.Acknowledged(answer.At - alert.MadeAt, alert.Category.Value);
        Log.Answered(logger, alert.Id, answer.Route);
        await escalation.SettleAsync(alert, cancellationToken).ConfigureAwait(false);
        return new AnswerResult.Recorded(answer);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Alert {Alert} was answered by {Route}.")]
        public static partial void Answered(ILogger logger, AlertId alert, AnswerRoute route);
    }
}
