using System.Text;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// OASIS EDXL Distribution Element 1.0 and 2.0: the envelope is opened and what is in it is read as itself. The envelope's status,
/// confidentiality and kind make its content stricter, never laxer.
/// </summary>
public sealed class EdxlFormat(ReportReader inner) : IReportFormat
{
    public const string FormatName = "edxl-de";

    private const string V1 = "urn:oasis:names:tc:emergency:EDXL:DE:1.0";
    private const string V2 = "urn:oasis:names:tc:emergency:EDXL:DE:2.0";

    private static readonly string[] Statuses = ["Actual", "Exercise", "System", "Test", "Unknown", "NoAppropriateDefault"];
    private static readonly string[] Kinds =
        ["Report", "Update", "Cancel", "Request", "Response", "Dispatch", "Ack", "Error", "SensorConfiguration", "SensorControl", "SensorStatus", "SensorDetection", "Unknown", "NoAppropriateDefault"];

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        MediaType.IsXml(contentType) && SafeXml.MayMention(head, "EDXL:DE:"u8) && SafeXml.RootOf(head) is { LocalName: "EDXLDistribution", NamespaceName: V1 or V2 }
            ? FormatMatch.ByContent
            : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        if (SafeXml.TryParse(body, out var error) is not { Root: { } root })
        {
            return new ReadResult.Invalid([error!]);
        }

        var errors = new List<FieldError>();
        var fields = XmlFields.Root(root, errors);
        var id = fields.Text("distributionID", 400, required: true);
        var sender = fields.Text("senderID", 200, required: true);
        fields.Time("dateTimeSent", required: true);
        var status = Stated(fields, "distributionStatus", Statuses);
        var kind = Stated(fields, root.Name.NamespaceName == V1 ? "distributionType" : "distributionKind", Kinds);
        var confidentiality = fields.Text("combinedConfidentiality");
        var contents = JmaXml.All(root, "contentObject").Where(content => IsOf(content, root)).Take(1_000).ToList();
        if (contents.Count == 0)
        {
            fields.Error("carries no content");
        }

        if (errors.Count > 0)
        {
            return new ReadResult.Invalid(errors);
        }

        if (contents.SelectMany(content => JmaXml.Children(content, "confidentiality")).Select(each => each.Value).Append(confidentiality ?? "").Any(MarkingText.IsAboveUnclassified))
        {
            return new ReadResult.Refused(MarkingText.AboveUnclassified);
        }

        if (kind is "Ack" or "Error" or "Request" or "Response" or "SensorConfiguration" or "SensorControl" or "SensorStatus")
        {
            return new ReadResult.Refused($"A distribution of kind {kind} is about an exchange of messages, not about a situation.");
        }

        var reading = new Collection.Reading();
        var refused = (ReadResult.Refused?)null;
        foreach (var content in contents)
        {
            foreach (var read in ReadContent(content, root, context))
            {
                refused ??= read as ReadResult.Refused;
                reading.Add(read, XmlFields.ErrorAt(content, "contentObject", "").Field);
            }
        }

        return reading.Result switch
        {
            ReadResult.Reports reports => reports with { Items = [.. reports.Items.Select(report => Unwrapped(report, id!, sender!, status, kind, confidentiality, fields))] },
            ReadResult.Invalid when refused is not null => refused,
            var invalid => invalid,
        };
    }

    /// <summary>The status or kind; in 2.0 it may be a value of one of the default lists, named by its URN.</summary>
    private static string? Stated(XmlFields fields, string name, string[] values)
    {
        var element = fields.All(name).FirstOrDefault();
        var text = element is null ? null : (JmaXml.All(element, "value").FirstOrDefault() ?? element).Value.Trim();
        if (text is null || !values.Contains(text))
        {
            fields.Error(element ?? fields.Element, $"{name} must be one of {string.Join(", ", values)}");
            return null;
        }

        return text;
    }

    private IEnumerable<ReadResult> ReadContent(XElement content, XElement root, ReadContext context)
    {
        var embedded = JmaXml.All(content, "embeddedXMLContent").Where(each => IsOf(each, root)).SelectMany(each => each.Elements()).ToList();
        if (embedded.Count == 0)
        {
            embedded = [.. JmaXml.All(content, "xmlContent").SelectMany(each => each.Elements()).Where(each => each.Name.Namespace != content.Name.Namespace)];
        }

        if (embedded.Count > 0)
        {
            return embedded.Select(each => each.Name.LocalName == "alert" && CapVocabulary.IsCap(each.Name.NamespaceName)
                ? CapAlert.Read(each, CapFormat.FormatName, "unverified", context)
                : ReadInner(Encoding.UTF8.GetBytes(each.ToString(SaveOptions.DisableFormatting)), "application/xml", context));
        }

        return Decoded(content) is { } body
            ? [ReadInner(body, JmaXml.All(content, "mimeType").FirstOrDefault()?.Value.Trim() ?? "", context)]
            : [new ReadResult.Invalid([XmlFields.ErrorAt(content, "contentObject", "has neither XML content nor base 64 content data")])];
    }

    private ReadResult ReadInner(byte[] body, string type, ReadContext context) => inner.Read(body, type, context) switch
    {
        ReadOutcome.Read read => read.Result,
        ReadOutcome.Unsupported unsupported => new ReadResult.Invalid([new FieldError("content", unsupported.Reason)]),
        var other => throw new InvalidOperationException($"Unknown outcome {other}."),
    };

    /// <summary>Of this envelope, not of one inside it.</summary>
    private static bool IsOf(XElement element, XElement root) => element.Ancestors().First(each => each.Name.LocalName == "EDXLDistribution") == root;

    private static byte[]? Decoded(XElement content)
    {
        if (JmaXml.All(content, "contentData").FirstOrDefault()?.Value.Trim() is not { Length: > 0 } text)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }

    private static SituationReport Unwrapped(SituationReport report, string id, string sender, string? status, string? kind, string? confidentiality, XmlFields fields)
    {
        var mode = status switch { "Exercise" => ReportMode.Exercise, "Test" or "System" => ReportMode.Test, _ => report.Mode };
        var earlier = fields.Texts("distributionReference").Select(each => each.Split(',')).Where(parts => parts.Length >= 2).Select(parts => $"edxl:{parts[1].Trim()},{parts[0].Trim()}");
        var colour = confidentiality is null ? null : MarkingText.FindTlp(confidentiality);
        return report with
        {
            Mode = Envelope.Stricter(report.Mode, mode),
            Action = (kind, report.Action) switch
            {
                ("Cancel", _) => ReportAction.Cancel,
                ("Update", ReportAction.New) => ReportAction.Update,
                var (_, own) => own,
            },
            EventKeys = ReportLimits.EventKeys([.. report.EventKeys, $"edxl:{sender},{id}", .. earlier]),
            Codes = ReportLimits.Codes([.. report.Codes, new("edxl:status", status ?? ""), new("edxl:kind", kind ?? "")]),
            Marking = colour is { } stricter && stricter > report.Marking.Tlp
                ? report.Marking.Strictest(new Marking(stricter, report.Marking.ReleasableTo.Count > 0 ? report.Marking.ReleasableTo : Marking.Default.ReleasableTo))
                : report.Marking,
        };
    }
}
