using System.Runtime.CompilerServices;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Escalation;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.FanOut;

/// <summary>
/// The fan-out stage: who must be told of an alert, or asked again in a further round, and one delivery record for each.
/// Keyed by alert, contact, channel and round.
/// </summary>
public sealed partial class FanOutAlert(
    SituationTable situations,
    DeliveryTable deliveries,
    ContactTable contacts,
    RotaTable rotas,
    PolicyTable policies,
    ResolveAudience audience,
    EscalationTable escalations,
    IMessageQueue queue,
    IOptions<DeliveryOptions> deliveryOptions,
    IOptions<FanOutOptions> options,
    TimeProvider time,
    ILogger<FanOutAlert> logger) : IQueueStage
{
    private const int ContactBatch = 256;

    public QueueName Queue => QueueName.Alerts;

    public async Task<StageResult> RunAsync(LeasedMessage message, CancellationToken cancellationToken)
    {
        if (StageJson.TryRead(message.Message.Body, StageJson.Default.AlertToFanOut) is not { Round: >= 0 and <= 999 } asked
            || string.IsNullOrEmpty(asked.Alert.Value))
        {
            return new StageResult.Poison("Not a request to fan an alert out.");
        }

        if (await situations.GetAlertAsync(asked.Alert, cancellationToken).ConfigureAwait(false) is not { } alert)
        {
            // A copy sent ahead of a decision that was then taken differently: there is nothing to tell.
            Log.NoSuchAlert(logger, asked.Alert);
            return StageResult.Done;
        }

        using var activity = HubTelemetry.Source.StartActivity("fan out alert");
        activity?.SetTag("alliancenotify.alert.id", alert.Id.Value);
        activity?.SetTag("alliancenotify.round", asked.Round);
        var plan = new PlanDeliveries(deliveries, queue, deliveryOptions.Value, options.Value, time, alert, asked.Round);
        if (asked.Round == 0)
        {
            await PlanAlertAsync(alert, plan, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await PlanRoundAsync(alert, asked.Round, plan, cancellationToken).ConfigureAwait(false);
        }

        return StageResult.Done;
    }

    private async Task PlanAlertAsync(Alert alert, PlanDeliveries plan, CancellationToken cancellationToken)
    {
        var earlier = await ToldEarlierAsync(alert, cancellationToken).ConfigureAwait(false);
        var lists = new SortedSet<string>(StringComparer.Ordinal);
        var named = new HashSet<PolicyId>();
        var byDefault = false;
        await foreach (var member in audience.ResolveAsync(QueryFor(alert, alert.Lists), time.GetUtcNow(), cancellationToken).ConfigureAwait(false))
        {
            var recipient = RecipientFor(member);
            if (earlier.Remove(member.Contact.Id, out var before))
            {
                recipient = recipient with { ThreadMessageId = before.MessageId, Lists = before.Told ? [] : recipient.Lists };
            }

            await plan.AddAsync(recipient, cancellationToken).ConfigureAwait(false);
            lists.UnionWith(member.Reasons.Select(reason => reason.List.Value));
            if (member.Withheld is null)
            {
                byDefault |= member.Policy is null;
                _ = member.Policy is { } policy && named.Add(policy);
            }
        }

        // An update or all-clear reaches everybody who was told, also those whom today's subscriptions would not.
        var left = earlier.Keys.OrderBy(id => id.Value, StringComparer.Ordinal).ToList();
        await foreach (var contact in ContactsAsync(left, cancellationToken).ConfigureAwait(false))
        {
            var before = earlier[contact.Id];
            var recipient = new Recipient(contact, "Told earlier of this situation.")
            {
                Withheld = MarkingRule.Withholds(contact, alert.Marking),
                ThreadMessageId = before.MessageId,
                Lists = before.Told ? [] : before.Lists,
            };
            await plan.AddAsync(recipient, cancellationToken).ConfigureAwait(false);
        }

        await plan.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (alert.ExpectsAnswer)
        {
            await StartEscalationAsync(alert, named, byDefault || named.Count == 0, lists, cancellationToken).ConfigureAwait(false);
        }

        await NoteAsync(alert, 0, plan.Counts, cancellationToken).ConfigureAwait(false);
    }

    private async Task PlanRoundAsync(Alert alert, int round, PlanDeliveries plan, CancellationToken cancellationToken)
    {
        if (await situations.GetEscalationAsync(alert.Situation, alert.Revision, cancellationToken).ConfigureAwait(false) is not { } state)
        {
            throw new InvalidOperationException($"Round {round} of alert {alert.Id} is asked for, but nothing is escalated.");
        }

        var answered = await AnsweredAsync(alert, cancellationToken).ConfigureAwait(false);
        var step = EscalationRound.StepOf(state.Value.Policy, round);
        var recipients = step.Target switch
        {
            EscalationTarget.Again => AgainAsync(alert, round, cancellationToken),
            EscalationTarget.OnCall => OnCallAsync(alert, step, cancellationToken),
            EscalationTarget.List => ListedAsync(alert, step.List is { } list ? [list] : [], cancellationToken),
            EscalationTarget.WholeList => ListedAsync(alert, state.Value.Lists, cancellationToken),
            _ => throw new InvalidOperationException($"Unknown escalation target {step.Target}."),
        };
        await foreach (var recipient in recipients.ConfigureAwait(false))
        {
            if (EscalationRound.StillAsked(state.Value.Policy.OnAnswer, recipient.Contact, answered))
            {
                await plan.AddAsync(recipient, cancellationToken).ConfigureAwait(false);
            }
        }

        await plan.FlushAsync(cancellationToken).ConfigureAwait(false);
        await NoteAsync(alert, round, plan.Counts, cancellationToken).ConfigureAwait(false);
    }

    private async Task StartEscalationAsync(
        Alert alert, HashSet<PolicyId> named, bool byDefault, SortedSet<string> lists, CancellationToken cancellationToken)
    {
        var inForce = new List<EscalationPolicy>();
        foreach (var id in named.Select(id => (PolicyId?)id).Concat(byDefault ? [null] : []))
        {
            inForce.Add(await policies.InForceAsync(id, cancellationToken).ConfigureAwait(false));
        }

        // One alert has one escalation: of several policies the one that asks again first.
        var policy = inForce.Where(candidate => candidate.Steps.Count > 0)
            .OrderBy(candidate => candidate.Steps[0].After).ThenBy(candidate => candidate.Id.Value, StringComparer.Ordinal)
            .FirstOrDefault() ?? EscalationPolicy.Default;
        await escalations.StartAsync(alert, policy, [.. lists.Select(list => new ListId(list))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Contacts told, or about to be, by earlier alerts of the situation and of those merged into it.</summary>
    private async Task<Dictionary<ContactId, Earlier>> ToldEarlierAsync(Alert alert, CancellationToken cancellationToken)
    {
        var told = new Dictionary<ContactId, Earlier>();
        for (var revision = 1; revision < alert.Revision; revision++)
        {
            await AddToldAsync(told, Alert.IdOf(alert.Situation, revision), cancellationToken).ConfigureAwait(false);
        }

        foreach (var merged in (await situations.GetAsync(alert.Situation, cancellationToken).ConfigureAwait(false))?.Value.Merged ?? [])
        {
            await foreach (var earlier in situations.ListAlertsAsync(merged, cancellationToken).ConfigureAwait(false))
            {
                if (earlier.Value.MadeAt <= alert.MadeAt)
                {
                    await AddToldAsync(told, earlier.Value.Id, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return told;
    }

    private async Task AddToldAsync(Dictionary<ContactId, Earlier> told, AlertId alert, CancellationToken cancellationToken)
    {
        await foreach (var delivery in deliveries.ListAsync(alert, cancellationToken).ConfigureAwait(false))
        {
            if (delivery.Value.State is not (DeliveryState.Withheld or DeliveryState.Cancelled))
            {
                var before = told.GetValueOrDefault(delivery.Value.Contact)
                    ?? new Earlier(delivery.Value.ThreadMessageId ?? delivery.Value.MessageId, delivery.Value.Lists ?? [], Told: false);
                told[delivery.Value.Contact] = before with { Told = before.Told || delivery.Value.State == DeliveryState.Sent };
            }
        }
    }

    private async Task<IReadOnlyList<Answer>> AnsweredAsync(Alert alert, CancellationToken cancellationToken)
    {
        var answers = new List<Answer>();
        await foreach (var answer in situations.ListAnswersAsync(alert.Situation, alert.Revision, cancellationToken).ConfigureAwait(false))
        {
            answers.Add(answer.Value);
        }

        return answers;
    }

    private async IAsyncEnumerable<Recipient> AgainAsync(Alert alert, int round, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = new SortedDictionary<string, (string Channel, string MessageId, IReadOnlyList<ListId>? Lists)>(StringComparer.Ordinal);
        await foreach (var delivery in deliveries.ListAsync(alert.Id, cancellationToken).ConfigureAwait(false))
        {
            if (delivery.Value.Round < round && delivery.Value.State is not (DeliveryState.Withheld or DeliveryState.Cancelled))
            {
                var first = asked.TryGetValue(delivery.Value.Contact.Value, out var before) ? before.MessageId : delivery.Value.MessageId;
                asked[delivery.Value.Contact.Value] = (delivery.Value.Channel, first, delivery.Value.Lists);
            }
        }

        var ids = asked.Keys.Select(id => new ContactId(id)).ToList();
        await foreach (var contact in ContactsAsync(ids, cancellationToken).ConfigureAwait(false))
        {
            var (channel, messageId, lists) = asked[contact.Id.Value];
            var last = contact.Channels.ToList().FindIndex(item => item.Channel == channel);
            yield return new Recipient(contact, "Asked again: nobody has answered.")
            {
                Withheld = MarkingRule.Withholds(contact, alert.Marking),
                ThreadMessageId = messageId,
                Lists = lists ?? [],
                SkipChannels = last + 1,
            };
        }
    }

    private async IAsyncEnumerable<Recipient> OnCallAsync(Alert alert, EscalationStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var onCall = step.Rota is { } rota ? await rotas.OnCallAsync(rota, time.GetUtcNow(), cancellationToken).ConfigureAwait(false) : [];
        var ids = onCall.Distinct().OrderBy(id => id.Value, StringComparer.Ordinal).ToList();
        await foreach (var contact in ContactsAsync(ids, cancellationToken).ConfigureAwait(false))
        {
            yield return new Recipient(contact, $"On call in rota {step.Rota}.") { Withheld = MarkingRule.Withholds(contact, alert.Marking) };
        }
    }

    private async IAsyncEnumerable<Recipient> ListedAsync(
        Alert alert, IReadOnlyList<ListId> lists, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var member in audience.ResolveAsync(QueryFor(alert, lists), time.GetUtcNow(), cancellationToken).ConfigureAwait(false))
        {
            yield return RecipientFor(member) with { NotBefore = null };
        }
    }

    private async IAsyncEnumerable<Contact> ContactsAsync(IReadOnlyList<ContactId> ascending, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var batch in ascending.Chunk(ContactBatch))
        {
            foreach (var contact in await contacts.GetManyAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                if (contact is not null)
                {
                    yield return contact;
                }
            }
        }
    }

    private async Task NoteAsync(Alert alert, int round, PlannedCounts counts, CancellationToken cancellationToken)
    {
        var nobody = counts.Told == 0;
        var entry = new TimelineEntry
        {
            At = time.GetUtcNow(),
            Kind = nobody ? TimelineKind.NobodyTold : TimelineKind.Planned,
            Alert = alert.Id,
            Detail = string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"Round {round}: {counts.Told} to be told, {counts.Withheld} withheld, {counts.Unreachable} without a channel."),
        };
        await situations.NoteAsync(alert.Situation, entry, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{alert.Id}|{round}"), cancellationToken)
            .ConfigureAwait(false);
        if (nobody)
        {
            Log.NobodyTold(logger, alert.Id, round, counts.Withheld, counts.Unreachable);
        }
        else
        {
            Log.Planned(logger, alert.Id, round, counts.Told, counts.Withheld);
        }
    }

    private static AudienceQuery QueryFor(Alert alert, IReadOnlyList<ListId>? lists) => new()
    {
        Category = alert.Category,
        Urgency = alert.Urgency,
        Mode = alert.Mode,
        Marking = alert.Marking,
        Location = alert.Location,
        AlsoCategories = [.. alert.Categories.Select(score => score.Category).Where(category => category != alert.Category)],
        Lists = lists,
    };

    private static Recipient RecipientFor(AudienceMember member) => new(member.Contact, string.Join("; ", member.Reasons.Take(8).Select(Words)))
    {
        Withheld = member.Withheld,
        NotBefore = member.NotBefore,
        Lists = [.. member.Reasons.Select(reason => reason.List).Distinct()],
    };

    private static string Words(AudienceReason reason) =>
        reason.Subscription is { } subscription ? $"List {reason.List} by subscription {subscription}" : $"List {reason.List}";

    /// <param name="MessageId">What the contact's thread began with.</param>
    /// <param name="Lists">What reached the contact first.</param>
    /// <param name="Told">False: still on its way. Who leaves the lists before it arrives is not told by this alert either.</param>
    private sealed record Earlier(string MessageId, IReadOnlyList<ListId> Lists, bool Told);

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Warning, "There is no alert {Alert} to fan out.")]
        public static partial void NoSuchAlert(ILogger logger, AlertId alert);

        [LoggerMessage(1, LogLevel.Information, "Alert {Alert} round {Round}: {Told} deliveries planned, {Withheld} withheld.")]
        public static partial void Planned(ILogger logger, AlertId alert, int round, int told, int withheld);

        [LoggerMessage(2, LogLevel.Error, "Alert {Alert} round {Round} reaches nobody: {Withheld} withheld, {Unreachable} without a channel.")]
        public static partial void NobodyTold(ILogger logger, AlertId alert, int round, int withheld, int unreachable);
    }
}
