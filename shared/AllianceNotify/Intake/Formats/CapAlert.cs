using System.Globalization;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Reads one CAP <c>alert</c> element (CAP 1.2 §3.2) into a report: what the schema asks (<see cref="CapSchema"/>), and beside it what the
/// standard's prose does. Empty optional elements are taken for absent.
/// </summary>
internal static class CapAlert
{
    /// <summary>An alert as its sender wrote it.</summary>
    /// <param name="signature">What is known of its XML signature: <c>unsigned</c>, <c>unverified</c> or <c>valid</c>.</param>
    public static ReadResult Read(XElement alert, string format, string signature, ReadContext context, string? signer = null) =>
        Read(alert, format, signature, context, signer, isWhole: true);

    /// <summary>An alert put together from what an index or another format says of it: that index is not bound by the schema.</summary>
    public static ReadResult ReadAssembled(XElement alert, string format, ReadContext context) =>
        Read(alert, format, "unsigned", context, signer: null, isWhole: false);

    private static ReadResult Read(XElement alert, string format, string signature, ReadContext context, string? signer, bool isWhole)
    {
        var errors = new List<FieldError>();
        var fields = XmlFields.Root(alert, errors);
        var isOld = alert.Name.NamespaceName == CapVocabulary.V10;

        var identifier = fields.Text("identifier", 360, required: true);
        var sender = fields.Text("sender", 200, required: true);
        var sent = fields.Time("sent", required: true);
        var status = fields.Choice("status", CapVocabulary.Statuses, required: true);
        var messageType = fields.Choice("msgType", CapVocabulary.MessageTypes, required: true);
        var scope = fields.Choice("scope", CapVocabulary.Scopes, required: !isOld);
        var restriction = fields.Text("restriction");
        var addresses = fields.Text("addresses", required: scope == "Private");
        var handling = fields.Texts("code").ToList();
        var infos = fields.Blocks("info").ConvertAll(info => new CapInfo(info, isOld));
        if (sent is { } time && !IsoTime.IsPlausible(time, context.ReceivedAt))
        {
            fields.Error(fields.All("sent").First(), $"must lie between {IsoTime.Write(IsoTime.Earliest)} and {IsoTime.Write(context.ReceivedAt + IsoTime.MaxAhead)}");
        }

        if (handling.Append(restriction ?? "").Any(MarkingText.IsAboveUnclassified))
        {
            return new ReadResult.Refused(MarkingText.AboveUnclassified);
        }

        if (isWhole)
        {
            CapSchema.Check(alert, errors);
        }

        if (errors.Count > 0)
        {
            return new ReadResult.Invalid(errors);
        }

        if (messageType is "Ack" or "Error")
        {
            return new ReadResult.Refused($"A CAP message of type {messageType} is about an exchange of messages, not about a situation.");
        }

        var references = CapReferences.Parse(fields.Text("references"), sender!);
        var vtec = infos.SelectMany(info => info.Vtec).Distinct().ToList();
        var sourceId = CapReferences.SourceId(identifier!, sent!.Value);
        return new ReadResult.Reports([new SituationReport
        {
            Id = SituationReport.IdOf(sender!, sourceId),
            Source = sender!,
            SourceId = sourceId,
            Action = messageType switch { "Update" => ReportAction.Update, "Cancel" => ReportAction.Cancel, _ => ReportAction.New },
            Mode = ModeOf(status!, infos, vtec),
            ObservedAt = sent.Value,
            ReceivedAt = context.ReceivedAt,
            ExpiresAt = IsoTime.Expiry(infos.Max(info => info.Expires), context.ReceivedAt),
            References = [.. references.Select(reference => reference.Reference)],
            EventKeys = [.. EventKeys(sender!, identifier!, fields, references, infos, vtec, sent.Value)],
            Texts = CapInfo.Texts(infos, fields.Text("note") ?? Untold(messageType!, identifier!, sender!)),
            Codes = [.. Codes(messageType!, status!, scope, handling, infos, vtec)],
            Location = CapInfo.Location(infos),
            Marking = CapMarking.Of(scope, restriction, handling, addresses),
            Facts = Facts(fields, infos, signature, signer),
            Contact = infos.Select(info => info.Contact).FirstOrDefault(contact => contact is not null) is { } contact ? new ReportContact(contact, null) : null,
            Format = format,
        }]);
    }

    /// <summary>
    /// The status, except that senders issue their system tests as Actual: what is a test by every event code it has, by the name
    /// of its event, by its own headline or by a VTEC test product is a test.
    /// </summary>
    private static ReportMode ModeOf(string status, List<CapInfo> infos, List<string> vtec) => status switch
    {
        "Exercise" => ReportMode.Exercise,
        "Test" or "System" or "Draft" => ReportMode.Test,
        _ when infos.Count > 0 && infos.TrueForAll(info => info.IsTest) => ReportMode.Test,
        _ when vtec.Count > 0 && vtec.TrueForAll(code => code.StartsWith("/T.", StringComparison.Ordinal)) => ReportMode.Test,
        _ => ReportMode.Actual,
    };

