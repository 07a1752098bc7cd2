using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Open data of the overseas safety information of Japan's Ministry of Foreign Affairs (外務省海外安全情報オープンデータ), all three
/// weights. The same notice goes out from several missions under several keys: they share an event key made of their words.
/// </summary>
public sealed partial class MofaFormat : IReportFormat
{
    public const string FormatName = "mofa-xml";

    private const string Source = "www.anzen.mofa.go.jp";
    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        MediaType.IsXml(contentType) && SafeXml.MayMention(head, "opendata"u8) && SafeXml.RootOf(head) is { LocalName: "opendata", NamespaceName: "" }
            ? FormatMatch.ByContent
            : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context) => SafeXml.TryParse(body, out var error) is { Root: { } root }
        ? Collection.Read(root.Elements("mail"), "opendata/mail", (mail, errors) => ReadMail(mail, errors, context))
        : new ReadResult.Invalid([error!]);

    private static SituationReport? ReadMail(XmlFields mail, List<FieldError> errors, ReadContext context)
    {
        var key = mail.Text("keyCd", 100, required: true);
        var infoType = mail.Text("infoType", 40, required: true);
        var title = mail.Text("title", 4_000, required: true);
        var lead = mail.Text("mainText") ?? mail.Text("lead") ?? "";
        var left = mail.Text("leaveDate", 40, required: true);
        var time = default(DateTimeOffset);
        if (left is not null && (!TryTime(left, out time) || !IsoTime.IsPlausible(time, context.ReceivedAt)))
        {
            mail.Error(mail.All("leaveDate").First(), "must be YYYY/MM/DD hh:mm:ss in Japan's time, and in the past");
        }

        if (errors.Count > 0)
        {
            return null;
        }

        var countries = mail.All("country").ToList();
        var areas = mail.All("area").Select(area => area.Element("cd")?.Value.Trim() ?? "").Where(code => code.Length > 0).ToList();
        var codes = countries.ConvertAll(country => country.Element("cd")?.Value.Trim() ?? "");
        var corrected = title!.StartsWith("【訂正】", StringComparison.Ordinal);
        var plain = corrected ? title["【訂正】".Length..] : title;
        var line = Wording.Title(title);
        return new SituationReport
        {
            Id = SituationReport.IdOf(Source, key!),
            Source = Source,
            SourceId = Wording.Title(key!),
            Action = corrected ? ReportAction.Update : ReportAction.New,
            Mode = DrillMark().IsMatch(title) ? ReportMode.Exercise : ReportMode.Actual,
            ObservedAt = time,
            ReceivedAt = context.ReceivedAt,
            EventKeys = ReportLimits.EventKeys(
            [
                $"mofa:{key}",
                $"mofa:text:{Hash(plain, lead)}",
                .. codes.Where(code => code.Length > 0).Select(code => $"mofa:title:{code}:{Hash(plain)}"),
            ]),
            Texts = [new ReportText("ja", line, Wording.Body(lead))],
            Codes = ReportLimits.Codes(
            [
                new("mofa:infoType", infoType!),
                .. areas.Select(code => new ReportCode("mofa:area", code)),
                .. codes.Select(code => new ReportCode("mofa:country", code)),
            ]),
            Location = Location(countries, codes, areas),
            Marking = Marking.Public,
            Facts = Facts(mail, title, lead),
            Format = FormatName,
        };
    }

    /// <summary>A notice for a whole region names no country.</summary>
    private static ReportLocation? Location(List<XElement> countries, List<string> codes, List<string> areas) => countries.Count + areas.Count == 0
        ? null
        : new ReportLocation
        {
            Name = ReportLimits.PlaceName(countries.Select(country => country.Element("name")?.Value)),
            AreaCodes = ReportLimits.AreaCodes([.. codes.Where(code => code.Length > 0).Select(code => $"mofa:{code}"), .. areas.Select(code => $"mofa-area:{code}")]),
        };

    private static Dictionary<string, FactValue> Facts(XmlFields mail, string title, string lead)
    {
        var facts = new FactList();
        facts.Add("infoName", mail.Text("infoName"));
        facts.Add("missionCode", mail.Text("koukanCd"));
        facts.Add("web", mail.Text("infoUrl"));
        facts.Add("fullTextLink", mail.Text("xmlAllUrl"));
        var levels = DangerLevel().Matches($"{title}\n{lead}".Normalize(NormalizationForm.FormKC)).Select(match => (double)(match.Groups["n"].Value[0] - '0')).ToList();
        facts.Add("dangerLevel", levels.Count > 0 ? levels.Max() : null);
        return facts.ToDictionary();
    }

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        var read = DateTime.TryParseExact(text, "yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year >= 1970;
        time = read ? new DateTimeOffset(DateTime.SpecifyKind(local - Japan, DateTimeKind.Utc)) : default;
        return read;
    }

    private static string Hash(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => Wording.Title(part.Normalize(NormalizationForm.FormKC)))))))[..24];

    [GeneratedRegex(@"[【［\[](安否確認)?訓練[】］\]]|これは訓練です", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DrillMark();

    [GeneratedRegex("(危険(情報)?レベル|【?レベル)(?<n>[1-4])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DangerLevel();
}
