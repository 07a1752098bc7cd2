using System.Globalization;
using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>One <c>info</c> block of a CAP alert (CAP 1.2 §3.2.2): one event, in one language, for some areas.</summary>
internal sealed partial class CapInfo
{
    private readonly XmlFields fields;
    private readonly List<NamedValue> parameters;
    private readonly List<CapArea> areas;
    private readonly string? description;
    private readonly string? instruction;
    private readonly string? senderName;
    private readonly string? audience;
    private readonly string? web;
    private readonly string? contact;
    private readonly DateTimeOffset? effective;
    private readonly DateTimeOffset? onset;

    /// <param name="isOld">CAP 1.0: coded values are <c>NAME=VALUE</c> in one text, and category is optional.</param>
    public CapInfo(XmlFields fields, bool isOld)
    {
        this.fields = fields;
        Event = fields.Text("event", Wording.MaxTitle, required: true) ?? "";
        var categories = fields.Choices("category", CapVocabulary.Categories, required: !isOld);
        var responses = fields.Choices("responseType", CapVocabulary.ResponseTypes);
        var urgency = fields.Choice("urgency", CapVocabulary.Urgencies, required: true);
        var severity = fields.Choice("severity", CapVocabulary.Severities, required: true);
        var certainty = fields.Choice("certainty", CapVocabulary.Certainties, required: true);
        var eventCodes = NamedValue.All(fields, "eventCode");
        parameters = NamedValue.All(fields, "parameter");
        Expires = fields.Time("expires");
        Language = fields.Text("language", 35) is { } tag && LanguageTag().IsMatch(tag) ? tag : "en-US";
        Headline = fields.Text("headline");
        description = fields.Text("description");
        instruction = fields.Text("instruction");
        senderName = fields.Text("senderName");
        audience = fields.Text("audience");
        web = fields.Text("web");
        contact = fields.Text("contact");
        effective = fields.Time("effective");
        onset = fields.Time("onset");
        areas = fields.Blocks("area").ConvertAll(area => new CapArea(area));
        IsTest = (eventCodes.Count > 0 && eventCodes.TrueForAll(code => CapVocabulary.IsTestCode(code.Name, code.Value)))
            || CapVocabulary.IsTestEvent(Event)
            || (Headline is not null && CapVocabulary.IsTestHeadline(Wording.Title(Headline)));
        Codes =
        [
            new("cap:event", Event),
            .. categories.Select(value => new ReportCode("cap:category", value)),
            .. responses.Select(value => new ReportCode("cap:responseType", value)),
            .. Code("cap:urgency", urgency),
            .. Code("cap:severity", severity),
            .. Code("cap:certainty", certainty == "Very Likely" ? "Likely" : certainty),
            .. eventCodes.Select(code => new ReportCode($"cap:eventCode:{code.Name}", code.Value)),
        ];
    }

    public string Event { get; }

    public string Language { get; }

    public string? Headline { get; }

    public bool IsTest { get; }

    public DateTimeOffset? Expires { get; }

    public IReadOnlyList<ReportCode> Codes { get; }

    public string? Contact => contact is null ? null : Cut(contact, 200);

    /// <summary>P-VTEC strings among the parameters.</summary>
    public IEnumerable<string> Vtec => parameters
        .Where(parameter => parameter.Name == "VTEC")
        .SelectMany(parameter => PVtec().Matches(parameter.Value).Select(match => match.Value));

    /// <summary>Ids of seismic networks, as the USGS and its partners put them into parameters.</summary>
    public IEnumerable<string> NetworkIds => parameters.Where(parameter => parameter.Name == "EventIDKey" && NetworkId().IsMatch(parameter.Value)).Select(parameter => parameter.Value);

    /// <summary>A text a language: the first block's title, and what the blocks of that language say one after the other.</summary>
    public static IReadOnlyList<ReportText> Texts(IReadOnlyList<CapInfo> infos, string untold)
    {
        if (infos.Count == 0)
        {
            return [new ReportText(Wording.LanguageOf(untold), Wording.Title(untold), Wording.Body(untold.Length > Wording.MaxTitle ? untold : ""))];
        }

        return [.. infos.GroupBy(info => info.Language, StringComparer.OrdinalIgnoreCase).Take(20).Select(group =>
        {
            var first = group.First();
            var parts = group.SelectMany(info => info == first ? info.Said() : [info.Title, .. info.Said()]);
            return new ReportText(first.Language, first.Title, Wording.Paragraphs([.. parts.Distinct()]));
        })];
    }

