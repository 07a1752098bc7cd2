using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AllianceNotify.Classification;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using AllianceNotify.Publishing;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Intake;
using Xunit;
using SampleAlerts = AllianceNotify.Tests.Content.SampleAlerts;

namespace AllianceNotify.Tests.Publishing;

/// <summary>Every alert that the hub can publish is valid to the letter of the CAP 1.2 schema, signed or not, and this hub reads it as it was meant.</summary>
public sealed class PublishedCapTests : IDisposable
{
    private static readonly Marking[] Markings =
    [
        Marking.Public, new(Tlp.Clear, ["JPN"]), new(Tlp.Green, []), Marking.Default, new(Tlp.AmberStrict, ["USA"]), new(Tlp.AmberStrict, ["agency:JCG", "JPN"]),
        new(Tlp.Red, ["contact:sample, <officer> & \"co\""]), new(Tlp.Red, []),
    ];

    private static readonly string[] Odd =
        ["plain", "", "   ", "\u0000\u0001\u001f\u007f\u0085", "\ud800 half", "half \udc00", "<alert>&amp;]]></alert>", "\u202eright to left", "津波\u3000警報　𠮷野家", "\ufffe\uffff", new string('長', 5_000), "a\r\nb\tc\u2028d"];

    private readonly CapAlertXml cap = new(new CapOptions { Sender = "hub-a.example" }, Taxonomy.Load());
    private readonly RSA key = RSA.Create(2048);
    private readonly X509Certificate2 certificate;

    public PublishedCapTests() => certificate = new CertificateRequest("CN=hub-a.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        .CreateSelfSigned(IntakeHarness.Now.AddDays(-1), IntakeHarness.Now.AddDays(30));

    public static TheoryData<string> Categories() => [.. Taxonomy.Load().Categories.Select(category => category.Id.Value), "unclassified", "not-in-the-taxonomy"];

    [Theory]
    [MemberData(nameof(Categories))]
    public void Each_mode_kind_urgency_and_marking_of_a_category_is_valid(string category)
    {
        foreach (var mode in Enum.GetValues<ReportMode>())
        {
            foreach (var kind in (AlertKind[])[AlertKind.New, AlertKind.Update, AlertKind.AllClear])
            {
                foreach (var marking in Markings)
                {
                    foreach (var urgency in Enum.GetValues<Urgency>())
                    {
                        Valid(SampleAlerts.Missile with { Category = new CategoryId(category), Mode = mode, Kind = kind, Marking = marking, Urgency = urgency }, kind);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(ReportMode.Actual)]
    [InlineData(ReportMode.Exercise)]
    [InlineData(ReportMode.Test)]
    public void Whatever_words_names_numbers_and_places_an_alert_has_it_is_valid(ReportMode mode)
    {
        GeoPoint[] ring = [new(35, 139), new(36, 139), new(36, 140), new(35, 139)];
        foreach (var odd in Odd)
        {
            foreach (var place in (ReportLocation?[])
            [
                null, new ReportLocation(), new ReportLocation { Name = odd, AreaCodes = [odd, ":", "a:b:c", "日本"] }, new ReportLocation { Latitude = -89.123456789, Longitude = 1e-9, RadiusKm = 0.1 },
                new ReportLocation { Latitude = 35, Longitude = 139, Polygons = [ring, [new(1, 2), new(3, 4)], []] },
            ])
            {
                Valid(
                    SampleAlerts.ExerciseEarthquake with
                    {
                        Mode = mode,
                        Source = odd,
                        Location = place,
                        Texts = [new ReportText("en-GB", odd, odd), new ReportText("ja", "件名", odd), new ReportText("und", odd, ""), new ReportText("zh-Hant-TW", "標題", "內容"), new ReportText("x-sample", "t", "b")],
                        Facts = new Dictionary<string, FactValue> { [odd] = FactValue.Of(odd), ["magnitude"] = FactValue.Of(7.1), ["cap:web"] = FactValue.Of("http://a b"), ["yes"] = FactValue.Of(true) },
                    },
                    AlertKind.New);
            }
        }
    }

    [Fact]
    public void A_hundred_earlier_alerts_are_a_hundred_references()
    {
        var earlier = Enumerable.Range(1, 150).Select(i => SampleAlerts.Missile with { Id = Alert.IdOf(SampleAlerts.Situation, i), Revision = i }).ToList();
        var alert = cap.Write(SampleAlerts.Missile with { Revision = 151, Kind = AlertKind.Update }, earlier, "hub-b.example,x,2026-11-24T05:49:00-00:00");
        Assert.Empty(CapSchemaTests.Breaches(CapAlertXml.Text(alert)));
        Assert.Equal(100, alert.Element(alert.Name.Namespace + "references")!.Value.Split(' ').Length);
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }

    private void Valid(Alert alert, AlertKind kind)
    {
        var element = cap.Write(alert, kind == AlertKind.New ? [] : [alert with { Revision = 1 }], origin: null);
        CapRules.Hold(element);
        var text = CapAlertXml.Text(element);
        Assert.Empty(CapSchemaTests.Breaches(text));

        // A signature takes its time: each alert that differs in kind and mode is enough.
        if (alert.Urgency == Urgency.Flash && alert.Marking == Markings[0])
        {
            text = CapAlertXml.Text(PublishAlerts.Signed(element, certificate));
            Assert.Empty(CapSchemaTests.Breaches(text));
        }

        var read = new CapFormat(new CapSignatures([certificate])).Read(Encoding.UTF8.GetBytes(text), IntakeHarness.Context);
        var back = Assert.Single((read as ReadResult.Reports ?? throw new Xunit.Sdk.XunitException($"{read}: {text}")).Items);
        Assert.Equal(alert.Mode, back.Mode);
        Assert.Equal(kind switch { AlertKind.New => ReportAction.New, AlertKind.Update => ReportAction.Update, _ => ReportAction.Cancel }, back.Action);
        var isPrivate = element.Element(element.Name.Namespace + "scope")!.Value == "Private";
        Assert.Equal(isPrivate ? Tlp.Red : alert.Marking.Tlp, back.Marking.Tlp);
        Assert.True(isPrivate || back.Marking.ReleasableTo.SequenceEqual(alert.Marking.ReleasableTo), $"{alert.Marking} came back as {back.Marking}");
        Assert.Equal(text.Contains("<Signature", StringComparison.Ordinal) ? "valid" : "unsigned", back.Fact("signature"));
    }
}
