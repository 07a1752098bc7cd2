using System.Globalization;
using System.Text.Json.Serialization;
using AllianceNotify.Classification;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Correlation;

/// <summary>
/// Finds the situation that a report of another source opened for the same event. One partition holds one kind of event in one mode on
/// one day, its rows in the order of the events' times, so that a look-up reads the minutes around the event and nothing else; a
/// second set of partitions holds one shared identifier each. Modes are in the key: an exercise never meets what is real.
/// </summary>
/// <remarks>
/// Whoever decides claims its names, writes itself into the index and looks then: of two reports that are decided at the same moment at
/// least one sees the other. It makes the two situations one before either is told: whichever is not open yet is put down as going
/// on in the other (of two that are not, the greater id in the lesser), in the very row that opening it would write. A row of the index
/// says nothing of the situation: that is where its names lead now, so that merging and splitting need not touch the index.
/// </remarks>
public sealed class EventIndex(IEntityStore store, CorrelationTable names, SituationTable situations, Taxonomy taxonomy)
{
    /// <summary>Rows read around one event; more in the same minutes are a flood, not news.</summary>
    private const int MaxAround = 200;

    /// <summary>An identifier that so many reports share (an address of a public resolver) tells nothing.</summary>
    private const int MaxSharing = 40;

    /// <summary>Candidates whose situation is looked up, nearest first.</summary>
    private const int MaxTried = 12;

    private readonly JsonTable<EventTraits> rows = new(store, new TableName("EventIndex"), EventIndexJson.Default.EventTraits);

    private readonly Dictionary<string, CorrelationRule> rules = taxonomy.Categories.SelectMany(category => category.Correlation)
        .DistinctBy(rule => rule.Event).ToDictionary(rule => rule.Event, StringComparer.Ordinal);