    public static ReportLocation? Location(IReadOnlyList<CapInfo> infos) => CapArea.Location(infos.SelectMany(info => info.areas));

    public void AddFacts(FactList facts)
    {
        facts.Add("sentBy", senderName);
        facts.Add("effective", effective);
        facts.Add("onset", onset);
        facts.Add("web", web);
        facts.Add("audience", audience);
        facts.Add("resources", string.Join('\n', fields.Blocks("resource").Select(Resource)));
        foreach (var group in parameters.GroupBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            facts.Add($"cap:{group.Key}", string.Join('\n', group.Select(parameter => parameter.Value)));
            AddMeasured(facts, group.Key, group.First().Value);
        }

        foreach (var area in areas)
        {
            area.AddFacts(facts);
        }
    }

    private string Title => Wording.Title(Headline ?? Event);

    /// <summary>The event's own name belongs to the words where the headline does not have it.</summary>
    private IEnumerable<string?> Said() =>
    [
        Headline is not null && !Headline.Contains(Event, StringComparison.OrdinalIgnoreCase) ? Event : null,
        description,
        instruction,
    ];

    private static string Resource(XmlFields resource) => string.Join(' ', new[] { resource.Text("resourceDesc"), resource.Text("mimeType"), resource.Text("uri") }.OfType<string>());

    private static void AddMeasured(FactList facts, string name, string value)
    {
        if (Measured().Match(value) is not { Success: true } match || !double.TryParse(match.Groups["n"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return;
        }

        var unit = match.Groups["u"].Value;
        switch (name)
        {
            case "Magnitude" or "EventMagnitude" or "PreliminaryMagnitude" or "EventPreliminaryMagnitude":
                facts.Add("magnitude", number);
                facts.Add("magnitudeType", unit);
                break;
            case "Depth" or "EventDepth":
                facts.Add("depthKm", unit.StartsWith("mi", StringComparison.OrdinalIgnoreCase) ? Math.Round(number * 1.609344, 1) : number);
                break;
        }
    }

    private static IEnumerable<ReportCode> Code(string scheme, string? value) => value is null ? [] : [new ReportCode(scheme, value)];

    private static string Cut(string text, int max) => Wording.Title(text) is var line && line.Length > max ? line[..max].TrimEnd() : line;

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"/[OTEX]\.[A-Z]{3}\.[A-Z]{4}\.[A-Z]{2}\.[A-Z]\.\d{4}\.\d{6}T\d{4}Z-\d{6}T\d{4}Z/", RegexOptions.CultureInvariant)]
    private static partial Regex PVtec();

    [GeneratedRegex("^[a-z]{2}[a-z0-9]{4,20}$", RegexOptions.CultureInvariant)]
    private static partial Regex NetworkId();

    [GeneratedRegex(@"^\s*(?<n>-?\d+(\.\d+)?)\s*(?<u>[A-Za-z]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Measured();
}

/// <summary>A coded value with the name of its list; in CAP 1.0 both stand in one text.</summary>
internal sealed record NamedValue(string Name, string Value)
{
    public static List<NamedValue> All(XmlFields fields, string element)
    {
        var found = new List<NamedValue>();
        foreach (var child in fields.All(element))
        {
            var names = child.Elements(child.Name.Namespace + "valueName").ToList();
            var values = child.Elements(child.Name.Namespace + "value").ToList();
            if (names.Count == 0 && !child.HasElements && child.Value.Split('=', 2) is [var oldName, var oldValue])
            {
                Add(oldName, oldValue);
            }
            else
            {
                // One of each by the standard; the NWS index puts several pairs into one.
                foreach (var (name, value) in names.Zip(values))
                {
                    Add(name.Value, value.Value);
                }
            }
        }

        return found;

        void Add(string name, string value)
        {
            if (!string.IsNullOrWhiteSpace(name) && !string.IsNullOrWhiteSpace(value))
            {
                found.Add(new NamedValue(name.Trim(), value.Trim()));
            }
        }
    }
}
