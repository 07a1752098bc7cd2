using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// CISA's catalogue of known exploited vulnerabilities. The catalogue is a stock: only what was added in the last
/// <see cref="NewsDays"/> days before its release is news, so that a first load does not report it all.
/// </summary>
public sealed partial class KevFormat : IReportFormat
{
    public const string FormatName = "cisa-kev";

    public const int NewsDays = 30;

    private const string Source = "www.cisa.gov";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        MediaType.IsJson(contentType) && (contentType is null || !MediaType.IsSpecificJson(contentType)) && head.IndexOf("catalogVersion"u8) >= 0
        && JsonHead.Of(head) is { } json && json.Has("catalogVersion") && (json.Has("dateReleased") || json.Has("vulnerabilities"))
            ? FormatMatch.ByContent
            : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        using var document = StrictJson.TryParse(body, out var error);
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } root })
        {
            return new ReadResult.Invalid([error ?? new FieldError("$", "The catalogue is an object.")]);
        }

        var errors = new List<FieldError>();
        var catalogue = new JsonFields(root, "", errors);
        var released = catalogue.Time("dateReleased", IsoTime.Earliest, context.ReceivedAt + IsoTime.MaxAhead, required: true);
        if (!catalogue.Has("vulnerabilities"))
        {
            catalogue.Error("vulnerabilities", "is required");
        }

        var entries = catalogue.Objects("vulnerabilities", 100_000);
        if (released is null)
        {
            return new ReadResult.Invalid(errors);
        }

        var reading = new Collection.Reading();
        reading.Errors.AddRange(errors);
        foreach (var entry in entries)
        {
            var before = errors.Count;
            if (ReadEntry(entry, released.Value, context, out var report))
            {
                reading.Add(report, []);
            }

            reading.Errors.AddRange(errors.Skip(before));
        }

        return reading.Result;
    }

    /// <summary>False where the entry is no news, or cannot be read.</summary>
    private static bool ReadEntry(JsonFields entry, DateTimeOffset released, ReadContext context, out SituationReport? report)
    {
        report = null;
        var cve = entry.Text("cveID", 40, required: true);
        var added = Date(entry, "dateAdded");
        var name = entry.Text("vulnerabilityName", Wording.MaxTitle, required: true, controls: true);
        var vendor = entry.Text("vendorProject", 300, required: true, controls: true);
        var product = entry.Text("product", 300, required: true, controls: true);
        var description = Required(entry, "shortDescription");
        var action = Required(entry, "requiredAction");
        var due = Date(entry, "dueDate");
        if (cve is not null && !Cve().IsMatch(cve))
        {
            entry.Error("cveID", "must be CVE-YYYY-NNNN");
            return false;
        }

        if (cve is null || added is not { } day || name is null || vendor is null || product is null || description is null || action is null || due is null
            || day < released - TimeSpan.FromDays(NewsDays))
        {
            return false;
        }

        var ransomware = entry.Text("knownRansomwareCampaignUse", 40) == "Known";
        var sourceId = $"{cve}@{day:yyyy-MM-dd}{(ransomware ? "/ransomware" : "")}";
        var facts = new FactList();
        facts.Add("knownExploited", true);
        facts.Add("ransomwareUse", ransomware);
        facts.Add("dueDate", $"{due:yyyy-MM-dd}");
        facts.Add("requiredAction", action);
        facts.Add("vendor", vendor);
        facts.Add("product", product);
        facts.Add("web", entry.FreeText("notes", Wording.MaxFact));
        report = new SituationReport
        {
            Id = SituationReport.IdOf(Source, sourceId),
            Source = Source,
            SourceId = sourceId,
            Action = ReportAction.New,
            Mode = ReportMode.Actual,
            ObservedAt = day > context.ReceivedAt ? context.ReceivedAt : day,
            ReceivedAt = context.ReceivedAt,
            EventKeys = [$"cve:{cve}"],
            Texts = [new ReportText("en", Wording.Title($"{name} ({cve}) is exploited"), Wording.Paragraphs(description, $"Required action: {action}"))],
            Codes = ReportLimits.Codes([new("kev", "listed"), new("cve", cve), .. entry.Texts("cwes", 100, 40).Select(cwe => new ReportCode("cwe", cwe))]),
            Marking = Marking.Public,
            Facts = facts.ToDictionary(),
            Format = FormatName,
        };
        return true;
    }

    /// <summary>May be empty, as the schema has it, but not absent.</summary>
    private static string? Required(JsonFields entry, string name)
    {
        if (entry.Find(name) is null)
        {
            entry.Error(name, "is required");
            return null;
        }

        return entry.FreeText(name, Wording.MaxBody);
    }

    private static DateTimeOffset? Date(JsonFields entry, string name)
    {
        if (entry.Text(name, 40, required: true) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is >= 1970 and < 2300)
        {
            return new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc));
        }

        entry.Error(name, "must be a date such as 2026-11-24");
        return null;
    }

    [GeneratedRegex("^CVE-[0-9]{4}-[0-9]{4,19}$", RegexOptions.CultureInvariant)]
    private static partial Regex Cve();
}
