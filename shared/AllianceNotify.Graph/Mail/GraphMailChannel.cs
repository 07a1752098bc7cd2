using AllianceNotify.Delivery;
using AllianceNotify.Graph.Calls;
using AllianceNotify.Graph.Limits;
using AllianceNotify.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Kiota.Abstractions;

namespace AllianceNotify.Graph.Mail;

/// <summary>
/// Mail by Microsoft Graph's <c>sendMail</c>, app-only, from whichever of the sender mailboxes is free first. 202 means that
/// Exchange took it, not that it arrived. A mailbox that is throttled, fails or is refused rests, and the others go on.
/// </summary>
internal sealed partial class GraphMailChannel : IAlertChannel
{
    public const string ChannelName = "graph-mail";

    private readonly GraphOptions options;
    private readonly GraphCalls calls;
    private readonly Turns turns;
    private readonly Mailboxes mailboxes;
    private readonly HashSet<string> internalDomains;
    private readonly Random random;
    private readonly TimeProvider time;
    private readonly ILogger<GraphMailChannel> logger;

    public GraphMailChannel(
        IOptions<GraphOptions> options, GraphCalls calls, GraphLimits limits, Random random, TimeProvider time, ILogger<GraphMailChannel> logger)
    {
        this.options = options.Value;
        this.calls = calls;
        this.random = random;
        this.time = time;
        this.logger = logger;
        turns = limits.Turns;
        mailboxes = new Mailboxes(this.options, limits.App);
        internalDomains = new(
            Mail.InternalDomains.Concat(Mail.Senders.Append(Mail.ReplyTo ?? "").Where(GraphUser.IsPrincipalName).Select(DomainOf)),
            StringComparer.OrdinalIgnoreCase);
    }

    public string Name => ChannelName;

    public int MaxRecipients => Mail.MaxRecipients;

    private GraphMailOptions Mail => options.Mail;

    /// <summary>All senders together: the channel itself goes around the one that fails.</summary>
    public string TargetOf(string address) => ChannelName;

    public async Task<IReadOnlyList<DeliveryOutcome>> SendAsync(AlertDispatch dispatch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var outcomes = new DeliveryOutcome[dispatch.Recipients.Count];
        var reached = new List<int>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (GraphUser.IsPrincipalName(dispatch.Recipients[i].Address))
            {
                reached.Add(i);
            }
            else
            {
                outcomes[i] = new DeliveryOutcome.Refused("Not a mail address.");
            }
        }

        if (reached.Count > 0)
        {
            await SendAsync(dispatch, reached, outcomes, cancellationToken).ConfigureAwait(false);
        }

