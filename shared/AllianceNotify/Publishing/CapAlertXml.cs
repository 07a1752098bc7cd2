using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Publishing;

/// <summary>An alert as CAP 1.2 (OASIS CAP-v1.2, §3.2): one <c>info</c> in <c>en-US</c> and one in <c>ja-JP</c>, and one in each other language that its text has.</summary>
public sealed class CapAlertXml(CapOptions options, Taxonomy taxonomy)
{
    public const string MediaType = "application/cap+xml";

    /// <summary>Parameter that names the CAP alert of another hub that this one passes on, as <c>sender,identifier,sent</c>.</summary>
    public const string Origin = "alliancenotify:origin";

    private const int MaxHeadline = 160;
    private const int MaxGeocodes = 300;
    private const int MaxParameters = 60;

    private static readonly string[] BothLanguages = ["en-US", "ja-JP"];

    private static readonly XNamespace Cap = "urn:oasis:names:tc:emergency:cap:1.2";

    /// <param name="alert">The alert; not a review, which is this hub's own business. In doubt it is a draft, "not actionable in its current form" (§3.2.1).</param>
    /// <param name="earlier">Alerts of the same event told before, oldest first: the references.</param>
    /// <param name="origin">The CAP alert of another sender that it passes on; null where it is this hub's own news.</param>
    public XElement Write(Alert alert, IReadOnlyList<Alert> earlier, string? origin)
    {
        var open = alert.Marking is { Tlp: Tlp.Clear, ReleasableTo.Count: 0 };
        var nations = alert.Marking.ReleasableTo.Count > 0 && alert.Marking.ReleasableTo.All(IsNation);
        var green = alert.Marking is { Tlp: <= Tlp.Green, ReleasableTo.Count: 0 };
        return new XElement(
            Cap + "alert",
            One("identifier", alert.Id.Value),
            One("sender", options.Sender),
            One("sent", Time(alert.MadeAt)),
            One("status", alert.ShownMode switch { ShownMode.Actual => "Actual", ShownMode.Exercise => "Exercise", ShownMode.Test => "Test", _ => "Draft" }),
            One("msgType", alert.Kind == AlertKind.AllClear ? "Cancel" : earlier.Count > 0 ? "Update" : "Alert"),
            Line(alert.Source, 200) is { Length: > 0 } source ? One("source", source) : null,
            One("scope", open ? "Public" : nations || green ? "Restricted" : "Private"),
            // A colour beside addresses would be read as the nations that it usually goes to: the addresses alone say who.
            open || !(nations || green) ? null : One("restriction", nations ? $"{alert.Marking.Label} REL TO {string.Join(", ", alert.Marking.ReleasableTo)}" : alert.Marking.Label),
            open || nations || green ? null : One("addresses", alert.Marking.ReleasableTo.Count > 0 ? string.Join(' ', alert.Marking.ReleasableTo.Select(Address)) : "contact:nobody"),
            alert.ShownMode == ShownMode.Actual ? null : One("note", ModeBanner.Of(alert.ShownMode)),
            earlier.Count > 0 ? One("references", string.Join(' ', earlier.TakeLast(100).Select(each => $"{options.Sender},{each.Id},{Time(each.MadeAt)}"))) : null,
            One("incidents", alert.Situation.Value),
            Languages(alert).Select(language => Info(alert, language, origin)));
    }

    /// <summary>Signed or not, as it goes out.</summary>
    public static string Text(XElement alert) => new XDeclaration("1.0", "utf-8", null) + "\n" + alert.ToString(SaveOptions.DisableFormatting);

    private XElement Info(Alert alert, string language, string? origin)
    {
        var category = taxonomy.Find(alert.Category);
        var name = category?.Name ?? new LocalizedText("Unclassified situation", "未分類の事態");
        var own = alert.Texts.FirstOrDefault(text => SameLanguage(text.Language, language));
        var said = own ?? alert.Texts[0];
        var mark = ModeBanner.SubjectMark(alert.ShownMode, language);
        return new XElement(
            Cap + "info",
            One("language", language),
            CapCategories.Of(alert).Select(value => One("category", value)),
            One("event", Line(name.In(language), 200)),
            One("responseType", alert.Kind == AlertKind.AllClear ? "AllClear" : "Assess"),
            One("urgency", alert.Kind == AlertKind.AllClear ? "Past" : alert.Urgency switch { Urgency.Flash => "Immediate", Urgency.Urgent => "Expected", Urgency.Routine => "Future", _ => "Unknown" }),
            One("severity", alert.Kind == AlertKind.AllClear ? "Minor" : alert.Urgency switch { Urgency.Flash => "Extreme", Urgency.Urgent => "Severe", Urgency.Routine => "Moderate", _ => "Minor" }),
            One("certainty", alert.MadeBy is not null || alert.Confidence >= 0.9 ? "Likely" : alert.Confidence >= 0.5 ? "Possible" : "Unknown"),
            new XElement(Cap + "eventCode", One("valueName", "alliancenotify"), One("value", alert.Category.Value)),
            One("effective", Time(alert.MadeAt)),
            alert.ObservedAt <= alert.MadeAt ? One("onset", Time(alert.ObservedAt)) : null,
            One("expires", Time(alert.MadeAt.AddHours(options.ExpiresAfterHours))),
            One("senderName", $"AllianceNotify ({options.Sender})"),
            One("headline", Line($"{mark}{(mark.Length > 0 ? " " : "")}{(Line(own?.Title ?? "", MaxHeadline) is { Length: > 0 } title ? title : name.In(language))}", MaxHeadline)),
            One("description", Block(own is null ? $"{said.Title}\n{said.Body}" : own.Body.Length > 0 ? own.Body : own.Title)),
            category is { Playbook.Count: > 0 } && alert.Kind != AlertKind.AllClear
                ? One("instruction", string.Join('\n', category.Playbook.Select(line => line.In(language))))
                : null,
            Parameters(alert, category, origin).Select(pair => new XElement(Cap + "parameter", One("valueName", pair.Name), One("value", pair.Value))),
            alert.Location is { } location ? Area(location, language) : null);
    }

