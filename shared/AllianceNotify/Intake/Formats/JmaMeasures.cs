using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>Hypocentre, magnitude, intensity, wave heights and levels of a telegram. A number that is <c>NaN</c> is told by its words.</summary>
internal static partial class JmaMeasures
{
    /// <summary>Intensities from weak to strong, as the telegrams write them.</summary>
    private static readonly string[] Shindo = ["0", "1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"];

    private static readonly string[] TsunamiGrades = ["none", "forecast", "advisory", "warning", "major-warning"];

    private static readonly string[] WeatherLevels = ["none", "advisory", "warning", "danger-warning", "special-warning"];

    public static (string? Name, GeoPoint? At) Hypocentre(XElement? body)
    {
        var area = JmaXml.All(body, "Hypocenter").Select(hypocentre => JmaXml.Child(hypocentre, "Area")).FirstOrDefault();
        var at = JmaXml.All(area, "Coordinate").Select(coordinate => Coordinate(coordinate.Value)).FirstOrDefault(found => found is not null);
        return (JmaXml.Text(area, "DetailedName") ?? JmaXml.Text(area, "Name"), at?.Point);
    }

    /// <summary>The volcano's own place.</summary>
    public static GeoPoint? Crater(XElement? body) =>
        JmaXml.All(body, "Coordinate").Select(coordinate => Coordinate(coordinate.Value)?.Point).FirstOrDefault(point => point is not null);

    public static void Add(FactList facts, XElement? body, JmaFamily family, List<JmaKind> kinds, string headline)
    {
        AddEarthquake(facts, body);
        AddIntensity(facts, body, family);
        switch (family)
        {
            case JmaFamily.Tsunami:
                AddGrades(facts, kinds, "tsunamiGrade", "tsunamiGradeRaised", TsunamiGrades);
                AddHeights(facts, body);
                break;
            case JmaFamily.Weather:
                AddGrades(facts, kinds, "weatherLevel", "weatherLevelRaised", WeatherLevels);
                break;
            case JmaFamily.EarthquakeEarlyWarning:
                facts.Add("eewWarning", kinds.Exists(kind => kind.Grade == 2));
                break;
            case JmaFamily.Volcano:
                AddVolcano(facts, body);
                break;
        }

        if (AlertLevel(kinds, family, headline) is { } level)
        {
            facts.Add("alertLevel", level);
        }
    }

    /// <summary>
    /// ISO 6709 as JMA writes it: <c>+38.0+142.9-10000/</c>, degrees with height in metres; or <c>+3624.38+13831.38+2568/</c>, degrees
    /// and minutes. A missing height is an unknown depth.
    /// </summary>
    public static (GeoPoint Point, double? HeightM)? Coordinate(string text)
    {
        if (Iso6709().Match(text.Trim()) is not { Success: true } match)
        {
            return null;
        }

        var (latitude, longitude) = (Degrees(match.Groups["lat"].Value, 2), Degrees(match.Groups["lon"].Value, 3));
        if (Math.Abs(latitude) > 90 || Math.Abs(longitude) > 180)
        {
            return null;
        }

        double? height = match.Groups["h"] is { Success: true } group ? double.Parse(group.Value, CultureInfo.InvariantCulture) : null;
        return (new GeoPoint(latitude, longitude), height);
    }

