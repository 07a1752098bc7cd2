using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Atom (RFC 4287) and RSS 2.0 whose entries carry CAP: a whole alert in the entry's content, or an index of one in elements of a
/// CAP namespace, as the NWS publishes. An entry without either only points somewhere; <see cref="FeedIndex"/> lists where.
/// </summary>
public sealed class FeedFormat(CapFormat cap) : IReportFormat
{
    public const string FormatName = "cap-feed";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head) =>
        MediaType.IsXml(contentType) && SafeXml.RootOf(head) is { } root && FeedIndex.IsFeed(root) ? FormatMatch.ByContent : FormatMatch.No;

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        if (SafeXml.TryParse(body, out var error) is not { Root: { } root })
        {
            return new ReadResult.Invalid([error!]);
        }

        var reading = new Collection.Reading();
        var index = 0;
        foreach (var entry in FeedIndex.Entries(root))
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{entry.Name.LocalName}[{++index}], line {((IXmlLineInfo)entry).LineNumber}");
            foreach (var read in ReadEntry(entry, root, context))
            {
                reading.Add(read, place);
            }
        }

        return reading.Result;
    }

    private IEnumerable<ReadResult> ReadEntry(XElement entry, XElement root, ReadContext context)
    {
        var alerts = entry.Descendants().Where(each => each.Name.LocalName == "alert" && CapVocabulary.IsCap(each.Name.NamespaceName)).ToList();
        if (alerts.Count > 0)
        {
            return alerts.Select(alert => CapAlert.Read(alert, FormatName, "unverified", context));
        }

        var content = Encoding.UTF8.GetBytes(FeedIndex.Child(entry, "content")?.Value.TrimStart() ?? "");
        if (SafeXml.RootOf(content) is { LocalName: "alert" } name && CapVocabulary.IsCap(name.NamespaceName))
        {
            return [cap.Read(content, context)];
        }

        return
        [
            IndexedAlert(entry, root) is { } indexed
                ? CapAlert.ReadAssembled(indexed, FormatName, context)
                : new ReadResult.Invalid([new FieldError("entry", "carries no CAP alert and no CAP elements; what it points to must be fetched")]),
        ];
    }

    /// <summary>
    /// The index put together as the alert that it is the index of: the entry's CAP elements, with identifier, sender and time from the
    /// entry where they are not among them. Its status must be: nothing else says whether it is real.
    /// </summary>
    private static XElement? IndexedAlert(XElement entry, XElement root)
    {
        var stated = entry.Elements().Where(each => CapVocabulary.IsCap(each.Name.NamespaceName)).ToLookup(each => each.Name.LocalName);
        if (!stated.Contains("event") && !stated.Contains("status"))
        {
            return null;
        }

        XNamespace ns = CapVocabulary.V12;
        return new XElement(
            ns + "alert",
            One("identifier", FeedIndex.IdOf(entry)),
            One("sender", FeedIndex.AuthorOf(entry) ?? FeedIndex.AuthorOf(root) ?? FeedIndex.HostOf(root)),
            One("sent", FeedIndex.UpdatedOf(entry) is { } updated ? IsoTime.Write(updated) : null),
            One("status"),
            One("msgType"),
            One("scope", "Public"),
            One("references"),
            new XElement(
                ns + "info",
                All("category"), One("event"), All("responseType"), One("urgency"), One("severity"), One("certainty"), All("eventCode"),
                One("effective"), One("onset"), One("expires"), One("senderName"),
                One("headline", FeedIndex.Child(entry, "title")?.Value),
                One("description", (FeedIndex.Child(entry, "summary") ?? FeedIndex.Child(entry, "description"))?.Value),
                One("instruction"),
                One("web", FeedIndex.LinkOf(entry)),
                All("parameter"),
                stated.Contains("areaDesc") || stated.Contains("polygon") || stated.Contains("circle") || stated.Contains("geocode")
                    ? new XElement(ns + "area", One("areaDesc"), All("polygon"), All("circle"), All("geocode"))
                    : null));

        XElement? One(string name, string? otherwise = null) => stated[name].FirstOrDefault() is { } element && !string.IsNullOrWhiteSpace(element.Value)
            ? new XElement(ns + name, element.Value)
            : otherwise is null ? null : new XElement(ns + name, otherwise);

        IEnumerable<XElement> All(string name) => stated[name].Select(element => new XElement(ns + name, Pairs(element)));

        // The index's pairs have no namespace of their own, several stand in one element, and one value may list several codes.
        IEnumerable<object> Pairs(XElement element)
        {
            if (!element.HasElements)
            {
                return [element.Value];
            }

            var names = element.Elements().Where(each => each.Name.LocalName == "valueName").ToList();
            var values = element.Elements().Where(each => each.Name.LocalName == "value").ToList();
            return names.Zip(values).SelectMany(pair => (element.Name.LocalName == "geocode" ? CapReferences.Words(pair.Second.Value) : [pair.Second.Value])
                .SelectMany(value => new object[] { new XElement(ns + "valueName", pair.First.Value), new XElement(ns + "value", value) }));
        }
    }
}
