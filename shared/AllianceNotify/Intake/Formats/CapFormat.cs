using System.Xml.Linq;

namespace AllianceNotify.Intake.Formats;

/// <summary>OASIS Common Alerting Protocol 1.2, and 1.1 and 1.0: one <c>alert</c>, told by its namespace.</summary>
public sealed class CapFormat : IReportFormat
{
    public const string FormatName = "cap";

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head)
    {
        if (!MediaType.IsXml(contentType) || (contentType is null && !SafeXml.LooksLikeXml(head)))
        {
            return FormatMatch.No;
        }

        // XML whose root cannot even be told (broken, or with a DTD) is answered here, with the place where it breaks.
        return SafeXml.RootOf(head) is { } root
            ? root.LocalName == "alert" && CapVocabulary.IsCap(root.NamespaceName) ? FormatMatch.ByContent : FormatMatch.No
            : FormatMatch.ByType;
    }

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        if (SafeXml.TryParse(body, out var error) is not { Root: { } root })
        {
            return new ReadResult.Invalid([error!]);
        }

        return root.Name.LocalName == "alert" && CapVocabulary.IsCap(root.Name.NamespaceName)
            ? CapAlert.Read(root, FormatName, SignatureOf(root), context)
            : new ReadResult.Invalid([XmlFields.ErrorAt(root, root.Name.LocalName, "is not a CAP alert")]);
    }

    private static string SignatureOf(XElement alert) =>
        alert.Elements(XName.Get("Signature", "http://www.w3.org/2000/09/xmldsig#")).Any() ? "unverified" : "unsigned";
}
