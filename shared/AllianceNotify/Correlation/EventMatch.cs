using System.Globalization;
using AllianceNotify.Classification;

namespace AllianceNotify.Correlation;

/// <summary>That two reports are about one event: how far they are from each other (0: the same in everything), and why, for people.</summary>
internal sealed record EventMatch(EventTraits Other, double Distance, string Why)
{
    /// <summary>Pure: whether both are one event of a kind by its rule; null where they are not, or where too little is said.</summary>
    public static EventMatch? OfOneKind(EventTraits mine, EventTraits other, CorrelationRule rule)
    {
        // What one source tells apart is apart; what it says again it names again.
        if (mine.Source == other.Source)
        {
            return null;
        }

        if (rule.Shared is { } weights && mine.Shared is { } shared && other.Shared is { } others
            && (mine.At - other.At).Duration() <= Span(Math.Max(rule.Minutes, LeastSharedMinutes)))
        {
            var common = shared.Intersect(others, StringComparer.Ordinal).ToList();
            if (common.Sum(each => weights.GetValueOrDefault(each[..each.IndexOf(':', StringComparison.Ordinal)])) >= 1)
            {
                return new EventMatch(other, 0, $"The same {rule.Event} as a report of {other.Source}: both name {string.Join(", ", common.Take(3))}.");
            }
        }

        if (rule.Km is not { } km || (mine.Magnitude is { } one && other.Magnitude is { } two && Math.Abs(one - two) > rule.Magnitude))
        {
            return null;
        }

        var apart = (mine.At - other.At).Duration();
        var magnitude = mine.Magnitude is { } m && other.Magnitude is { } o ? Math.Abs(m - o) : (double?)null;
        if (mine.Point is { } here && other.Point is { } there)
        {
            var distance = here.DistanceKmTo(there);
            return apart <= Span(rule.Minutes) && distance <= km
                ? new EventMatch(
                    other,
                    apart / Span(rule.Minutes) + distance / km + (magnitude is { } off && rule.Magnitude is { } most ? off / most : 0),
                    $"The same {rule.Event} as a report of {other.Source}: {Words(apart)} and {Words(distance)} apart{(magnitude is { } d ? $", magnitudes {d.ToString("0.0", CultureInfo.InvariantCulture)} apart" : "")}.")
                : null;
        }

        return rule.MinutesByArea is { } byArea && apart <= Span(byArea) && SameArea(mine, other, rule) is { } area
            ? new EventMatch(other, 1 + apart / Span(byArea), $"The same {rule.Event} as a report of {other.Source}: {Words(apart)} apart, both {area}.")
            : null;
    }

    /// <summary>Pure: whether <paramref name="later"/> follows from <paramref name="earlier"/>; <paramref name="other"/> is the one that is known already.</summary>
    public static EventMatch? Following(EventTraits later, EventTraits earlier, EventTraits other, CorrelationRule rule)
    {
        if (rule.Follows is not { } follows || (later.Source == earlier.Source && later.IsNamed && earlier.IsNamed))
        {
            return null;
        }

        var after = later.At - earlier.At;
        if (after < -Slack || after > Span(follows.Minutes) || (earlier.Magnitude is { } magnitude && magnitude < follows.LeastMagnitude))
        {
            return null;
        }

        var line = other == earlier ? $"A {rule.Event} that follows the {follows.Event} reported by {other.Source}" : $"The {follows.Event} that the {rule.Event} reported by {other.Source} follows";
        if (later.Point is { } here && earlier.Point is { } there)
        {
            var distance = here.DistanceKmTo(there);
            return distance <= follows.Km
                ? new EventMatch(other, 10 + after.Duration() / Span(follows.Minutes) + distance / follows.Km, $"{line}: {Words(after.Duration())} and {Words(distance)} apart.")
                : null;
        }

        return SameArea(later, earlier, rule) is { } area
            ? new EventMatch(other, 11 + after.Duration() / Span(follows.Minutes), $"{line}: {Words(after.Duration())} apart, both {area}.")
            : null;
    }

    /// <summary>An identifier is worth more than a time: it is compared within a day where the rule's own span is shorter.</summary>
    internal const double LeastSharedMinutes = 24 * 60;

    /// <summary>Clocks and rounding: JMA states origin times in whole minutes.</summary>
    internal static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);

    internal static TimeSpan Span(double minutes) => TimeSpan.FromMinutes(minutes);

    private static string? SameArea(EventTraits mine, EventTraits other, CorrelationRule rule)
    {
        if (mine.Areas is { } here && other.Areas is { } there && here.Intersect(there, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } code)
        {
            return $"in area {code}";
        }

        if (mine.Place is { Length: > 0 } place && place == other.Place)
        {
            return $"at {place}";
        }

        return rule.Nationwide && mine.InJapan && other.InJapan ? "in Japan" : null;
    }

    private static string Words(TimeSpan apart) => apart < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{apart.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{apart.TotalMinutes:0} min");

    private static string Words(double km) => string.Create(CultureInfo.InvariantCulture, $"{km:0} km");
}
