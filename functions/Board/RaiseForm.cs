using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AllianceNotify.Classification;
using AllianceNotify.Functions.Endpoints;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;

namespace AllianceNotify.Functions.Board;

/// <summary>
/// A report as a duty officer typed it, and the own JSON that it is sent as: the same that a system posts, so that it is checked
/// and stored in the same way. The form's own token names the report: sent twice, it is one.
/// </summary>
public sealed record RaiseForm
{
    private const string LocalTime = "yyyy-MM-dd'T'HH:mm";
    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    public required string Token { get; init; }

    /// <summary>Empty: the hub classifies.</summary>
    public string Category { get; init; } = "";

    /// <summary>Empty until chosen: there is no default.</summary>
    public string Mode { get; init; } = "";

    public string TitleEn { get; init; } = "";

    public string BodyEn { get; init; } = "";

    public string TitleJa { get; init; } = "";

    public string BodyJa { get; init; } = "";

    public string Place { get; init; } = "";

    public string Latitude { get; init; } = "";

    public string Longitude { get; init; } = "";

    public string Radius { get; init; } = "";

    public string When { get; init; } = "";

    /// <summary><c>jst</c> or <c>utc</c>.</summary>
    public string Clock { get; init; } = "jst";

    public string Tlp { get; init; } = BoardWords.Style(Marking.Default.Tlp);

    public string ReleasableTo { get; init; } = string.Join(", ", Marking.Default.ReleasableTo);

    public string Phone { get; init; } = "";

    public static RaiseForm Blank(DateTimeOffset now) => new()
    {
        Token = DeterministicId.Random("by-hand-"),
        When = now.ToOffset(Japan).ToString(LocalTime, CultureInfo.InvariantCulture),
    };

    public static RaiseForm Of(IFormCollection form)
    {
        string Text(string name) => form[name].ToString().ReplaceLineEndings("\n").Trim();
        return new RaiseForm
        {
            Token = Text("token"),
            Category = Text("category"),
            Mode = Text("mode"),
            TitleEn = Text("titleEn"),
            BodyEn = Text("bodyEn"),
            TitleJa = Text("titleJa"),
            BodyJa = Text("bodyJa"),
            Place = Text("place"),
            Latitude = Text("latitude"),
            Longitude = Text("longitude"),
            Radius = Text("radius"),
            When = Text("when"),
            Clock = Text("clock"),
            Tlp = Text("tlp"),
            ReleasableTo = Text("releasableTo"),
            Phone = Text("phone"),
        };
    }

    /// <summary>What the page itself asks for, by field; what is left the format's own check says.</summary>
    internal IEnumerable<(string Field, LocalizedText Why)> Errors(Taxonomy taxonomy)
    {
        if (!Token.StartsWith("by-hand-", StringComparison.Ordinal) || Token.Length > 80 || !RouteKey.IsKey(Token))
        {
            yield return ("token", BoardWords.FormStale);
        }

        if (!KebabText.TryParse<ReportMode>(Mode, out _))
        {
            yield return ("mode", BoardWords.ModeNeeded);
        }

        if (Category.Length > 0 && taxonomy.Find(new CategoryId(Category)) is null)
        {
            yield return ("category", BoardWords.CategoryUnknown);
        }

        if (TitleEn.Length + TitleJa.Length == 0)
        {
            yield return ("titleEn", BoardWords.TitleNeeded);
        }
        else if ((BodyEn.Length > 0 && TitleEn.Length == 0) || (BodyJa.Length > 0 && TitleJa.Length == 0))
        {
            yield return (TitleEn.Length == 0 ? "titleEn" : "titleJa", BoardWords.TitleForBody);
        }

        if (ObservedAt is null)
        {
            yield return ("when", BoardWords.TimeNeeded);
        }

        foreach (var (field, text) in new[] { ("latitude", Latitude), ("longitude", Longitude), ("radius", Radius) })
        {
            if (text.Length > 0 && NumberOf(text) is null)
            {
                yield return (field, BoardWords.NumberNeeded);
            }
        }

        if (!KebabText.TryParse<Tlp>(Tlp, out _))
        {
            yield return ("tlp", BoardWords.ColourNeeded);
        }
    }

    private DateTimeOffset? ObservedAt =>
        Clock is "jst" or "utc"
        && DateTime.TryParseExact(When, [LocalTime, LocalTime + ":ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new DateTimeOffset(local, Clock == "jst" ? Japan : TimeSpan.Zero)
            : null;

    /// <summary>Where the report's errors are mended: the field of the form for the path of the JSON.</summary>
    public string FieldOf(string path) => path switch
    {
        _ when path.StartsWith("texts", StringComparison.Ordinal) => TitleEn.Length > 0 ? "titleEn" : "titleJa",
        "location.latitude" => "latitude",
        "location.longitude" => "longitude",
        "location.radiusKm" => "radius",
        "location.name" => "place",
        "observedAt" => "when",
        "marking.tlp" => "tlp",
        _ when path.StartsWith("marking", StringComparison.Ordinal) => "releasableTo",
        _ when path.StartsWith("contact", StringComparison.Ordinal) => "phone",
        _ => "titleEn",
    };

    /// <summary>Own JSON (<c>docs/formats.md</c>) of a form without <see cref="Errors"/>.</summary>
    internal byte[] ToJson(HubCaller caller)
    {
        var report = new JsonObject
        {
            ["source"] = SourceFor(caller),
            ["sourceId"] = SourceIdFor(caller),
            ["action"] = "new",
            ["mode"] = Mode,
            ["observedAt"] = ObservedAt!.Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["texts"] = new JsonArray([.. new[] { ("en", TitleEn, BodyEn), ("ja", TitleJa, BodyJa) }
                .Where(text => text.Item2.Length > 0)
                .Select(text => new JsonObject { ["language"] = text.Item1, ["title"] = text.Item2, ["body"] = text.Item3 })]),
            ["marking"] = new JsonObject
            {
                ["tlp"] = Tlp,
                ["releasableTo"] = new JsonArray([.. ReleasableTo.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(entry => (JsonNode)entry)]),
            },
            ["contact"] = new JsonObject { ["name"] = caller.Name, ["phone"] = Phone.Length > 0 ? Phone : null },
        };
        if (Category.Length > 0)
        {
            report["codes"] = new JsonArray(new JsonObject { ["scheme"] = ReportCode.StatedCategory, ["value"] = Category });
        }

        if (Place.Length + Latitude.Length + Longitude.Length > 0)
        {
            report["location"] = new JsonObject
            {
                ["name"] = Place.Length > 0 ? Place : null,
                ["latitude"] = NumberOf(Latitude),
                ["longitude"] = NumberOf(Longitude),
                ["radiusKm"] = NumberOf(Radius),
            };
        }

        return JsonSerializer.SerializeToUtf8Bytes(report, ClassifyJson.Default.JsonObject);
    }

    /// <summary>The id of the report that this form makes.</summary>
    internal ReportId IdFor(HubCaller caller) => SituationReport.IdOf(SourceFor(caller), SourceIdFor(caller));

    private static string SourceFor(HubCaller caller) => $"duty desk ({(caller.Name.Length > 150 ? caller.Name[..150] : caller.Name)})";

    private string SourceIdFor(HubCaller caller) => $"{caller.Id}/{Token}";

    private static double? NumberOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
