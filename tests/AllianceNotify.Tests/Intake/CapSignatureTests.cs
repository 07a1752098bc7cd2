using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class CapSignatureTests
{
    private static readonly X509Certificate2 Sender = Certificate("CN=Sample sender");
    private static readonly X509Certificate2 Other = Certificate("CN=Sample other");

    private readonly CapFormat format = new(new CapSignatures([Other, Sender]));

    [Fact]
    public void An_alert_signed_with_a_configured_certificate_is_valid_and_names_the_signer()
    {
        var report = Assert.Single(Assert.IsType<ReadResult.Reports>(Read(Sign(CapFormatTests.Alert()))).Items);
        Assert.Equal(("valid", "CN=Sample sender"), (report.Fact("signature"), report.Fact("signedBy")));
    }

    [Fact]
    public void An_unsigned_alert_is_read_and_said_to_be_unsigned()
    {
        var report = Assert.Single(Assert.IsType<ReadResult.Reports>(Read(CapFormatTests.Alert())).Items);
        Assert.Equal("unsigned", report.Fact("signature"));
    }

    [Fact]
    public void Without_certificates_a_signature_is_noted_and_not_checked()
    {
        var signed = Sign(CapFormatTests.Alert()).Replace("Extreme", "Minor", StringComparison.Ordinal);
        var read = new CapFormat(CapSignatures.None).Read(Encoding.UTF8.GetBytes(signed), IntakeHarness.Context);
        Assert.Equal("unverified", Assert.Single(Assert.IsType<ReadResult.Reports>(read).Items).Fact("signature"));
    }

    [Theory]
    [InlineData("<status>Actual</status>", "<status>Exercise</status>")]
    [InlineData("Tsunami warning for the sample coast", "All clear for the sample coast")]
    [InlineData("</alert>", "<note>added</note></alert>")]
    public void An_alert_changed_after_signing_is_refused(string before, string after) =>
        AssertRefused(Sign(CapFormatTests.Alert()).Replace(before, after, StringComparison.Ordinal), "changed after signing");

    [Fact]
    public void A_certificate_that_is_not_configured_is_refused_though_the_message_brings_its_key()
    {
        using var stranger = Certificate("CN=Sample stranger");
        AssertRefused(Sign(CapFormatTests.Alert(), stranger), "none of the configured certificates");
    }

    [Fact]
    public void A_certificate_out_of_date_is_refused()
    {
        using var old = Certificate("CN=Sample old", until: IntakeHarness.Now.AddDays(-1));
        var read = new CapFormat(new CapSignatures([old])).Read(Encoding.UTF8.GetBytes(Sign(CapFormatTests.Alert(), old)), IntakeHarness.Context);
        Assert.Contains("not valid today", Assert.IsType<ReadResult.Refused>(read).Reason, StringComparison.Ordinal);
    }

    /// <summary>The signed alert is moved into an extension and another one is put in its place: the classic wrapping.</summary>
    [Fact]
    public void A_signed_alert_wrapped_into_another_is_refused()
    {
        var signed = Sign(CapFormatTests.Alert(), uri: "#original", id: "original");
        var bare = signed[signed.IndexOf("<alert", StringComparison.Ordinal)..];
        var forged = CapFormatTests.Alert(extra: $"<x:wrapped xmlns:x=\"urn:example\">{bare}</x:wrapped>", info: CapFormatTests.Info(headline: "Forged"));
        AssertRefused(forged, "child of the alert");
        AssertRefused(signed, "reference must be to the whole alert");
    }

    [Fact]
    public void A_signature_moved_out_of_the_alert_it_covers_is_refused()
    {
        var signed = Sign(CapFormatTests.Alert());
        var start = signed.IndexOf("<Signature", StringComparison.Ordinal);
        var end = signed.IndexOf("</Signature>", StringComparison.Ordinal) + "</Signature>".Length;
        var signature = signed[start..end];
        AssertRefused(CapFormatTests.Alert(extra: $"<x:e xmlns:x=\"urn:example\">{signature}</x:e>"), "child of the alert");
        AssertRefused(signed.Replace("</alert>", signature + "</alert>", StringComparison.Ordinal), "one signature");
        AssertRefused(CapFormatTests.Alert(info: CapFormatTests.Info(headline: "Forged") + signature), "changed after signing");
    }

    [Fact]
    public void A_reference_that_leaves_parts_out_is_refused() =>
        AssertRefused(Sign(CapFormatTests.Alert(), xpath: "not(ancestor-or-self::*[local-name()='info'])"), "transforms");

    [Fact]
    public void A_second_reference_is_refused() => AssertRefused(Sign(CapFormatTests.Alert(), twice: true), "exactly one reference");

    [Fact]
    public void A_key_hash_in_place_of_a_signature_is_refused()
    {
        var document = Load(CapFormatTests.Alert());
        var signed = new SignedXml(document);
        signed.AddReference(Whole());
        using var secret = new HMACSHA256(Sender.GetPublicKey());
        signed.ComputeSignature(secret);
        AssertRefused(With(document, signed), "algorithms");
    }

    [Fact]
    public void A_real_alert_signed_with_SHA_1_is_not_believed()
    {
        var read = format.Read(Sample.Bytes("cap/earthquake_signed.cap"), IntakeHarness.Context);
        Assert.Contains("algorithms", Assert.IsType<ReadResult.Refused>(read).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>")]
    [InlineData("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo/></Signature>")]
    [InlineData("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo><CanonicalizationMethod/><SignatureMethod Algorithm=\"x\"/><Reference URI=\"\"><DigestMethod Algorithm=\"y\"/><DigestValue>!</DigestValue></Reference></SignedInfo><SignatureValue>!</SignatureValue></Signature>")]
    public void A_signature_that_is_none_is_refused(string signature) =>
        Assert.IsType<ReadResult.Refused>(Read(CapFormatTests.Alert(info: CapFormatTests.Info() + signature)));

    private void AssertRefused(string alert, string reason) => Assert.Contains(reason, Assert.IsType<ReadResult.Refused>(Read(alert)).Reason, StringComparison.Ordinal);

    private ReadResult Read(string alert) => format.Read(Encoding.UTF8.GetBytes(alert), IntakeHarness.Context);

    private static string Sign(string alert, X509Certificate2? certificate = null, string uri = "", string? id = null, string? xpath = null, bool twice = false)
    {
        var document = Load(alert);
        if (id is not null)
        {
            document.DocumentElement!.SetAttribute("Id", id);
        }

        var key = certificate ?? Sender;
        var signed = new SignedXml(document) { SigningKey = key.GetRSAPrivateKey() };
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        var reference = Whole(uri);
        if (xpath is not null)
        {
            var transform = new XmlDsigXPathTransform();
            var node = new XmlDocument();
            node.LoadXml($"<XPath>{xpath}</XPath>");
            transform.LoadInnerXml(node.SelectNodes("/XPath")!);
            reference.AddTransform(transform);
        }

        signed.AddReference(reference);
        if (twice)
        {
            signed.AddReference(Whole());
        }

        var info = new KeyInfo();
        info.AddClause(new KeyInfoX509Data(key));
        signed.KeyInfo = info;
        signed.ComputeSignature();
        return With(document, signed);
    }

    private static Reference Whole(string uri = "")
    {
        var reference = new Reference(uri) { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(new XmlDsigExcC14NTransform());
        return reference;
    }

    private static XmlDocument Load(string alert)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(alert);
        return document;
    }

    private static string With(XmlDocument document, SignedXml signed)
    {
        document.DocumentElement!.AppendChild(document.ImportNode(signed.GetXml(), true));
        return document.OuterXml;
    }

    private static X509Certificate2 Certificate(string subject, DateTimeOffset? until = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(IntakeHarness.Now.AddYears(-1), until ?? IntakeHarness.Now.AddYears(1));
    }
}
