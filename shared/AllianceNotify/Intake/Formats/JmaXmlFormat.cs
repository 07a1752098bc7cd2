using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// JMA disaster information XML (気象庁防災情報XMLフォーマット): Control, Head and Body of one telegram. Status is the mode,
/// InfoType the action, EventID what ties the telegrams of one event.
/// </summary>
public sealed class JmaXmlFormat : IReportFormat
{
    public const string FormatName = "jma-xml";

    private const string Namespace = "http://xml.kishou.go.jp/jmaxml1/";
    private const string Source = "www.jma.go.jp";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        MediaType.IsXml(contentType) && SafeXml.MayMention(head, "jmaxml1"u8) && SafeXml.RootOf(head) is { LocalName: "Report", NamespaceName: Namespace }
            ? FormatMatch.ByContent
            : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context) => SafeXml.TryParse(body, out var error) is { Root: { } root }
        ? Read(root, context)
        : new ReadResult.Invalid([error!]);

    private static ReadResult Read(XElement report, ReadContext context)
    {
        var errors = new List<FieldError>();
        if (Part(report, "Control", errors) is not { } control || Part(report, "Head", errors) is not { } head)
        {
            return new ReadResult.Invalid(errors);
        }

        var title = control.Text("Title", 200, required: true);
        var status = control.Choice("Status", ["通常", "訓練", "試験"], required: true);
        var sentAt = control.Time("DateTime", required: true);
        var office = control.Text("EditorialOffice", 100, required: true);
        var headTitle = head.Text("Title", 400, required: true);
        var reportedAt = head.Time("ReportDateTime", required: true);
        var infoType = head.Choice("InfoType", ["発表", "訂正", "遅延", "取消"], required: true);
        var infoKind = head.Text("InfoKind", 200, required: true);
        var validUntil = head.Time("ValidDateTime");
        if (reportedAt is { } time && !IsoTime.IsPlausible(time, context.ReceivedAt))
        {
            head.Error(head.All("ReportDateTime").First(), $"must lie between {IsoTime.Write(IsoTime.Earliest)} and {IsoTime.Write(context.ReceivedAt + IsoTime.MaxAhead)}");
        }

        if (errors.Count > 0)
        {
            return new ReadResult.Invalid(errors);
        }

        var body = JmaXml.Child(report, "Body");
        var telegram = JmaTelegram.Of(title!, infoKind!);
        var headline = JmaXml.Text(JmaXml.Child(head.Element, "Headline"), "Text") ?? "";
        var kinds = JmaKinds.Read(head.Element, body, telegram.Family);
        if (infoType == "取消")
        {
            // What a withdrawn telegram named is in force no more because of it.
            kinds = kinds.ConvertAll(kind => kind with { Standing = JmaStanding.Ended });
        }

        var eventId = head.Text("EventID", 200) ?? "";
        var serial = head.Text("Serial", 20) ?? "";
        var action = ActionOf(telegram, infoType!, serial, kinds, body);
        var sourceId = string.Join('/', title, office, eventId, serial, IsoTime.Write(sentAt!.Value), infoType, status);
        return new ReadResult.Reports([new SituationReport
        {
            Id = SituationReport.IdOf(Source, sourceId),
            Source = Source,
            SourceId = Wording.Title(sourceId),
            Action = action,
            Mode = status switch { "訓練" => ReportMode.Exercise, "試験" => ReportMode.Test, _ => telegram.Code == "VXSE42" ? ReportMode.Test : ReportMode.Actual },
            ObservedAt = reportedAt!.Value,
            ReceivedAt = context.ReceivedAt,
            ExpiresAt = IsoTime.Expiry(validUntil, context.ReceivedAt),
            References = action == ReportAction.New ? [] : [.. EventIds(eventId).Select(id => new ReportReference(Source, id))],
            EventKeys = EventKeys(telegram, eventId, office!, headTitle!),
            Texts = [new ReportText("ja", Wording.Title(headTitle!), JmaWording.Body(headline, body, kinds))],
            Codes = Codes(telegram, infoKind!, infoType!, kinds, body),
            Location = JmaWording.Location(telegram, head.Element, body, kinds),
            Marking = Marking.Public,
            Facts = Facts(telegram, control, body, infoType == "取消" ? [] : kinds, headline),
            Format = FormatName,
        }]);
    }

    private static XmlFields? Part(XElement report, string name, List<FieldError> errors)
    {
        if (JmaXml.Child(report, name) is { } part)
        {
            return new XmlFields(part, $"Report/{name}", errors);
        }

        errors.Add(XmlFields.ErrorAt(report, $"Report/{name}", "is required"));
        return null;
    }

    /// <summary>
    /// 取消 of what announced the event cancels; so does lifting the last warning. Everything else that comes after the first telegram
    /// of its chain updates.
    /// </summary>
    private static ReportAction ActionOf(JmaTelegram telegram, string infoType, string serial, List<JmaKind> kinds, XElement? body)
    {
        var over = kinds.Count > 0 && kinds.TrueForAll(kind => kind.Standing == JmaStanding.Ended);
        var lifted = telegram.Family == JmaFamily.Tsunami && kinds.TrueForAll(kind => kind.Grade <= 1) && kinds.Exists(kind => kind.Code is "50" or "60");
        var concluded = JmaXml.Text(JmaXml.All(body, "InfoSerial").FirstOrDefault(), "Name") == "調査終了";
        return infoType switch
        {
            "取消" => telegram.AnnouncesEvent ? ReportAction.Cancel : ReportAction.Update,
            _ when over || lifted || concluded => ReportAction.Cancel,
            "訂正" => ReportAction.Update,
            _ => int.TryParse(serial, out var number) && number > 1 ? ReportAction.Update : ReportAction.New,
        };
    }

    private static string[] EventIds(string eventId) => eventId.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static List<string> EventKeys(JmaTelegram telegram, string eventId, string office, string headTitle)
    {
        var ids = EventIds(eventId);
        return ReportLimits.EventKeys(telegram.Family switch
        {
            JmaFamily.Earthquake or JmaFamily.EarthquakeEarlyWarning or JmaFamily.Tsunami => ids.Select(id => $"jma:{id}"),
            JmaFamily.Volcano => ids.Select(id => $"jma:volcano:{id[(id.LastIndexOf('_') + 1)..]}"),
            // Weather warnings have no event id: the chain of one office's telegrams of one title is the event.
            JmaFamily.Weather => [$"jma:weather:{office}:{headTitle}"],
            JmaFamily.Landslide => ids.Select(id => $"jma:landslide:{id}"),
            JmaFamily.Flood => ids.Select(id => $"jma:flood:{id}"),
            JmaFamily.NankaiTrough => ids.Select(id => $"jma:nankai:{id}"),
            _ => ids.Select(id => $"jma:{telegram.Code ?? "other"}:{id}"),
        });
    }

    private static List<ReportCode> Codes(JmaTelegram telegram, string infoKind, string infoType, List<JmaKind> kinds, XElement? body)
    {
        var scheme = telegram.KindScheme;
        return ReportLimits.Codes(
        [
            .. telegram.Code is null ? Array.Empty<ReportCode>() : [new("jma:telegram", telegram.Code)],
            new("jma:infoKind", infoKind),
            new("jma:infoType", infoType),
            .. kinds.Select(kind => new ReportCode(kind.Standing switch { JmaStanding.Continued => $"{scheme}:continued", JmaStanding.Ended => $"{scheme}:ended", _ => scheme }, kind.Code)),
            .. JmaXml.All(body, "InfoSerial").Select(serial => JmaXml.Text(serial, "Code")).OfType<string>().Select(code => new ReportCode("jma:nankaiTrough", code)),
        ]);
    }

    private static Dictionary<string, FactValue> Facts(JmaTelegram telegram, XmlFields control, XElement? body, List<JmaKind> kinds, string headline)
    {
        var facts = new FactList();
        facts.Add("sentBy", control.Text("PublishingOffice") ?? control.Text("EditorialOffice"));
        JmaMeasures.Add(facts, body, telegram.Family, kinds, headline);
        if (JmaXml.All(body, "Notice").Any(notice => notice.Value.Contains("テスト", StringComparison.Ordinal) || notice.Value.Contains("サンプル", StringComparison.Ordinal)))
        {
            facts.Add("sampleTelegram", true);
        }

        return facts.ToDictionary();
    }
}
