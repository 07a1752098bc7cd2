using System.Text.Json;
using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>The nested parts of own JSON, each with its rules.</summary>
internal static partial class OwnJsonParts
{
    private const double MaxRadiusKm = 20_038;

    /// <summary>Marked in <c>classification</c> or anywhere in <c>marking</c>; the report's own words are never looked at.</summary>
    public static bool IsAboveUnclassified(JsonFields fields) =>
        (fields.Find("classification") is { } classification && IsAboveUnclassified(classification))
        || (fields.Find("marking") is { } marking && IsAboveUnclassified(marking));

    public static List<ReportText> Texts(JsonFields fields)
    {
        if (!fields.Has("texts"))
        {
            return Text(fields) is { } only ? [only] : [];
        }

        if (fields.Has("title") || fields.Has("body"))
        {
            fields.Error("texts", "stands in place of title and body, not beside them");
        }

        var texts = fields.Objects("texts", 20).ConvertAll(Text);
        if (texts.Count == 0 && fields.Find("texts") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0)
        {
            fields.Error("texts", "must have at least one entry");
        }

        return [.. texts.OfType<ReportText>()];
    }

    public static ReportLocation? Location(JsonFields fields)
    {
        if (fields.Object("location") is not { } location)
        {
            return null;
        }

        var latitude = location.Number("latitude", -90, 90);
        var longitude = location.Number("longitude", -180, 180);
        if (location.Has("latitude") != location.Has("longitude"))
        {
            location.Error(location.Has("latitude") ? "longitude" : "latitude", "is required: a point has both");
        }

        return new ReportLocation
        {
            Name = location.Text("name", 1_000) is { } name ? Wording.Title(name) : null,
            Latitude = latitude,
            Longitude = longitude,
            RadiusKm = location.Number("radiusKm", 0, MaxRadiusKm),
            AreaCodes = location.Texts("areaCodes", 5_000, 200),
            Polygons = Polygons(location),
        };
    }

    /// <summary>
    /// The default is the strict one; a colour alone gets the default's nations. RED names its readers, and nothing above GREEN
    /// may name nobody.
    /// </summary>
    public static Marking Marking(JsonFields fields)
    {
        if (fields.Object("marking") is not { } marking)
        {
            return Reports.Marking.Default;
        }

        var colour = Reports.Marking.Default.Tlp;
        if (marking.Text("tlp", 40) is { } text && !MarkingText.TryTlp(text, out colour))
        {
            marking.Error("tlp", "must be one of clear, green, amber, amber-strict, red");
        }

        if (!marking.Has("releasableTo"))
        {
            if (colour == Tlp.Red)
            {
                marking.Error("releasableTo", "is required with red: it names the readers");
            }

            return new Marking(colour, colour <= Tlp.Green ? [] : Reports.Marking.Default.ReleasableTo);
        }

        var readers = marking.Texts("releasableTo", 300, 200);
        if (readers.Count == 0 && colour > Tlp.Green)
        {
            marking.Error("releasableTo", "must name somebody: under this colour an empty list means nobody");
        }

        for (var i = 0; i < readers.Count; i++)
        {
            if (!Reader().IsMatch(readers[i]))
            {
                marking.Error($"releasableTo[{i}]", "must be a nation (ISO 3166-1 alpha-3, JPN), an agency (agency:NAME) or a person (contact:ID)");
            }
        }

        return new Marking(colour, readers);
    }

    public static Dictionary<string, FactValue> Facts(JsonFields fields)
    {
        var found = new Dictionary<string, FactValue>(StringComparer.Ordinal);
        if (fields.Object("facts") is not { } facts)
        {
            return found;
        }

        foreach (var property in facts.Properties())
        {
            if (found.Count >= 500)
            {
                facts.Error("", "must have at most 500 entries");
                break;
            }

            if (property.Name.Length is 0 or > 100 || Wording.HasControls(property.Name))
            {
                facts.Error("", "a fact's name must be 1 to 100 characters without control characters");
            }
            else if (Fact(facts, property) is { } value)
            {
                found[property.Name] = value;
            }
        }

        return found;
    }

    public static ReportContact? Contact(JsonFields fields) => fields.Object("contact") is { } contact
        ? new ReportContact(contact.Text("name", 200), contact.Text("phone", 200))
        : null;

    private static ReportText? Text(JsonFields fields)
    {
        var language = fields.Text("language", 35);
        if (language is not (null or "en" or "ja") && !LanguageTag().IsMatch(language))
        {
            fields.Error("language", "must be a language tag (BCP 47) such as ja or en-US");
        }

        var title = fields.Text("title", Wording.MaxTitle, required: true, controls: true);
        var body = fields.FreeText("body", Wording.MaxBody) ?? "";
        if (title is not null && Wording.Title(title) is { Length: > 0 } line)
        {
            return new ReportText(language ?? Wording.LanguageOf($"{title}\n{body}"), line, Wording.Body(body));
        }

        if (title is not null)
        {
            fields.Error("title", "must not be blank");
        }

        return null;
    }

    private static FactValue? Fact(JsonFields facts, JsonProperty property)
    {
        switch (property.Value.ValueKind)
        {
            case JsonValueKind.String when StrictJson.TextOf(property.Value) is { Length: <= Wording.MaxFact } text:
                return FactValue.Of(Wording.Fact(text));
            case JsonValueKind.Number when property.Value.TryGetDouble(out var number) && double.IsFinite(number):
                return FactValue.Of(number);
            case JsonValueKind.True or JsonValueKind.False:
                return FactValue.Of(property.Value.GetBoolean());
            case JsonValueKind.Null:
                return null;
            default:
                facts.Error(property.Name, $"must be a string of at most {Wording.MaxFact} characters, a finite number or a truth value");
                return null;
        }
    }

    private static List<IReadOnlyList<GeoPoint>> Polygons(JsonFields location)
    {
        var polygons = new List<IReadOnlyList<GeoPoint>>();
        foreach (var polygon in location.Objects("polygons", 100))
        {
            var ring = polygon.Objects("points", 10_000)
                .ConvertAll(point => (Latitude: point.Number("latitude", -90, 90), Longitude: point.Number("longitude", -180, 180)));
            if (ring.Count < 4 || ring[0] != ring[^1] || ring.Exists(point => point.Latitude is null || point.Longitude is null))
            {
                polygon.Error("points", "must be at least four points with latitude and longitude, the last the same as the first");
                continue;
            }

            polygons.Add(ring.ConvertAll(point => new GeoPoint(point.Latitude!.Value, point.Longitude!.Value)));
        }

        return polygons;
    }

    /// <summary>Whether any string in it says so.</summary>
    private static bool IsAboveUnclassified(JsonElement mark)
    {
        switch (mark.ValueKind)
        {
            case JsonValueKind.String:
                return StrictJson.TextOf(mark) is { } text && MarkingText.IsAboveUnclassified(text);
            case JsonValueKind.Array:
                foreach (var item in mark.EnumerateArray())
                {
                    if (IsAboveUnclassified(item))
                    {
                        return true;
                    }
                }

                return false;
            case JsonValueKind.Object:
                foreach (var property in mark.EnumerateObject())
                {
                    if (IsAboveUnclassified(property.Value))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return false;
        }
    }

    [GeneratedRegex("^([A-Z]{3}|(agency|contact):[^\\s:][^:]{0,190})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Reader();

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LanguageTag();
}