    private static string Untold(string messageType, string identifier, string sender) => messageType switch
    {
        "Cancel" => $"{sender} cancels an earlier alert ({identifier})",
        "Update" => $"{sender} updates an earlier alert without further information ({identifier})",
        _ => $"{sender} sent an alert without further information ({identifier})",
    };

    private static List<ReportCode> Codes(
        string messageType, string status, string? scope, List<string> handling, List<CapInfo> infos, List<string> vtec)
    {
        IEnumerable<ReportCode> codes =
        [
            new("cap:msgType", messageType), new("cap:status", status),
            .. scope is null ? Array.Empty<ReportCode>() : [new("cap:scope", scope)],
            .. handling.Select(value => new ReportCode("cap:code", value)),
            .. infos.SelectMany(info => info.Codes),
            .. vtec.Select(value => new ReportCode("vtec", value)),
        ];
        return ReportLimits.Codes(codes);
    }

    private static List<string> EventKeys(
        string sender, string identifier, XmlFields fields, List<CapReference> references, List<CapInfo> infos, List<string> vtec, DateTimeOffset sent)
    {
        IEnumerable<string> keys =
        [
            CapReferences.EventKey(sender, identifier),
            .. references.Select(reference => reference.EventKey),
            .. CapReferences.Words(fields.Text("incidents")).Select(incident => $"cap:incident:{sender},{incident}"),
            .. vtec.Select(code => CapReferences.VtecKey(code, sent)).OfType<string>(),
            .. infos.SelectMany(info => info.NetworkIds).Select(id => $"usgs:{id}"),
        ];
        return ReportLimits.EventKeys(keys);
    }

    private static Dictionary<string, FactValue> Facts(XmlFields fields, List<CapInfo> infos, string signature, string? signer)
    {
        var facts = new FactList();
        facts.Add("signature", signature);
        facts.Add("signedBy", signer);
        facts.Add("note", fields.Text("note"));
        facts.Add("capSource", fields.Text("source"));
        foreach (var info in infos)
        {
            info.AddFacts(facts);
        }

        foreach (var group in Extensions(fields.Element).GroupBy(extension => extension.Name.LocalName, StringComparer.Ordinal))
        {
            facts.Add($"ext:{group.Key}", string.Join('\n', group.Select(Said)));
        }

        return facts.ToDictionary();

        static string Said(XElement extension) => extension.HasElements ? extension.ToString(SaveOptions.DisableFormatting) : extension.Value;
    }

    /// <summary>The outermost elements of namespaces that are neither CAP's nor the signature's.</summary>
    private static IEnumerable<XElement> Extensions(XElement element) => element.Elements().SelectMany(child =>
        child.Name.NamespaceName == CapSignatures.Namespace ? [] : CapVocabulary.IsCap(child.Name.NamespaceName) ? Extensions(child) : [child]);
}

/// <summary>An earlier alert, as the triple <c>sender,identifier,sent</c> names it (CAP 1.2 §3.2.1 references).</summary>
internal sealed record CapReference(ReportReference Reference, string EventKey);

internal static class CapReferences
{
    /// <summary>
    /// An alert is known by identifier, sender and sent together: senders are to make a new identifier for each alert, and some
    /// only change the time.
    /// </summary>
    public static string SourceId(string identifier, DateTimeOffset sent) => $"{identifier}@{IsoTime.Write(sent)}";

    public static string EventKey(string sender, string identifier) => $"cap:{sender},{identifier}";

    /// <summary>The triples that can be told; a name without its time still gives the event's key.</summary>
    public static List<CapReference> Parse(string? references, string sender)
    {
        var found = new List<CapReference>();
        foreach (var word in Words(references).Take(100))
        {
            var parts = word.Split(',');
            var (from, identifier) = parts.Length >= 2 ? (parts[0], parts[1]) : (sender, word);
            if (from.Length is 0 or > 200 || identifier.Length is 0 or > 360)
            {
                continue;
            }

            var sourceId = parts.Length >= 3 && IsoTime.TryParse(parts[2], out var sent) ? SourceId(identifier, sent) : identifier;
            found.Add(new CapReference(new ReportReference(from, sourceId), EventKey(from, identifier)));
        }

        return found;
    }

    public static string[] Words(string? text) => text?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>
    /// The event of a P-VTEC string (NWS Directive 10-1703), <c>/k.aaa.cccc.pp.s.####.begin-end/</c>: office, phenomenon,
    /// significance and number, which starts anew each year.
    /// </summary>
    public static string? VtecKey(string code, DateTimeOffset sent) => code.Trim('/').Split('.') is { Length: >= 7 } parts
        ? string.Create(CultureInfo.InvariantCulture, $"vtec:{parts[2]}.{parts[3]}.{parts[4]}.{parts[5]}.{sent.Year}")
        : null;
}