        return outcomes;
    }

    /// <summary>
    /// One mail to those at <paramref name="to"/>. Where Graph refuses the recipients as a whole and does not say which, the group
    /// is halved until the wrong address is alone: nobody misses an alert for another's address.
    /// </summary>
    private async Task SendAsync(AlertDispatch dispatch, List<int> to, DeliveryOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var recipients = to.Select(i => dispatch.Recipients[i]).ToList();
        var (outcome, recipientsRefused) = await SendAsync(dispatch, recipients, cancellationToken).ConfigureAwait(false);
        if (recipientsRefused && to.Count > 1)
        {
            var middle = to.Count / 2;
            try
            {
                await SendAsync(dispatch, [.. to.Take(middle)], outcomes, cancellationToken).ConfigureAwait(false);
                await SendAsync(dispatch, [.. to.Skip(middle)], outcomes, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (to.Any(i => outcomes[i] is not null))
            {
                // Some have their mail: that must not be forgotten.
                foreach (var i in to.Where(i => outcomes[i] is null))
                {
                    outcomes[i] = new DeliveryOutcome.Deferred(null, "No answer from Graph before the time was up.");
                }
            }

            return;
        }

        foreach (var i in to)
        {
            outcomes[i] = outcome;
        }
    }

    private async Task<(DeliveryOutcome Outcome, bool RecipientsRefused)> SendAsync(
        AlertDispatch dispatch, List<DispatchRecipient> recipients, CancellationToken cancellationToken)
    {
        // The SDK writes an object once; of one that was written it writes only what has changed since.
        RequestInformation RequestFrom(string sender) => calls.Client.Users[sender].SendMail.ToPostRequestInformation(
            MaxRecipients > 1 ? GraphMail.ToGroup(dispatch, recipients, Mail) : GraphMail.ToOne(dispatch, recipients.Single(), Mail));

        if (mailboxes.WhyNone(time.GetUtcNow()) is { } unusable)
        {
            return (new DeliveryOutcome.Misconfigured(unusable), false);
        }

        var usage = new Usage(
            Messages: 1,
            Recipients: recipients.Count,
            External: recipients.Count(recipient => !internalDomains.Contains(DomainOf(recipient.Address))),
            Bytes: RequestFrom(Mail.Senders[0]).Content.Length);
        var lane = Lanes.For(dispatch.Alert.Urgency, dispatch.Alert.Mode);
        var taken = await turns.TakeAsync(mailboxes.Routes, usage, lane, options.Patience, cancellationToken).ConfigureAwait(false);
        if (taken is TurnAnswer.Later later)
        {
            return (later.Until == DateTimeOffset.MaxValue
                ? new DeliveryOutcome.Misconfigured("The mail has more recipients or bytes than Graph:Mail allows in all.")
                : new DeliveryOutcome.Deferred(later.Until, "The sending mailboxes have used up their limits for now."), false);
        }

        using var turn = ((TurnAnswer.Granted)taken).Turn;
        var answer = await calls.SendAsync(RequestFrom(turn.Route.Name), cancellationToken).ConfigureAwait(false);
        return Reading(mailboxes.Of(turn.Route), answer, usage, lane);
    }

    private (DeliveryOutcome Outcome, bool RecipientsRefused) Reading(Mailbox mailbox, GraphAnswer answer, Usage usage, Lane lane)
    {
        var now = time.GetUtcNow();
        if (answer.Accepted)
        {
            turns.Change(_ => mailbox.Worked());
            return (new DeliveryOutcome.Delivered(answer.RequestId), false);
        }

        if (answer.Transient || answer.Code is "ErrorExceededMessageLimit" or "ErrorMessageSubmissionBlocked" or "ErrorQuotaExceeded")
        {
            Log.MailboxRests(logger, mailbox.Setting, answer.Status, answer.Code);
            turns.Change(_ =>
            {
                if (answer.RetryAfter is { } until)
                {
                    mailbox.Scope.RestUntil(until);
                }
                else
                {
                    mailbox.Scope.Failed(answer.Throttled || !answer.Transient, NextJitter(), options.RestAtMost, now);
                }
            });

            // Another mailbox may be free at once; where all rest, the first to be back is worth waiting for.
            var free = mailboxes.Routes.Count > 1 || answer.RetryAfter is not null ? turns.FreeAt(mailboxes.Routes, usage, lane) : null;
            return (new DeliveryOutcome.Deferred(free, answer.Reason), false);
        }

        if (answer.Status == 401)
        {
            return (new DeliveryOutcome.Misconfigured(GraphRefusals.SignIn(answer)), false);
        }

        if (answer.Status is 403 or 404)
        {
            var why = GraphRefusals.Mail(mailbox.Setting, answer);
            Log.MailboxRefused(logger, why);
            turns.Change(_ => mailbox.Refuse(why, now));
            return mailboxes.WhyNone(now) is { } unusable
                ? (new DeliveryOutcome.Misconfigured(unusable), false)
                : (new DeliveryOutcome.Deferred(now, why), false);
        }

        return (new DeliveryOutcome.Refused(answer.Reason), answer.Code is "ErrorInvalidRecipients");
    }

    private double NextJitter()
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Mailbox {Setting} rests after Graph's {Status} {Code}")]
        public static partial void MailboxRests(ILogger logger, string setting, int status, string? code);

        [LoggerMessage(2, LogLevel.Error, "{Why}")]
        public static partial void MailboxRefused(ILogger logger, string why);
    }
}
