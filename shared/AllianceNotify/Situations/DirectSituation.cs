using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Storage;

namespace AllianceNotify.Situations;

/// <summary>What came of a duty officer's order.</summary>
public abstract record DirectionResult
{
    private DirectionResult()
    {
    }

    /// <summary>Done. <paramref name="Alert"/> is null where nobody had to be told.</summary>
    public sealed record Done(Situation Situation, Alert? Alert) : DirectionResult;

    public sealed record UnknownSituation : DirectionResult;

    /// <summary>The situation's state does not allow it, in a sentence.</summary>
    public sealed record NotPossible(string Reason) : DirectionResult;
}

/// <summary>
/// What duty officers decide about a situation: what it is, that it is over, what else people must hear. Every decision is in
/// the timeline with who took it and why. The mode is not among them: it was fixed when the situation was opened.
/// </summary>
public sealed class DirectSituation(SituationTable situations, Taxonomy taxonomy, IMessageQueue queue, TimeProvider time)
{
    /// <summary>
    /// Says what the situation is; ends a review or a hold. Those told before hear of the change; everybody the category
    /// concerns is told where only the duty desk was. The category <c>none</c> closes it.
    /// </summary>
    public Task<DirectionResult> ReclassifyAsync(SituationId id, CategoryId category, string reason, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(id, actor, (situation, now) =>
        {
            if (situation.Status == SituationStatus.Closed)
            {
                return new Order("The situation is closed.");
            }

            if (category == CategoryId.None)
            {
                return Closing(situation, $"Not a situation: {reason}", actor, now);
            }

            if (taxonomy.Find(category) is not { } known)
            {
                return new Order($"The taxonomy has no category {category}.");
            }

            var confirmed = situation with
            {
                Status = SituationStatus.Open,
                Category = category,
                Categories = [new CategoryScore(category, 1)],
                Urgency = situation.Category == category && situation.Urgency >= known.UrgencyFloor ? situation.Urgency : known.DefaultUrgency,
                NeedsReview = false,
                ReviewReason = null,
                ModeDoubt = null,
            };
            var line = $"{situation.Category} to {category}: {reason}";
            var settled = situation.NeedsReview || situation.Status == SituationStatus.Held;
            if (confirmed.Urgency == Urgency.Info || (!settled && situation.Category == category))
            {
                return new Order(confirmed, null, line);
            }

            var kind = settled || situation.Revision == 0 ? AlertKind.New : AlertKind.Update;
            var (revised, alert) = AlertGate.Make(confirmed, ContentOf(confirmed, kind, confirmed.Urgency, confirmed.Texts, actor), now);
            return new Order(revised, alert, line);
        }, cancellationToken);

    /// <summary>It is over or was wrong: everybody who was told hears so.</summary>
    public Task<DirectionResult> CloseAsync(SituationId id, string reason, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            actor,
            (situation, now) => situation.Status == SituationStatus.Closed
                ? new Order("The situation is closed already.")
                : Closing(situation, reason, actor, now),
            cancellationToken);

    /// <summary>A duty officer's own words, to these lists (null: to whom the category concerns).</summary>
    public Task<DirectionResult> AlertAsync(
        SituationId id,
        IReadOnlyList<ReportText> texts,
        Urgency urgency,
        IReadOnlyList<ListId>? lists,
        string actor,
        CancellationToken cancellationToken) =>
        ChangeAsync(id, actor, (situation, now) =>
        {
            if (situation.Status != SituationStatus.Open)
            {
                return new Order(situation.Status == SituationStatus.Held ? "The situation is held: say first what it is." : "The situation is closed.");
            }

            var kind = situation.Revision == 0 || situation.NeedsReview ? AlertKind.New : AlertKind.Update;
            var (revised, alert) = AlertGate.Make(situation, ContentOf(situation, kind, urgency, texts, actor) with { Lists = lists }, now);
            return new Order(revised, alert, "A duty officer's own alert.");
        }, cancellationToken);

    private static Order Closing(Situation situation, string reason, string actor, DateTimeOffset now)
    {
        var closed = situation with
        {
            Status = SituationStatus.Closed,
            ClosedAt = now,
            ClosedReason = reason,
            NeedsReview = false,
            UpdatedAt = now,
        };
        if (situation.Revision == 0)
        {
            return new Order(closed, null, $"Closed: {reason}");
        }

        var (revised, alert) = AlertGate.Make(closed, ContentOf(closed, AlertKind.AllClear, situation.Urgency, situation.Texts, actor), now);
        return new Order(revised, alert, $"Closed: {reason}");
    }

    internal static AlertContent ContentOf(Situation situation, AlertKind kind, Urgency urgency, IReadOnlyList<ReportText> texts, string actor) => new()
    {
        Kind = kind,
        Urgency = urgency,
        Confidence = 1,
        Texts = texts,
        Location = situation.Location,
        Facts = situation.Facts,
        ObservedAt = situation.ObservedAt,
        Source = situation.Source,
        Report = situation.LatestReport,
        MadeBy = actor,
    };

    private async Task<DirectionResult> ChangeAsync(
        SituationId id, string actor, Func<Situation, DateTimeOffset, Order> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await situations.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } current)
            {
                return new DirectionResult.UnknownSituation();
            }

            var now = time.GetUtcNow();
            var order = decide(current.Value, now);
            if (order.Situation is null)
            {
                return new DirectionResult.NotPossible(order.Line);
            }

            var lines = new List<(TimelineEntry, string)>
            {
                (new TimelineEntry { At = now, Kind = TimelineKind.Changed, Actor = actor, Detail = order.Line, Alert = order.Alert?.Id }, About(current.ETag)),
            };
            if (order.Alert is { } made)
            {
                lines.Add((new TimelineEntry { At = now, Kind = TimelineKind.AlertMade, Actor = actor, Alert = made.Id }, made.Id.Value));

                // Queued before it is decided: a message without its alert does nothing, an alert without its message would be silent.
                await ScheduleSafetyAsync(made, cancellationToken).ConfigureAwait(false);
            }

            var change = new SituationChange { Situation = order.Situation, IfMatch = current.ETag, Alert = order.Alert, Timeline = lines };
            if (await situations.WriteAsync(id, change, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                if (order.Alert is { } alert)
                {
                    await AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken).ConfigureAwait(false);
                }

                return new DirectionResult.Done(order.Situation, order.Alert);
            }
        }
    }

    /// <summary>Of an order's line: a key of its own for each version that was ordered about, so that two orders at one instant are two lines.</summary>
    private static string About(ETag version) => DeterministicId.Of("order-", version.Value);

    /// <summary>Should the process end between the decision and its message, this copy fans the alert out a little later.</summary>
    private ValueTask ScheduleSafetyAsync(Alert alert, CancellationToken cancellationToken) =>
        AlertMessages.SendAsync(queue, alert, round: 0, cancellationToken, notBefore: time.GetUtcNow().AddSeconds(30));

    private readonly record struct Order(Situation? Situation, Alert? Alert, string Line)
    {
        public Order(string notPossible)
            : this(null, null, notPossible)
        {
        }
    }
}
