using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;
using System.Xml.Linq;
using AllianceNotify.Classification;
using AllianceNotify.Intake.Formats;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Publishing;

/// <summary>
/// This hub's alerts for other systems: one as CAP, the newest as an Atom feed (RFC 4287) of them. Reviews, and whatever is not known to
/// be real or played, are not published: they are questions to the duty desk, and a partner would take them for news. Nor is what is about
/// no situation: a check of the ways to contacts.
/// </summary>
public sealed class PublishAlerts(SituationTable situations, ReportTable reports, CapAlertXml cap, IOptions<CapOptions> options)
{
    /// <summary>Situations looked through for a feed, newest first.</summary>
    private const int MaxSituations = 200;

    private const int MaxEntries = 100;

    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    private readonly Lazy<X509Certificate2?> signer = new(options.Value.LoadSigner);

    /// <summary>The alert as CAP 1.2, signed where a certificate is configured; null where there is no such alert to publish.</summary>
    public async Task<string?> CapOfAsync(AlertId id, CancellationToken cancellationToken) =>
        await situations.GetAlertAsync(id, cancellationToken).ConfigureAwait(false) is { } alert
        && await ElementOfAsync(alert, cancellationToken).ConfigureAwait(false) is { } element
            ? CapAlertXml.Text(signer.Value is { } certificate ? Signed(element, certificate) : element)
            : null;

    /// <summary>The newest alerts that <paramref name="mayRead"/> allows, newest first, each whole in its entry.</summary>
    /// <param name="self">Address of the feed.</param>
    /// <param name="mayRead">Whether the caller may read what is so marked.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<AlertFeed> FeedAsync(Uri self, Func<Marking, bool> mayRead, CancellationToken cancellationToken)
    {
        var alerts = new List<Alert>();
        await foreach (var (_, situation) in situations.ListAsync(null, cancellationToken).Take(MaxSituations).ConfigureAwait(false))
        {
            await foreach (var row in situations.ListAlertsAsync(situation.Id, cancellationToken).ConfigureAwait(false))
            {
                if (mayRead(row.Value.Marking))
                {
                    alerts.Add(row.Value);
                }
            }
        }

        var entries = new List<XElement>();
        foreach (var alert in alerts.OrderByDescending(alert => alert.MadeAt).ThenByDescending(alert => alert.Revision))
        {
            if (entries.Count < MaxEntries && await ElementOfAsync(alert, cancellationToken).ConfigureAwait(false) is { } element)
            {
                entries.Add(Entry(alert, element, self));
            }
        }

        var updated = entries.Count > 0 ? (string)entries[0].Element(Atom + "updated")! : "1970-01-01T00:00:00Z";
        var feed = new XElement(
            Atom + "feed",
            new XElement(Atom + "id", $"urn:alliancenotify:{options.Value.Sender}:alerts"),
            new XElement(Atom + "title", $"AllianceNotify alerts ({options.Value.Sender})"),
            new XElement(Atom + "updated", updated),
            new XElement(Atom + "author", new XElement(Atom + "name", options.Value.Sender)),
            new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("href", self.AbsoluteUri)),
            entries);
        return new AlertFeed(CapAlertXml.Text(feed), DeterministicId.Of("", [updated, .. entries.Select(entry => (string)entry.Element(Atom + "id")!)]));
    }

    private XElement Entry(Alert alert, XElement element, Uri self) => new(
        Atom + "entry",
        new XElement(Atom + "id", $"urn:alliancenotify:{options.Value.Sender}:{alert.Id}"),
        new XElement(Atom + "title", element.Descendants().First(each => each.Name.LocalName == "headline").Value),
        new XElement(Atom + "updated", Intake.IsoTime.Write(alert.MadeAt)),
        new XElement(
            Atom + "link",
            new XAttribute("rel", "alternate"),
            new XAttribute("type", CapAlertXml.MediaType),
            new XAttribute("href", new Uri(self, $"cap/{Uri.EscapeDataString(alert.Id.Value)}.xml").AbsoluteUri)),
        new XElement(Atom + "content", new XAttribute("type", CapAlertXml.MediaType), element));

    private async Task<XElement?> ElementOfAsync(Alert alert, CancellationToken cancellationToken)
    {
        if (alert.Kind == AlertKind.Review || alert.ModeDoubt is not null || alert.Category == CategoryId.None)
        {
            return null;
        }

        var earlier = await EarlierAsync(alert, cancellationToken).ConfigureAwait(false);
        if (alert.Kind == AlertKind.AllClear && earlier.Count == 0)
        {
            // Nothing of it was published: there is nothing to withdraw.
            return null;
        }

        return cap.Write(alert, earlier, await OriginAsync(alert, cancellationToken).ConfigureAwait(false));
    }

    private async Task<List<Alert>> EarlierAsync(Alert alert, CancellationToken cancellationToken)
    {
        var earlier = new List<Alert>();
        var merged = (await situations.GetAsync(alert.Situation, cancellationToken).ConfigureAwait(false))?.Value.Merged ?? [];
        foreach (var situation in merged.Prepend(alert.Situation))
        {
            await foreach (var row in situations.ListAlertsAsync(situation, cancellationToken).ConfigureAwait(false))
            {
                var before = row.Value.Situation == alert.Situation ? row.Value.Revision < alert.Revision : row.Value.MadeAt < alert.MadeAt;
                if (before && (row.Value.Kind is AlertKind.New or AlertKind.Update))
                {
                    earlier.Add(row.Value);
                }
            }
        }

        earlier.Sort((one, other) => one.MadeAt.CompareTo(other.MadeAt));
        return earlier;
    }

    /// <summary>The CAP alert of another sender that the alert was made of; what a duty officer says is this hub's own.</summary>
    private async Task<string?> OriginAsync(Alert alert, CancellationToken cancellationToken)
    {
        if (alert.MadeBy is not null || alert.Report is not { } id || await reports.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } report
            || report.Format is not (CapFormat.FormatName or FeedFormat.FormatName or EdxlFormat.FormatName))
        {
            return null;
        }

        if (report.Facts.TryGetValue($"cap:{CapAlertXml.Origin}", out var further) && further.Text is { } before)
        {
            // Passed on by a hub that had it from another: the first is the origin.
            return before;
        }

        var at = report.SourceId.LastIndexOf('@');
        return at > 0 ? $"{report.Source},{report.SourceId[..at]},{report.SourceId[(at + 1)..]}" : null;
    }

    /// <summary>Enveloped signature over the whole alert (CAP 1.2 §3.3.4.1), RSA with SHA-256, exclusive canonicalisation.</summary>
    internal static XElement Signed(XElement alert, X509Certificate2 certificate)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using (var reader = alert.CreateReader())
        {
            document.Load(reader);
        }

        using var key = certificate.GetRSAPrivateKey() ?? throw new InvalidOperationException("Cap:SigningCertificate has no RSA key.");
        var signed = new SignedXml(document) { SigningKey = key, Resolver = null! }; // null fetches nothing; the property is declared as if it could not be
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signed.SignedInfo.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        var reference = new Reference("") { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(new XmlDsigExcC14NTransform());
        signed.AddReference(reference);
        signed.KeyInfo = new KeyInfo();
        signed.KeyInfo.AddClause(new KeyInfoX509Data(certificate));
        signed.ComputeSignature();
        document.DocumentElement!.AppendChild(document.ImportNode(signed.GetXml(), deep: true));
        return XElement.Parse(document.OuterXml, LoadOptions.PreserveWhitespace);
    }
}

/// <summary>A feed's text, and its version for conditional requests.</summary>
public sealed record AlertFeed(string Xml, string Version);
