using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// GDACS RSS: disasters of the world, already graded. An event keeps its id through its episodes; each episode, and each change
/// of its level, is a report of its own, so that a drought that runs for months at one level is no news.
/// </summary>
public sealed partial class GdacsFormat : IReportFormat
{
    public const string FormatName = "gdacs-rss";

    private const string Source = "www.gdacs.org";
    private static readonly XNamespace Gdacs = "http://www.gdacs.org";
    private static readonly XNamespace Geo = "http://www.w3.org/2003/01/geo/wgs84_pos#";
    private static readonly XNamespace GeoRss = "http://www.georss.org/georss";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        MediaType.IsXml(contentType) && SafeXml.MayMention(head, "http://www.gdacs.org"u8) && SafeXml.RootOf(head) is { LocalName: "rss", NamespaceName: "" }
            ? FormatMatch.ByContent
            : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        if (SafeXml.TryParse(body, out var error) is not { Root: { } root })
        {
            return new ReadResult.Invalid([error!]);
        }

        return Collection.Read(root.Descendants("item"), "rss/channel/item", (fields, errors) => ReadItem(fields, errors, context));
    }

    private static SituationReport? ReadItem(XmlFields item, List<FieldError> errors, ReadContext context)
    {
        var element = item.Element;
        var title = item.Text("title", 4_000, required: true);
        var guid = item.Text("guid", 100) ?? (Text(element, "eventtype") is { } type && Text(element, "eventid") is { } eventId ? type + eventId : null);
        var published = Text(element, "datemodified") is { } modified && FeedTime.TryParse(modified, out var time) || FeedTime.TryParse(item.Text("pubDate", 60) ?? Text(element, "fromdate"), out time) ? time : (DateTimeOffset?)null;
        if (guid is null)
        {
            item.Error("guid is required");
        }

        if (published is not { } at || !IsoTime.IsPlausible(at, context.ReceivedAt))
        {
            item.Error("pubDate is required, as RFC 822 writes times, and must be in the past");
        }

        if (errors.Count > 0)
        {
            return null;
        }

        var eventType = Text(element, "eventtype") ?? EventType().Match(guid!).Value;
        var level = Text(element, "alertlevel");
        var episodeLevel = Text(element, "episodealertlevel");
        var sourceId = string.Join('/', new[] { guid, Text(element, "episodeid"), level, episodeLevel == level ? null : episodeLevel }.Where(part => part is not null));
        var country = Text(element, "country");
        return new SituationReport
        {
            Id = SituationReport.IdOf(Source, sourceId),
            Source = Source,
            SourceId = Wording.Title(sourceId),
            Action = ReportAction.New,
            Mode = ReportMode.Actual,
            ObservedAt = published!.Value,
            ReceivedAt = context.ReceivedAt,
            EventKeys = ReportLimits.EventKeys([$"gdacs:{guid}", .. Text(element, "glide") is { } glide ? new[] { $"glide:{glide}" } : []]),
            Texts = [new ReportText("en", Wording.Title(title!), Wording.Body(item.Text("description") ?? ""))],
            Codes = ReportLimits.Codes(
            [
                new("gdacs:eventType", eventType),
                new("gdacs:alertLevel", level ?? ""),
                new("gdacs:episodeAlertLevel", episodeLevel ?? ""),
            ]),
            Location = Location(element, country),
            Marking = Marking.Public,
            Facts = Facts(item, eventType, level, country),
            Format = FormatName,
        };
    }

    private static Dictionary<string, FactValue> Facts(XmlFields item, string eventType, string? level, string? country)
    {
        var element = item.Element;
        var facts = new FactList();
        var severity = element.Element(Gdacs + "severity");
        var value = Number(severity?.Attribute("value")?.Value);
        if (eventType == "EQ")
        {
            facts.Add("magnitude", value);
            facts.Add("depthKm", severity is not null && Depth().Match(severity.Value) is { Success: true } depth ? Number(depth.Groups["km"].Value) : null);
        }

        facts.Add("disasterLevel", level?.ToLowerInvariant());
        facts.Add("alertScore", Number(Text(element, "alertscore")));
        facts.Add("episodeAlertScore", Number(Text(element, "episodealertscore")));
        facts.Add("severityValue", value);
        facts.Add("severityUnit", severity?.Attribute("unit")?.Value);
        facts.Add("severityText", severity?.Value);
        facts.Add("population", Number(element.Element(Gdacs + "population")?.Attribute("value")?.Value));
        facts.Add("populationText", Text(element, "population"));
        facts.Add("vulnerability", Text(element, "vulnerability") ?? element.Element(Gdacs + "vulnerability")?.Attribute("value")?.Value);
        facts.Add("country", country);
        facts.Add("eventName", Text(element, "eventname"));
        facts.Add("isCurrent", Truth(Text(element, "iscurrent")));
        facts.Add("temporary", Truth(Text(element, "temporary")));
        facts.Add("onset", FeedTime.TryParse(Text(element, "fromdate"), out var from) ? from : (DateTimeOffset?)null);
        facts.Add("lastSeen", FeedTime.TryParse(Text(element, "todate"), out var to) ? to : (DateTimeOffset?)null);
        facts.Add("web", item.Text("link"));
        facts.Add("capLink", Text(element, "cap"));
        return facts.ToDictionary();
    }

    private static ReportLocation? Location(XElement item, string? country)
    {
        var box = Box(Text(item, "bbox"));
        var point = Point(item.Element(GeoRss + "point")?.Value)
            ?? Point($"{item.Descendants(Geo + "lat").FirstOrDefault()?.Value} {item.Descendants(Geo + "long").FirstOrDefault()?.Value}")
            ?? (box is null ? null : CapArea.Middle([box]));
        var place = new ReportLocation
        {
            Name = ReportLimits.PlaceName([country]),
            Latitude = point?.Latitude,
            Longitude = point?.Longitude,
            AreaCodes = ReportLimits.AreaCodes(Text(item, "iso3") is { } iso ? [$"iso3166:{iso}"] : []),
            Polygons = box is null ? [] : [box],
        };
        return place.Name is null && point is null && place.AreaCodes.Count == 0 ? null : place;
    }

    private static GeoPoint? Point(string? text) => CapReferences.Words(text) is [var latitude, var longitude]
        && Number(latitude) is { } lat and >= -90 and <= 90 && Number(longitude) is { } lon and >= -180 and <= 180 ? new GeoPoint(lat, lon) : null;

    /// <summary>GDACS' order: lonmin lonmax latmin latmax.</summary>
    private static GeoPoint[]? Box(string? text)
    {
        if (CapReferences.Words(text).Select(Number).ToList() is not [{ } west, { } east, { } south, { } north])
        {
            return null;
        }

        (west, east) = (Math.Clamp(west, -180, 180), Math.Clamp(east, -180, 180));
        (south, north) = (Math.Clamp(south, -90, 90), Math.Clamp(north, -90, 90));
        return [new(south, west), new(south, east), new(north, east), new(north, west), new(south, west)];
    }

    private static string? Text(XElement item, string name) => item.Element(Gdacs + name)?.Value.Trim() is { Length: > 0 } text ? text : null;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static bool? Truth(string? text) => bool.TryParse(text, out var truth) ? truth : null;

    [GeneratedRegex("^[A-Z]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex EventType();

    [GeneratedRegex(@"Depth:\s*(?<km>\d+(\.\d+)?)\s*km", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Depth();
}
