using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;
using System.Xml.Linq;

namespace AllianceNotify.Intake;

/// <summary>What is known of an alert's XML signature.</summary>
internal abstract record SignatureState
{
    private SignatureState()
    {
    }

    /// <summary>There is none.</summary>
    public sealed record Unsigned : SignatureState;

    /// <summary>There is one, and no certificate is configured to check it with.</summary>
    public sealed record Unverified : SignatureState;

    /// <summary>It covers the whole alert and was made with a configured certificate, whose subject this is.</summary>
    public sealed record Valid(string Signer) : SignatureState;

    /// <summary>It is not one that this hub believes: the alert must not be taken for its sender's.</summary>
    public sealed record Broken(string Reason) : SignatureState;
}

/// <summary>
/// Checks the enveloped XML signature of a CAP alert (CAP 1.2 §3.3.4.1, XML-DSig) against a list of certificates. Only one form is
/// believed: one signature, child of the alert, one reference to the whole document (URI empty), no transform beyond "enveloped" and
/// canonicalisation, SHA-2. So nothing can stand in the document that the signature does not cover, and the alert that is read
/// is the one that was signed. Keys that the message itself brings are never used.
/// </summary>
public sealed class CapSignatures(IReadOnlyList<X509Certificate2> certificates)
{
    internal const string Namespace = "http://www.w3.org/2000/09/xmldsig#";

    private static readonly HashSet<string> Canonicalisations = new(StringComparer.Ordinal)
    {
        SignedXml.XmlDsigExcC14NTransformUrl, SignedXml.XmlDsigExcC14NWithCommentsTransformUrl, SignedXml.XmlDsigC14NTransformUrl, SignedXml.XmlDsigC14NWithCommentsTransformUrl,
    };

    private static readonly HashSet<string> SignatureMethods = new(StringComparer.Ordinal)
    {
        SignedXml.XmlDsigRSASHA256Url, SignedXml.XmlDsigRSASHA384Url, SignedXml.XmlDsigRSASHA512Url,
    };

    private static readonly HashSet<string> DigestMethods = new(StringComparer.Ordinal)
    {
        SignedXml.XmlDsigSHA256Url, SignedXml.XmlDsigSHA384Url, SignedXml.XmlDsigSHA512Url,
    };

    /// <summary>No certificates: signatures are noted and not checked.</summary>
    public static readonly CapSignatures None = new([]);

    /// <param name="alert">The alert as it was parsed from <paramref name="body"/>.</param>
    internal SignatureState Check(XElement alert, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (!alert.Descendants(XName.Get("Signature", Namespace)).Any())
        {
            return new SignatureState.Unsigned();
        }

        if (certificates.Count == 0)
        {
            return new SignatureState.Unverified();
        }

        var document = SafeXml.Signed(body);
        var signatures = document.GetElementsByTagName("Signature", Namespace).Cast<XmlElement>().ToList();

        if (signatures.Count > 1 || signatures[0].ParentNode != document.DocumentElement)
        {
            return new SignatureState.Broken("an alert has one signature, and it is a child of the alert");
        }

        try
        {
            return Check(document, signatures[0], now);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException or XmlException or InvalidOperationException or NullReferenceException or InvalidCastException)
        {
            // SignedXml throws all of these for signatures that are not well-formed.
            return new SignatureState.Broken("the signature cannot be read");
        }
    }

    private SignatureState Check(XmlDocument document, XmlElement signature, DateTimeOffset now)
    {
        var signed = new SignedXml(document) { Resolver = null! };
        signed.LoadXml(signature);
        if (Objection(signed) is { } objection)
        {
            return new SignatureState.Broken(objection);
        }

        foreach (var certificate in certificates)
        {
            if (signed.CheckSignature(certificate, verifySignatureOnly: true))
            {
                return now.UtcDateTime < certificate.NotBefore.ToUniversalTime() || now.UtcDateTime > certificate.NotAfter.ToUniversalTime()
                    ? new SignatureState.Broken("the certificate that it was made with is not valid today")
                    : new SignatureState.Valid(certificate.Subject);
            }
        }

        return new SignatureState.Broken("it was made with none of the configured certificates, or the alert was changed after signing");
    }

    private static string? Objection(SignedXml signed)
    {
        var info = signed.SignedInfo;
        if (info is null || info.References.Count != 1 || info.References[0] is not Reference reference)
        {
            return "it must have exactly one reference";
        }

        if (reference.Uri is null or { Length: > 0 })
        {
            return "its reference must be to the whole alert";
        }

        if (!Canonicalisations.Contains(info.CanonicalizationMethod ?? ""))
        {
            return "its canonicalisation is not accepted";
        }

        if (!SignatureMethods.Contains(info.SignatureMethod ?? "") || !DigestMethods.Contains(reference.DigestMethod))
        {
            return "its algorithms are not accepted: RSA with SHA-256 or stronger is";
        }

        var transforms = Enumerable.Range(0, reference.TransformChain.Count).Select(i => reference.TransformChain[i].Algorithm ?? "").ToList();
        return transforms.Contains(SignedXml.XmlDsigEnvelopedSignatureTransformUrl)
            && transforms.TrueForAll(each => each == SignedXml.XmlDsigEnvelopedSignatureTransformUrl || Canonicalisations.Contains(each))
                ? null
                : "its transforms must be the enveloped signature and canonicalisation only";
    }
}