    private static IEnumerable<(string Name, string Value)> Parameters(Alert alert, TaxonomyCategory? category, string? origin)
    {
        yield return ("alliancenotify:urgency", alert.Urgency.ToString().ToLowerInvariant());
        yield return ("alliancenotify:marking", alert.Marking.Label);
        if (category is not null)
        {
            yield return ("alliancenotify:guidelines", category.Guidelines.Reference);
        }

        if (origin is not null)
        {
            yield return (Origin, origin);
        }

        foreach (var (name, value) in alert.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Where(fact => !fact.Key.StartsWith("cap:alliancenotify", StringComparison.Ordinal)).Take(MaxParameters))
        {
            if (Line(name, 100) is { Length: > 0 } valueName && Line(value.ToString(), 1_000) is { Length: > 0 } text)
            {
                yield return (valueName == "magnitude" ? "Magnitude" : valueName, text);
            }
        }
    }

    private static XElement Area(ReportLocation location, string language) => new(
        Cap + "area",
        One("areaDesc", Line(location.Name ?? "", 400) is { Length: > 0 } name ? name : new LocalizedText("as mapped", "地図のとおり").In(language)),
        location.Polygons.Where(IsRing).Select(ring => One("polygon", string.Join(' ', ring.Select(Pair)))),
        location is { Latitude: { } latitude, Longitude: { } longitude }
            ? One("circle", $"{Pair(new GeoPoint(latitude, longitude))} {Number(location.RadiusKm ?? 0)}")
            : null,
        location.AreaCodes.Take(MaxGeocodes).Select(Geocode));

    private static XElement? Geocode(string code)
    {
        var colon = code.LastIndexOf(':');
        var list = colon > 0 ? Line(code[..colon], 100) : "";
        return Line(code[(colon + 1)..], 200) is { Length: > 0 } value
            ? new XElement(Cap + "geocode", One("valueName", list.Length > 0 ? list : "code"), One("value", value))
            : null;
    }

    private static bool IsRing(IReadOnlyList<GeoPoint> ring) => ring.Count >= 4 && ring[0] == ring[^1];

    private static string Pair(GeoPoint point) => $"{Number(point.Latitude)},{Number(point.Longitude)}";

    private static string Number(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);

    private static bool IsNation(string entry) => entry.Length == 3 && entry.All(char.IsAsciiLetterUpper);

    /// <summary>A nation among other readers stays a nation; what could split the list is taken out.</summary>
    private static string Address(string entry) => string.Concat(entry.Where(c => !char.IsWhiteSpace(c) && c is not (',' or '<' or '&' or '"')));

    /// <summary>UTC as the schema wants it: no fraction, and <c>-00:00</c> in place of Z.</summary>
    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Languages(Alert alert) => BothLanguages
        .Concat(alert.Texts.Select(text => text.Language).Where(language => !SameLanguage(language, "en") && !SameLanguage(language, "ja")).Distinct(StringComparer.OrdinalIgnoreCase).Take(8));

    private static bool SameLanguage(string one, string other) => string.Equals(one.Split('-')[0], other.Split('-')[0], StringComparison.OrdinalIgnoreCase);

    private static string Line(string text, int max) => SafeText.Line(Legal(text), max).Trim();

    private static string Block(string text) => SafeText.Block(Legal(text)).Trim() is { Length: > 0 } block ? block : "-";

    /// <summary>Without what XML 1.0 cannot carry.</summary>
    private static string Legal(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.Any(c => char.IsSurrogate(c) || c >= '\uFFFE'))
        {
            return text;
        }

        var legal = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            legal.Append(rune.Value is 0xFFFE or 0xFFFF || (rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value)) ? " " : rune.ToString());
        }

        return legal.ToString();
    }

    private static XElement One(string name, string value) => new(Cap + name, value);
}

/// <summary>CAP's own categories (CAP 1.2 §3.2.2) for a situation's.</summary>
internal static class CapCategories
{
    public static IReadOnlyList<string> Of(Alert alert) => alert.Category.Value switch
    {
        "large-scale-disaster" or "international-disaster-relief" when IsOfTheEarth(alert) => ["Geo", "Safety"],
        "large-scale-disaster" or "international-disaster-relief" => ["Met", "Safety"],
        "cyber-incident" or "cyber-threat-information" => ["Infra", "Security"],
        "communications-disruption" or "space-threat" => ["Infra"],
        "noncombatant-evacuation" => ["Security", "Transport"],
        "search-and-rescue" => ["Rescue"],
        "refugee-flow" => ["Safety"],
        "sea-lane-mines" or "counter-piracy-terrorism" or "maritime-security" => ["Security", "Transport"],
        "cbrn-incident" => ["CBRNE"],
        "unclassified" => ["Other"],
        _ => ["Security"],
    };

    private static bool IsOfTheEarth(Alert alert) =>
        alert.Facts.Keys.Any(fact => fact is "magnitude" or "maxShindo" or "tsunamiGrade" or "volcanoLevel" or "magnitudeText" or "eewWarning");
}
