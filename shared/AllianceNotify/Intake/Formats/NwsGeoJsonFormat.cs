using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Alerts of the U.S. National Weather Service API as GeoJSON: the properties are CAP under slightly other names, so each feature
/// is put back together as the alert that it came from and read as such.
/// </summary>
public sealed class NwsGeoJsonFormat : IReportFormat
{
    public const string FormatName = "nws-geojson";

    private static readonly XNamespace Cap = CapVocabulary.V12;

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        (contentType is null or "application/json" or "application/geo+json" or "application/ld+json") && head.IndexOf("messageType"u8) >= 0
        && JsonHead.Of(head) is { } json && (json.Has("properties.messageType") || json.Has("features.properties.messageType"))
            ? FormatMatch.ByContent
            : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        using var document = StrictJson.TryParse(body, out var error);
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } root })
        {
            return new ReadResult.Invalid([error ?? new FieldError("$", "A GeoJSON text is an object.")]);
        }

        var errors = new List<FieldError>();
        var fields = new JsonFields(root, "", errors);
        var isOne = fields.Text("type", 40) == "Feature";
        var features = isOne ? [fields] : fields.Objects("features", 20_000);
        var reading = new Collection.Reading();
        reading.Errors.AddRange(errors);
        for (var i = 0; i < features.Count; i++)
        {
            var place = isOne ? "properties" : string.Create(CultureInfo.InvariantCulture, $"features[{i}].properties");
            reading.Add(
                features[i].Object("properties") is { } properties ? CapAlert.ReadAssembled(Alert(properties, features[i]), FormatName, context) : new ReadResult.Invalid([new FieldError("properties", "is required")]),
                place);
        }

        return reading.Result;
    }

    private static XElement Alert(JsonFields properties, JsonFields feature) => new(
        Cap + "alert",
        One("identifier", Text(properties, "id")),
        One("sender", Text(properties, "sender")),
        One("sent", Text(properties, "sent")),
        One("status", Text(properties, "status")),
        One("msgType", Text(properties, "messageType")),
        One("scope", Text(properties, "scope") ?? "Public"),
        One("references", References(properties)),
        new XElement(
            Cap + "info",
            One("language", Text(properties, "language")),
            One("category", Text(properties, "category")),
            One("event", Text(properties, "event")),
            One("responseType", Text(properties, "response")),
            One("urgency", Text(properties, "urgency")),
            One("severity", Text(properties, "severity")),
            One("certainty", Text(properties, "certainty")),
            Pairs("eventCode", properties, "eventCode"),
            One("effective", Text(properties, "effective")),
            One("onset", Text(properties, "onset")),
            // "ends" is when the event is over; "expires" only when this text of it is.
            One("expires", Text(properties, "ends") ?? Text(properties, "expires")),
            One("senderName", Text(properties, "senderName")),
            One("headline", Text(properties, "headline")),
            One("description", Text(properties, "description")),
            One("instruction", Text(properties, "instruction")),
            One("web", Text(properties, "@id")),
            Pairs("parameter", properties, "parameters"),
            new XElement(
                Cap + "area",
                One("areaDesc", Text(properties, "areaDesc")),
                Polygons(feature).Select(polygon => new XElement(Cap + "polygon", polygon)),
                Pairs("geocode", properties, "geocode"))));

    private static XElement? One(string name, string? value) => value is null ? null : new XElement(Cap + name, value);

    private static string? Text(JsonFields fields, string name) =>
        fields.Find(name) is { ValueKind: JsonValueKind.String } value && StrictJson.TextOf(value) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private static string? References(JsonFields properties)
    {
        if (properties.Find("references") is not { ValueKind: JsonValueKind.Array })
        {
            return null;
        }

        return string.Join(' ', properties.Objects("references", 500).Select(each => $"{Text(each, "sender")},{Text(each, "identifier")},{Text(each, "sent")}"));
    }

    private static IEnumerable<XElement> Pairs(string element, JsonFields properties, string name)
    {
        if (properties.Find(name) is not { ValueKind: JsonValueKind.Object } map)
        {
            yield break;
        }

        foreach (var entry in map.EnumerateObject())
        {
            var values = entry.Value.ValueKind == JsonValueKind.Array ? entry.Value.EnumerateArray().ToList() : [entry.Value];
            foreach (var value in values.Where(value => value.ValueKind == JsonValueKind.String).Select(StrictJson.TextOf).OfType<string>())
            {
                yield return new XElement(Cap + element, new XElement(Cap + "valueName", entry.Name), new XElement(Cap + "value", value));
            }
        }
    }

    /// <summary>Outer rings in CAP's order and writing; GeoJSON has the longitude first.</summary>
    private static IEnumerable<string> Polygons(JsonFields feature)
    {
        if (feature.Find("geometry") is not { ValueKind: JsonValueKind.Object } geometry
            || !geometry.TryGetProperty("coordinates", out var coordinates) || !geometry.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            return [];
        }

        return StrictJson.TextOf(type) switch
        {
            "Polygon" => Array(coordinates).Take(1).Select(Ring),
            "MultiPolygon" => Array(coordinates).SelectMany(polygon => Array(polygon).Take(1)).Select(Ring),
            _ => [],
        };
    }

    private static string Ring(JsonElement ring)
    {
        var text = new StringBuilder();
        foreach (var pair in Array(ring))
        {
            var numbers = Array(pair).Take(2).Select(number => number.ValueKind == JsonValueKind.Number ? number.GetRawText() : "?").ToList();
            text.Append(text.Length > 0 ? " " : "").Append(numbers.Count == 2 ? $"{numbers[1]},{numbers[0]}" : "?");
        }

        return text.ToString();
    }

    private static JsonElement.ArrayEnumerator Array(JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default;
}
