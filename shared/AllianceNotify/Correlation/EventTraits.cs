using System.Globalization;
using AllianceNotify.Classification;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Correlation;

/// <summary>What of a report tells its event apart from others of the kind, as it is kept in the <see cref="EventIndex"/>.</summary>
public sealed record EventTraits
{
    private const int MaxAreas = 100;
    private const int MaxShared = 50;

    private static readonly string[] EventTimes = ["originTime", "onset", "eventTime"];

    public required ReportMode Mode { get; init; }

    /// <summary>Kind of event (<see cref="CorrelationRule.Event"/>).</summary>
    public required string Event { get; init; }

    public required ReportId Report { get; init; }

    public required string Source { get; init; }

    /// <summary>The report's names in <see cref="CorrelationTable"/>, the event's own first.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Its source names events itself: another name of the same source is another event.</summary>
    public bool IsNamed { get; init; }

    /// <summary>The situation that it opens where it is the first.</summary>
    public required SituationId Opens { get; init; }

    /// <summary>When it happened, as far as the report says; else when the report was issued.</summary>
    public required DateTimeOffset At { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    /// <summary>In or off Japan; false also where nothing is known.</summary>
    public bool InJapan { get; init; }

    public IReadOnlyList<string>? Areas { get; init; }

    public string? Place { get; init; }

    public double? Magnitude { get; init; }

    /// <summary>Identifiers that other sources may use as well, kind first: <c>hash:…</c>, <c>usgs:…</c>.</summary>
    public IReadOnlyList<string>? Shared { get; init; }

    internal GeoPoint? Point => Latitude is { } latitude && Longitude is { } longitude ? new GeoPoint(latitude, longitude) : null;

    /// <summary>Null where no rule of the report's categories speaks of it, or where it says too little to be compared.</summary>
    public static EventTraits? Of(SituationReport report, ClassificationResult classification, Taxonomy taxonomy)
    {
        if (classification.ModeDoubt is not null)
        {
            return null;
        }

        var categories = classification.Categories.Select(score => score.Category).Prepend(classification.Category);
        var rule = categories.Select(taxonomy.Find).OfType<TaxonomyCategory>()
            .SelectMany(category => category.Correlation)
            .FirstOrDefault(rule => rule.Signs is not { Count: > 0 } signs || signs.Any(sign => Bears(report, sign)));
        if (rule is null)
        {
            return null;
        }

        var at = rule.Shared is not null && rule.Km is null ? report.ObservedAt : EventTimeOf(report);
        var traits = new EventTraits
        {
            Mode = report.Mode,
            Event = rule.Event,
            Report = report.Id,
            Source = report.Source,
            Names = CorrelationTable.NamesOf(report, eventsFirst: true),
            IsNamed = report.EventKeys.Count > 0,
            Opens = CorrelationTable.NewIdFor(report),
            At = at,
            Latitude = report.Location?.Latitude,
            Longitude = report.Location?.Longitude,
            InJapan = rule.Nationwide && JapanArea.Of(report) == Classification.Text.Places.Japan,
            Areas = report.Location?.AreaCodes is { Count: > 0 } areas ? [.. areas.Take(MaxAreas)] : null,
            Place = report.Location?.Name?.Trim().ToUpperInvariant(),
            Magnitude = report.Facts.TryGetValue("magnitude", out var magnitude) ? magnitude.Number : null,
            Shared = rule.Shared is { } kinds ? SharedOf(report, kinds) : null,
        };
        var hasPlace = traits.Point is not null || (rule.MinutesByArea is not null && (traits.InJapan || traits.Areas is not null || traits.Place is not null));
        return (rule.Km is not null && hasPlace) || traits.Shared is { Count: > 0 } ? traits : null;
    }

    private static DateTimeOffset EventTimeOf(SituationReport report)
    {
        foreach (var name in EventTimes)
        {
            // An onset may lie ahead; an event that is reported has happened.
            if (report.Facts.TryGetValue(name, out var fact) && IsoTime.TryParse(fact.Text, out var time) && time <= report.ObservedAt.AddMinutes(1))
            {
                return time.ToUniversalTime();
            }
        }

        return report.ObservedAt;
    }

    private static List<string>? SharedOf(SituationReport report, IReadOnlyDictionary<string, double> kinds)
    {
        var codes = report.Codes.Where(code => code.Scheme.StartsWith("ioc:", StringComparison.Ordinal))
            .Select(code => (Kind: code.Scheme["ioc:".Length..], code.Value));
        var keys = report.EventKeys.Select(key => key.Split(':', 2)).Where(parts => parts.Length == 2).Select(parts => (Kind: parts[0], Value: parts[1]));
        var shared = codes.Concat(keys).Where(each => kinds.ContainsKey(each.Kind))
            .Select(each => $"{each.Kind}:{each.Value.Trim().ToLowerInvariant()}")
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxShared).ToList();
        return shared.Count > 0 ? shared : null;
    }

    private static bool Bears(SituationReport report, string sign)
    {
        if (sign.StartsWith("fact:", StringComparison.Ordinal))
        {
            return report.Facts.ContainsKey(sign["fact:".Length..]);
        }

        if (sign.StartsWith("title~", StringComparison.Ordinal))
        {
            return report.Texts.Any(text => text.Title.Contains(sign["title~".Length..], StringComparison.OrdinalIgnoreCase));
        }

        if (sign.IndexOf('~', StringComparison.Ordinal) is var tilde and > 0)
        {
            return report.Codes.Any(code => code.Scheme == sign[..tilde] && code.Value.Contains(sign[(tilde + 1)..], StringComparison.OrdinalIgnoreCase));
        }

        var equals = sign.IndexOf('=', StringComparison.Ordinal);
        var (scheme, value) = (sign[..equals], sign[(equals + 1)..]);
        return report.Codes.Any(code => code.Scheme == scheme
            && (value is [.. var beginning, '*'] ? code.Value.StartsWith(beginning, StringComparison.Ordinal) : code.Value == value));
    }

    /// <summary>Key order of the index: by time.</summary>
    internal static string TimeKey(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcTicks:D19}");
}