    private static void AddEarthquake(FactList facts, XElement? body)
    {
        if (JmaXml.All(body, "Earthquake").FirstOrDefault() is not { } earthquake)
        {
            return;
        }

        facts.Add("originTime", JmaXml.Text(earthquake, "OriginTime") is { } origin && IsoTime.TryParse(origin, out var time) ? time : (DateTimeOffset?)null);
        facts.Add("epicentre", Hypocentre(body).Name);
        if (JmaXml.All(earthquake, "Hypocenter").SelectMany(each => JmaXml.All(each, "Coordinate")).Select(each => Coordinate(each.Value)?.HeightM).FirstOrDefault(each => each is not null) is { } height)
        {
            facts.Add("depthKm", 0 - height / 1000);
        }

        // A telegram may name several earthquakes: the greatest is the one that matters.
        var magnitudes = JmaXml.All(body, "Magnitude").ToList();
        if (magnitudes.Where(each => Number(each.Value) is not null).MaxBy(each => Number(each.Value)) is { } greatest)
        {
            facts.Add("magnitude", Number(greatest.Value));
            facts.Add("magnitudeType", greatest.Attribute("type")?.Value);
        }
        else
        {
            facts.Add("magnitudeText", magnitudes.FirstOrDefault()?.Attribute("description")?.Value);
        }

        var comments = JmaXml.All(body, "ForecastComment").SelectMany(comment => JmaXml.Children(comment, "Code")).SelectMany(code => code.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList();
        facts.Add("tsunamiComment", comments.Contains("0215") ? "none" : comments.Exists(code => code is "0211" or "0212" or "0213" or "0214" or "0229" or "0230") ? "possible" : null);
    }

    private static void AddIntensity(FactList facts, XElement? body, JmaFamily family)
    {
        var intensity = JmaXml.All(body, "Intensity").FirstOrDefault();
        if (JmaXml.Text(JmaXml.Child(intensity, "Observation"), "MaxInt") is { } observed && Shindo.Contains(observed))
        {
            facts.Add("maxShindo", observed);
        }

        if (JmaXml.Text(JmaXml.Child(intensity, "Observation"), "MaxLgInt") is { } longPeriod)
        {
            facts.Add("maxLongPeriod", longPeriod);
        }

        if (family == JmaFamily.EarthquakeEarlyWarning && JmaXml.Child(JmaXml.Child(intensity, "Forecast"), "ForecastInt") is { } forecast)
        {
            // "over" has no upper end: the lower one holds.
            var strongest = new[] { JmaXml.Text(forecast, "To"), JmaXml.Text(forecast, "From") }.FirstOrDefault(each => each is not null && Shindo.Contains(each));
            facts.Add("maxShindoForecast", strongest);
            facts.Add("maxShindo", strongest);
        }

        if (JmaXml.All(intensity, "Condition").Any(condition => condition.Value.Contains("未入電", StringComparison.Ordinal)))
        {
            facts.Add("shindoUnreported", true);
        }
    }

    private static void AddGrades(FactList facts, List<JmaKind> kinds, string inForce, string raised, string[] names)
    {
        var standing = kinds.Where(kind => kind.Standing != JmaStanding.Ended).Select(kind => kind.Grade).DefaultIfEmpty(0).Max();
        if (kinds.Count > 0)
        {
            facts.Add(inForce, names[standing]);
        }

        if (kinds.Where(kind => kind.Standing == JmaStanding.Raised).Select(kind => kind.Grade).DefaultIfEmpty(0).Max() is > 0 and var risen)
        {
            facts.Add(raised, names[risen]);
        }
    }

    private static void AddHeights(FactList facts, XElement? body)
    {
        var heights = JmaXml.All(body, "TsunamiHeight").ToList();
        facts.Add("tsunamiMaxHeightM", heights.Select(height => Number(height.Value)).Max());
        var words = heights.Where(height => Number(height.Value) is null || height.Attribute("description")?.Value.Contains('超', StringComparison.Ordinal) == true)
            .Select(height => height.Attribute("description")?.Value).OfType<string>().ToList();
        facts.Add("tsunamiMaxHeightText", words.Find(each => each == "巨大") ?? words.FirstOrDefault());
    }

    private static void AddVolcano(FactList facts, XElement? body)
    {
        var item = JmaXml.All(body, "VolcanoInfo").SelectMany(info => JmaXml.Children(info, "Item")).FirstOrDefault();
        facts.Add("volcanoLevel", Level(JmaXml.Child(item, "Kind")));
        facts.Add("volcanoLevelBefore", Level(JmaXml.Child(item, "LastKind")));
        facts.Add("eventTime", JmaXml.Text(JmaXml.Child(item, "EventTime"), "EventDateTime") is { } told && IsoTime.TryParse(told, out var time) ? time : (DateTimeOffset?)null);

        static double? Level(XElement? kind) => JmaXml.Text(kind, "Code") is ['1', >= '1' and <= '5' and var level] ? level - '0' : null;
    }

    /// <summary>警戒レベル: as the telegram says it, else as its kind corresponds to it.</summary>
    private static double? AlertLevel(List<JmaKind> kinds, JmaFamily family, string headline)
    {
        var standing = kinds.Where(kind => kind.Standing != JmaStanding.Ended).ToList();
        var stated = standing.Select(kind => kind.Name).Append(headline)
            .SelectMany(text => StatedLevel().Matches(text.Normalize(NormalizationForm.FormKC)).Select(match => (double)(match.Groups["n"].Value[0] - '0')))
            .ToList();
        if (stated.Count > 0)
        {
            return stated.Max();
        }

        return family switch
        {
            JmaFamily.Weather when standing.Exists(kind => kind.Grade == 4) => 5,
            JmaFamily.Landslide when standing.Count > 0 => 4,
            JmaFamily.Flood when standing.Count > 0 => standing.Max(kind => kind.Grade) is >= 2 and <= 5 and var level ? level : null,
            _ => null,
        };
    }

    private static double Degrees(string text, int wholeDigits)
    {
        var sign = text[0] == '-' ? -1 : 1;
        var digits = text[1..];
        var whole = digits.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : digits.Length;
        var value = whole <= wholeDigits
            ? double.Parse(digits, CultureInfo.InvariantCulture)
            : double.Parse(digits[..(whole - 2)], CultureInfo.InvariantCulture) + double.Parse(digits[(whole - 2)..], CultureInfo.InvariantCulture) / 60;
        return sign * Math.Round(value, 4);
    }

    private static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    [GeneratedRegex(@"^(?<lat>[+-]\d{1,4}(\.\d+)?)(?<lon>[+-]\d{1,5}(\.\d+)?)(?<h>[+-]\d+(\.\d+)?)?/?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Iso6709();

    [GeneratedRegex("(警戒)?レベル(?<n>[1-5])(相当|大雨|土砂|高潮|氾濫|洪水)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex StatedLevel();
}