    /// <summary>Makes the report findable. Safe to repeat.</summary>
    public async Task AddAsync(EventTraits traits, CancellationToken cancellationToken)
    {
        var row = $"{EventTraits.TimeKey(traits.At)}|{traits.Names[0]}";
        if (rules[traits.Event].Km is not null)
        {
            await rows.UpsertAsync(DayOf(traits, traits.At), row, traits, cancellationToken).ConfigureAwait(false);
        }

        foreach (var shared in traits.Shared ?? [])
        {
            await rows.UpsertAsync(SharedBy(traits, shared), row, traits, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Where the report belongs: else in <paramref name="claimed"/>, to which its names lead.</summary>
    /// <param name="mine">The report, in the index already.</param>
    /// <param name="claimed">Where its names lead, mergers followed.</param>
    /// <param name="unopened">What to put down in place of a situation that goes on elsewhere before it was opened.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<EventPlace> FindAsync(
        EventTraits mine, SituationId claimed, Func<SituationId, Situation> unopened, CancellationToken cancellationToken)
    {
        var around = await AroundAsync(mine, cancellationToken).ConfigureAwait(false);
        var matches = around.Select(other => MatchOf(mine, other)).OfType<EventMatch>()
            .OrderBy(match => match.Distance).ThenBy(match => match.Other.Opens.Value, StringComparer.Ordinal)
            .DistinctBy(match => match.Other.Names[0]).Take(MaxTried).ToList();
        if (matches.Count == 0)
        {
            // Who is being decided at this moment and saw this report first writes into the row that the caller is about to write.
            return new EventPlace(claimed, null, []);
        }

        // All of them, not the nearest only: one that is open already may stand behind one that is not.
        var same = new List<EventMatch>();
        var apart = new List<(SituationId Other, string Why)>();
        foreach (var match in matches)
        {
            if (same.Exists(other => TellApart(other.Other, match.Other))
                || await names.FindAsync(match.Other.Names, cancellationToken).ConfigureAwait(false) is not { } decided)
            {
                continue;
            }

            var theirs = await situations.CurrentIdAsync(decided, cancellationToken).ConfigureAwait(false);
            if (await TellsApartAsync(mine, around, theirs, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (await AreOneAsync(claimed, theirs, unopened, cancellationToken).ConfigureAwait(false))
            {
                same.Add(match);
            }
            else
            {
                apart.Add((theirs, match.Why));
            }
        }

        var place = await situations.CurrentIdAsync(claimed, cancellationToken).ConfigureAwait(false);
        return new EventPlace(place, same.FirstOrDefault()?.Why, [.. apart.DistinctBy(each => each.Other).Where(each => each.Other != place)]);
    }

    /// <summary>Makes both one situation from now on; false where both are open already, which only a duty officer may merge.</summary>
    private async Task<bool> AreOneAsync(SituationId one, SituationId other, Func<SituationId, Situation> unopened, CancellationToken cancellationToken)
    {
        while (true)
        {
            one = await situations.CurrentIdAsync(one, cancellationToken).ConfigureAwait(false);
            other = await situations.CurrentIdAsync(other, cancellationToken).ConfigureAwait(false);
            if (one == other)
            {
                return true;
            }

            var (lesser, greater) = string.CompareOrdinal(one.Value, other.Value) < 0 ? (one, other) : (other, one);
            if (await GoesOnAsync(greater, lesser).ConfigureAwait(false))
            {
                return true;
            }

            if (await situations.CurrentIdAsync(greater, cancellationToken).ConfigureAwait(false) == greater)
            {
                if (await GoesOnAsync(lesser, greater).ConfigureAwait(false))
                {
                    return true;
                }

                if (await situations.CurrentIdAsync(lesser, cancellationToken).ConfigureAwait(false) == lesser)
                {
                    return false;
                }
            }
        }

        async Task<bool> GoesOnAsync(SituationId from, SituationId into)
        {
            var successor = unopened(from) with
            {
                Status = SituationStatus.Closed,
                MergedInto = into,
                ClosedReason = $"One event with {into} before it was opened.",
            };
            return await situations.WriteAsync(from, new SituationChange { Situation = successor }, cancellationToken).ConfigureAwait(false) is WriteResult.Applied;
        }
    }

    private EventMatch? MatchOf(EventTraits mine, EventTraits other)
    {
        var (rule, others) = (rules[mine.Event], rules.GetValueOrDefault(other.Event));
        if (mine.Event == other.Event)
        {
            return EventMatch.OfOneKind(mine, other, rule);
        }

        return rule.Follows?.Event == other.Event ? EventMatch.Following(mine, other, other, rule)
            : others?.Follows?.Event == mine.Event ? EventMatch.Following(other, mine, other, others)
            : null;
    }

    /// <summary>Whether the report's own source has another event of the kind in that situation.</summary>
    private async Task<bool> TellsApartAsync(EventTraits mine, List<EventTraits> around, SituationId situation, CancellationToken cancellationToken)
    {
        foreach (var own in around.Where(other => TellApart(mine, other)).DistinctBy(other => other.Names[0]).Take(MaxTried))
        {
            if (await names.FindAsync(own.Names, cancellationToken).ConfigureAwait(false) is { } decided
                && await situations.CurrentIdAsync(decided, cancellationToken).ConfigureAwait(false) == situation)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TellApart(EventTraits one, EventTraits other) =>
        one.Source == other.Source && one.Event == other.Event && !one.Names.Intersect(other.Names, StringComparer.Ordinal).Any();

    private async Task<List<EventTraits>> AroundAsync(EventTraits mine, CancellationToken cancellationToken)
    {
        var found = new List<EventTraits>();
        var rule = rules[mine.Event];
        if (rule.Km is not null)
        {
            var span = EventMatch.Span(Math.Max(rule.Minutes, rule.MinutesByArea ?? 0));
            await ReadAsync(mine.Event, mine.At - span, mine.At + span).ConfigureAwait(false);
        }

        if (rule.Follows is { } follows)
        {
            await ReadAsync(follows.Event, mine.At - EventMatch.Span(follows.Minutes), mine.At + EventMatch.Slack).ConfigureAwait(false);
        }

        foreach (var later in rules.Values.Where(other => other.Follows?.Event == mine.Event))
        {
            await ReadAsync(later.Event, mine.At - EventMatch.Slack, mine.At + EventMatch.Span(later.Follows!.Minutes)).ConfigureAwait(false);
        }

        foreach (var shared in mine.Shared ?? [])
        {
            var span = EventMatch.Span(Math.Max(rule.Minutes, EventMatch.LeastSharedMinutes));
            var range = new RowRange(EventTraits.TimeKey(mine.At - span), EventTraits.TimeKey(mine.At + span) + "}", MaxSharing);
            var sharing = await rows.QueryAsync(SharedBy(mine, shared), range, cancellationToken).Select(row => row.Value)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
            if (sharing.Count < MaxSharing)
            {
                found.AddRange(sharing);
            }
        }

        found.RemoveAll(other => other.Names[0] == mine.Names[0]);
        return found;

        async Task ReadAsync(string kind, DateTimeOffset from, DateTimeOffset to)
        {
            var like = mine with { Event = kind };
            for (var day = from.UtcDateTime.Date; day <= to.UtcDateTime.Date; day = day.AddDays(1))
            {
                var range = new RowRange(EventTraits.TimeKey(from), EventTraits.TimeKey(to) + "}", MaxAround);
                await foreach (var row in rows.QueryAsync(DayOf(like, new DateTimeOffset(day, TimeSpan.Zero)), range, cancellationToken).ConfigureAwait(false))
                {
                    found.Add(row.Value);
                }
            }
        }
    }

    private static string DayOf(EventTraits traits, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{traits.Mode}|{traits.Event}|{at.UtcDateTime:yyyyMMdd}");

    private static string SharedBy(EventTraits traits, string shared) => DeterministicId.Of("i-", traits.Mode.ToString(), traits.Event, shared);
}

/// <summary>Where a report belongs.</summary>
/// <param name="Situation">Its situation.</param>
/// <param name="Why">Why another source's report is of the same event; null where none is.</param>
/// <param name="Apart">Other situations of what seems the same event, and why it does: opened before anything connected them.</param>
public sealed record EventPlace(SituationId Situation, string? Why, IReadOnlyList<(SituationId Other, string Why)> Apart);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventTraits))]
internal sealed partial class EventIndexJson : JsonSerializerContext;
