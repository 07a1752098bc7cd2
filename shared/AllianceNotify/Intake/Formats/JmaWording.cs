using System.Text;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>A telegram's words and place for a reader: its own texts, and what it lists as tables put into lines.</summary>
internal static class JmaWording
{
    private const int MaxAreasNamed = 60;

    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal) { "Text", "FreeFormComment", "VolcanoActivity", "VolcanoPrevention", "Notice", "NextAdvisory" };

    /// <summary>Headline, what is in force where, the earthquake, and the body's own paragraphs; explanations of terms (Appendix) are left out.</summary>
    public static string Body(string headline, XElement? body, List<JmaKind> kinds)
    {
        var paragraphs = new List<string?> { headline };
        foreach (var group in kinds.Where(kind => kind.Standing != JmaStanding.Ended).GroupBy(kind => kind.Name).OrderByDescending(group => group.Max(kind => kind.Grade)))
        {
            var names = group.SelectMany(kind => kind.Areas).Select(area => area.Name).Distinct(StringComparer.Ordinal).ToList();
            paragraphs.Add($"【{group.Key}】{string.Join('、', names.Take(MaxAreasNamed))}{(names.Count > MaxAreasNamed ? $"、ほか{names.Count - MaxAreasNamed}" : "")}");
        }

        paragraphs.Add(Earthquake(body));
        paragraphs.AddRange(JmaXml.All(body, "MaxInt").Take(1).Select(most => $"最大震度：{Shown(most.Value.Trim())}"));
        paragraphs.AddRange(body is null
            ? []
            : body.Descendants().Where(element => Texts.Contains(element.Name.LocalName) && !element.HasElements && !element.Ancestors().Any(each => each.Name.LocalName == "Appendix")).Select(element => element.Value));
        return Wording.Paragraphs([.. paragraphs.OfType<string>().Select(text => text.Trim()).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// The epicentre is the point of earthquakes and tsunamis, the crater that of volcanoes. The name is the epicentre's for an
    /// earthquake, else the areas that the gravest kinds are in force for.
    /// </summary>
    public static ReportLocation? Location(JmaTelegram telegram, XElement head, XElement? body, List<JmaKind> kinds)
    {
        var family = telegram.Family;
        var (epicentre, at) = JmaMeasures.Hypocentre(body);
        at ??= family == JmaFamily.Volcano ? JmaMeasures.Crater(body) : null;
        var standing = kinds.Where(kind => kind.Standing != JmaStanding.Ended).ToList();
        var top = standing.Select(kind => kind.Grade).DefaultIfEmpty(0).Max();
        var gravest = standing.Count == 0 ? kinds : standing.FindAll(kind => kind.Grade == top);
        var headAreas = JmaXml.All(head, "Area").Select(area => (Name: JmaXml.Text(area, "Name"), Code: JmaXml.Text(area, "Code"), Type: CodeType(area))).ToList();
        // The municipalities under an eruption or a cloudburst stand in the body alone.
        var bodyAreas = family is JmaFamily.Volcano ? JmaXml.All(body, "VolcanoInfo") : telegram.Code is "VPBS50" or "VPOA50" ? JmaXml.All(body, "MeteorologicalInfo") : [];
        var names = gravest.SelectMany(kind => kind.Areas).Select(area => area.Name).ToList();
        names = names.Count > 0 ? names : [.. headAreas.Select(area => area.Name).OfType<string>()];
        var isQuake = family is JmaFamily.Earthquake or JmaFamily.EarthquakeEarlyWarning;
        var place = new ReportLocation
        {
            Name = isQuake && epicentre is not null ? Wording.Title(epicentre) : ReportLimits.PlaceName(names) ?? epicentre,
            Latitude = at?.Latitude,
            Longitude = at?.Longitude,
            AreaCodes = ReportLimits.AreaCodes(
                kinds.SelectMany(kind => kind.Areas).Select(area => (area.Code, Type: area.CodeType))
                    .Concat(headAreas.Select(area => (Code: area.Code ?? "", area.Type)))
                    .Concat(bodyAreas.SelectMany(info => JmaXml.All(info, "Area")).Select(area => (Code: JmaXml.Text(area, "Code") ?? "", Type: CodeType(area))))
                    .Where(area => area.Code.Length > 0)
                    .Select(area => $"{Scheme(area.Type, family)}:{area.Code}")),
        };
        return place.Name is null && at is null && place.AreaCodes.Count == 0 ? null : place;
    }

    private static string CodeType(XElement area) => (area.Attribute("codeType") ?? area.Parent?.Attribute("codeType"))?.Value ?? "";

    /// <summary>The lists of area codes overlap in their numbers, so each has its own name.</summary>
    private static string Scheme(string codeType, JmaFamily family) => codeType switch
    {
        "津波予報区" => "jma-tsunami",
        "地震情報／細分区域" => "jma-quake",
        "火山名" => "jma-volcano",
        "河川" or "指定河川洪水予報（予報区域）" => "jma-river",
        _ when codeType.StartsWith("緊急地震速報", StringComparison.Ordinal) => "jma-eew",
        "" when family == JmaFamily.Tsunami => "jma-tsunami",
        _ => "jma",
    };

    private static string? Earthquake(XElement? body)
    {
        if (JmaMeasures.Hypocentre(body) is not { Name: { } name })
        {
            return null;
        }

        var line = new StringBuilder($"震源：{name}");
        foreach (var description in JmaXml.All(body, "Coordinate").Concat(JmaXml.All(body, "Magnitude")).Select(element => element.Attribute("description")?.Value).OfType<string>().Distinct())
        {
            line.Append('　').Append(description.Trim());
        }

        return line.ToString();
    }

    private static string Shown(string shindo) => shindo.Replace("-", "弱", StringComparison.Ordinal).Replace("+", "強", StringComparison.Ordinal);
}
