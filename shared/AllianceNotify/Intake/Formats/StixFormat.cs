using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// STIX 2.1 and 2.0: a bundle, or a bare list of objects. Each incident with what it is directly related to is a report; everything
/// else in the bundle is one more. Relations are followed one step only, so that circles end and a large bundle stays linear.
/// </summary>
public sealed partial class StixFormat : IReportFormat
{
    public const string FormatName = "stix";

    private const int MaxObjects = 50_000;
    private const int MaxListed = 100;

    /// <summary>What a report is called after, the most telling first.</summary>
    private static readonly string[] Leading =
        ["incident", "report", "grouping", "sighting", "observed-data", "campaign", "intrusion-set", "malware", "vulnerability", "indicator", "threat-actor", "attack-pattern", "tool", "infrastructure", "malware-analysis", "note", "course-of-action"];

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head)
    {
        var stated = contentType is "application/stix+json" or "application/vnd.oasis.stix+json";
        if (!stated && !(MediaType.IsJson(contentType) && (contentType is null || !MediaType.IsSpecificJson(contentType))))
        {
            return FormatMatch.No;
        }

        if ((head.IndexOf("bundle"u8) >= 0 || head.IndexOf("spec_version"u8) >= 0) && JsonHead.Of(head) is { } json && (json.TopString("type") == "bundle" || json.Has("spec_version")))
        {
            return FormatMatch.ByContent;
        }

        return stated ? FormatMatch.ByType : FormatMatch.No;
    }

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        using var document = StrictJson.TryParse(body, out var error);
        if (document is null)
        {
            return new ReadResult.Invalid([error!]);
        }

        var (list, path) = document.RootElement switch
        {
            { ValueKind: JsonValueKind.Array } array => (array, ""),
            { ValueKind: JsonValueKind.Object } bundle when bundle.TryGetProperty("objects", out var objects) => (objects, "objects"),
            { ValueKind: JsonValueKind.Object } single when single.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("bundle") => (default, "objects"),
            _ => (default(JsonElement), "$"),
        };
        if (list.ValueKind == JsonValueKind.Undefined && path == "objects")
        {
            // A bundle without objects is valid (STIX 2.1 §8) and says nothing.
            return new ReadResult.Reports([]);
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxObjects)
        {
            return new ReadResult.Invalid([new FieldError(path, $"must be a list of at most {MaxObjects} STIX objects")]);
        }

        return Read(list, path, context);
    }

    private static ReadResult Read(JsonElement list, string path, ReadContext context)
    {
        var errors = new List<FieldError>();
        var newest = new Dictionary<string, StixObject>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]");
            if (StixObject.TryRead(element, at, errors) is { } read && (!newest.TryGetValue(read.Id, out var known) || known.Modified <= read.Modified))
            {
                newest[read.Id] = read;
            }
        }

        if (errors.Count > 0)
        {
            // One container with one meaning: unlike a feed's entries, its objects explain each other.
            return new ReadResult.Invalid([.. errors.Take(100)]);
        }

        var all = newest.Values.ToList();
        var marking = new StixMarking(all.Where(each => each.Type == "marking-definition"));
        if (marking.IsAboveUnclassified)
        {
            return new ReadResult.Refused(MarkingText.AboveUnclassified);
        }

        var harmed = newest.Values
            .Where(each => each.Type == "relationship" && each.Text("relationship_type") is "targets" or "impacts" && each.Text("target_ref")?.StartsWith("identity--", StringComparison.Ordinal) == true)
            .Select(each => each.Text("source_ref")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new ReadResult.Reports([.. Groups(newest).Select(group => Report(group, new Bundle(newest, marking, harmed), context))]);
    }

    /// <summary>Incidents with their neighbours, then what is left.</summary>
    private static List<List<StixObject>> Groups(Dictionary<string, StixObject> objects)
    {
        var neighbours = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var each in objects.Values.Where(each => each.Type is "relationship" or "incident" or "sighting" or "report" or "grouping"))
        {
            var ids = each.References().Where(objects.ContainsKey).Prepend(each.Id).Distinct(StringComparer.Ordinal).Take(1_000).ToList();
            foreach (var incident in ids.Where(id => objects[id].Type == "incident"))
            {
                if (!neighbours.TryGetValue(incident, out var near))
                {
                    neighbours[incident] = near = new HashSet<string>(StringComparer.Ordinal);
                }

                near.UnionWith(ids);
            }
        }

        var groups = new List<List<StixObject>>();
        var grouped = new HashSet<string>(StringComparer.Ordinal);
        foreach (var incident in objects.Values.Where(each => each.Type == "incident"))
        {
            var near = neighbours[incident.Id];
            grouped.UnionWith(near);
            groups.Add([incident, .. near.Where(id => id != incident.Id && objects[id].Type != "incident").Select(id => objects[id])]);
        }

        var rest = objects.Values.Where(each => !grouped.Contains(each.Id) && !each.IsContext).ToList();
        if (rest.Count > 0)
        {
            groups.Add([.. rest.OrderBy(Rank)]);
        }

        return groups;
    }

    private static SituationReport Report(List<StixObject> group, Bundle bundle, ReadContext context)
    {
        var all = bundle.Objects;
        var lead = group[0];
        var told = group.Where(each => !each.IsContext).ToList();
        // Who made it, by id: a name is not unique, and not always there.
        var source = lead.Text("created_by_ref") is { Length: <= 200 } maker ? maker : "stix";
        var versions = told.Select(each => $"{each.Id}@{(each.Modified is { } modified ? IsoTime.Write(modified) : "")}").Order(StringComparer.Ordinal).ToArray();
        var sourceId = versions.Length == 1 ? versions[0] : $"{lead.Id}+{versions.Length - 1}@{DeterministicId.Of("", versions)}";
        var observed = told.Select(each => each.Modified).Max() ?? context.ReceivedAt;
        var language = lead.Text("lang") is { Length: <= 35 } tag && LanguageTag().IsMatch(tag) ? tag : "en";
        return new SituationReport
        {
            Id = SituationReport.IdOf(source, sourceId),
            Source = source,
            SourceId = Wording.Title(sourceId),
            Action = lead.IsRevoked ? ReportAction.Cancel : ReportAction.New,
            Mode = ReportMode.Actual,
            ObservedAt = IsoTime.IsPlausible(observed, context.ReceivedAt) ? observed : context.ReceivedAt,
            ReceivedAt = context.ReceivedAt,
            ExpiresAt = IsoTime.Expiry(lead.Time("valid_until"), context.ReceivedAt),
            References = lead.IsRevoked ? [new ReportReference(source, lead.Id)] : [],
            EventKeys = ReportLimits.EventKeys(told.SelectMany(Keys)),
            Texts = [new ReportText(language, Title(lead, told, all), Body(told, all))],
            Codes = ReportLimits.Codes(told.SelectMany(Codes).Concat(Victims(told, bundle)).Concat(told.SelectMany(StixIndicators.Of))),
            Marking = bundle.Marking.Of(group),
            Facts = Facts(lead, told, bundle.Marking, group),
            Format = FormatName,
        };
    }

    private static string Title(StixObject lead, List<StixObject> told, Dictionary<string, StixObject> all)
    {
        var name = lead.Type switch
        {
            "sighting" when lead.Text("sighting_of_ref") is { } seen => $"Sighting of {(all.GetValueOrDefault(seen) is { } what ? Named(what) : seen)}",
            "sighting" => "Sighting",
            _ when lead.Name is null && Rank(lead) >= Leading.Length => $"{told.Count} cyber observables",
            _ => Named(lead),
        };
        return Wording.Title(name);
    }

    private static string Body(List<StixObject> told, Dictionary<string, StixObject> all)
    {
        var lines = told.Take(MaxListed).Select(each => each.Type == "sighting" ? Sighting(each, all) : $"{each.Type}: {Named(each)}{(each.Description is { } text ? $". {text}" : "")}").ToList();
        if (told.Count > MaxListed)
        {
            lines.Add($"and {told.Count - MaxListed} more");
        }

        return Wording.Paragraphs([.. lines.Distinct(StringComparer.Ordinal)]);
    }

    private static string Sighting(StixObject sighting, Dictionary<string, StixObject> all)
    {
        var where = sighting.Texts("where_sighted_refs").Select(id => all.GetValueOrDefault(id)).OfType<StixObject>().Select(Named).ToList();
        return $"sighting: {Named(sighting)}{(where.Count > 0 ? $" at {string.Join(", ", where)}" : "")}{(sighting.Description is { } text ? $". {text}" : "")}";
    }

    private static string Named(StixObject each) => each.Name ?? each.Text("value") ?? each.Text("abstract") ?? each.Id;

    private static int Rank(StixObject each) => Array.IndexOf(Leading, each.Type) is var rank and >= 0 ? rank : Leading.Length;

    private static IEnumerable<string> Keys(StixObject each)
    {
        if (each.Type is "incident" or "campaign" or "indicator" or "report")
        {
            yield return $"stix:{each.Id}";
        }

        if (each.Type == "sighting" && each.Text("sighting_of_ref") is { } seen)
        {
            yield return $"stix:{seen}";
        }

        foreach (var cve in Cves(each))
        {
            yield return $"cve:{cve}";
        }
    }

    private static IEnumerable<string> Cves(StixObject each) => each.Type != "vulnerability"
        ? []
        : each.ExternalIds().Where(external => external.Source == "cve").Select(external => external.Id).Append(each.Name ?? "").Where(id => Cve().IsMatch(id)).Distinct();

    private static IEnumerable<ReportCode> Codes(StixObject each)
    {
        yield return new ReportCode("stix:type", Rank(each) == Leading.Length ? "observable" : each.Type);
        var (scheme, property) = each.Type switch
        {
            "malware" => ("stix:malwareType", "malware_types"),
            "indicator" => ("stix:indicatorType", "indicator_types"),
            "report" => ("stix:reportType", "report_types"),
            "threat-actor" => ("stix:threatActorType", "threat_actor_types"),
            _ => ("", ""),
        };
        if (property.Length > 0)
        {
            // STIX 2.0 says the same in labels.
            foreach (var value in each.Texts(property).Concat(each.Texts("labels")))
            {
                yield return new ReportCode(scheme, value);
            }
        }

        foreach (var cve in Cves(each))
        {
            yield return new ReportCode("cve", cve);
        }

        foreach (var (source, id) in each.ExternalIds().Where(external => external.Source is "capec" or "mitre-attack"))
        {
            yield return new ReportCode(source, id);
        }
    }

    /// <summary>That somebody is named whom it happened to: where a sighting was made, or whom an incident concerns.</summary>
    private static IEnumerable<ReportCode> Victims(List<StixObject> told, Bundle bundle) =>
        told.Exists(each => (each.Type == "sighting" && each.Texts("where_sighted_refs").Count > 0) || (each.Type == "incident" && bundle.WithVictim.Contains(each.Id)))
            ? [new ReportCode("stix:victim", "identity")]
            : [];

    private static Dictionary<string, FactValue> Facts(StixObject lead, List<StixObject> told, StixMarking marking, List<StixObject> group)
    {
        var facts = new FactList();
        facts.Add("revoked", lead.IsRevoked ? true : null);
        facts.Add("objects", told.Count);
        var sightings = told.Where(each => each.Type == "sighting").ToList();
        facts.Add("sightings", sightings.Count > 0 ? sightings.Sum(each => Math.Clamp(each.Number("count") ?? 1, 0, 1e9)) : null);
        facts.Add("indicatorPattern", told.Find(each => each.Type == "indicator")?.Text("pattern"));
        facts.Add("confidence", lead.Number("confidence"));
        facts.Add("lastSeen", lead.Time("last_seen"));
        facts.Add("statement", string.Join('\n', marking.StatementsOf(group)));
        foreach (var (name, value) in lead.Extensions())
        {
            facts.Add($"ext:{name}", value);
        }

        return facts.ToDictionary();
    }

    /// <summary>The objects by id, what marks them, and the ids of those that a relationship says somebody was harmed by.</summary>
    private sealed record Bundle(Dictionary<string, StixObject> Objects, StixMarking Marking, HashSet<string> WithVictim);

    [GeneratedRegex("^CVE-[0-9]{4}-[0-9]{4,19}$", RegexOptions.CultureInvariant)]
    private static partial Regex Cve();

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LanguageTag();
}
