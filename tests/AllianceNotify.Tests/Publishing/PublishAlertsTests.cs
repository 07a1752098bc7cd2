using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using AllianceNotify.Publishing;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Correlation;
using AllianceNotify.Tests.Journeys;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;

namespace AllianceNotify.Tests.Publishing;

/// <summary>This hub's alerts as CAP, as a feed, and what becomes of them when they come back.</summary>
public sealed class PublishAlertsTests : IDisposable
{
    private static readonly XNamespace Cap = "urn:oasis:names:tc:emergency:cap:1.2";
    private static readonly Uri Self = new("http://hub-a.example/feeds/cap.atom");

    private readonly HubInProcess hub = Hub("hub-a.example");
    private readonly HubInProcess partner = Hub("hub-b.example");

    [Theory]
    [InlineData("actual", "Actual")]
    [InlineData("exercise", "Exercise")]
    [InlineData("test", "Test")]
    public async Task An_alert_is_cap_with_its_mode_in_both_languages(string mode, string status)
    {
        var report = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2), mode));

        var cap = await CapAsync(hub, report);

        CapRules.Hold(cap);
        Assert.Equal(status, cap.Element(Cap + "status")!.Value);
        Assert.Equal(["en-US", "ja-JP"], cap.Elements(Cap + "info").Select(info => info.Element(Cap + "language")!.Value));
        Assert.Equal(("Alert", "Restricted", "TLP:AMBER REL TO JPN, USA"), (Text(cap, "msgType"), Text(cap, "scope"), Text(cap, "restriction")));
        Assert.Equal(mode != "actual", cap.Element(Cap + "note") is not null);
    }

    [Fact]
    public async Task What_is_written_is_read_back_with_its_mode_marking_place_and_facts()
    {
        var report = await hub.TakeAsync(Own(
            "radar-7", "1", "Earthquake off Sample", Quake, (37.5, 137.3), "exercise", extra: ",\"facts\":{\"magnitude\":7.1,\"tsunamiGrade\":\"warning\"},\"marking\":{\"tlp\":\"amber-strict\",\"releasableTo\":[\"agency:jcg\"]}"));

        var cap = await CapAsync(hub, report);
        CapRules.Hold(cap);
        var read = Assert.IsType<ReadResult.Reports>(new CapFormat(CapSignatures.None).Read(
            Encoding.UTF8.GetBytes(CapAlertXml.Text(cap)), new ReadContext(hub.Time.GetUtcNow())));

        var back = Assert.Single(read.Items);
        Assert.Equal(ReportMode.Exercise, back.Mode);
        Assert.Equal((Tlp.Red, "agency:jcg"), (back.Marking.Tlp, Assert.Single(back.Marking.ReleasableTo)));
        Assert.Equal((37.5, 137.3), (back.Location!.Latitude, back.Location.Longitude));
        Assert.Equal(7.1, back.Facts["magnitude"].Number);
    }

    [Fact]
    public async Task Updates_and_cancels_refer_to_what_was_published_before()
    {
        var launch = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        await hub.TakeAsync(Own("radar-7", "2", "The missile fell into the sea", Quake.AddMinutes(9), action: "update", extra: ",\"references\":[{\"source\":\"radar-7\",\"sourceId\":\"1\"}]"));
        await hub.TakeAsync(Own("radar-7", "3", "Over", Quake.AddMinutes(30), action: "cancel", extra: ",\"references\":[{\"source\":\"radar-7\",\"sourceId\":\"1\"}]"));

        var situation = (await hub.PlaceOfAsync(launch))!.Value;
        var caps = new List<XElement>();
        foreach (var alert in await hub.AlertsAsync(situation))
        {
            caps.Add(XElement.Parse((await hub.Get<PublishAlerts>().CapOfAsync(alert.Id, default))!));
        }

        Assert.All(caps, CapRules.Hold);
        Assert.Equal(["Alert", "Update", "Cancel"], caps.Select(cap => Text(cap, "msgType")));
        Assert.Equal([null, 1, 2], caps.Select(cap => cap.Element(Cap + "references")?.Value.Split(' ').Length));
        Assert.StartsWith("hub-a.example," + Text(caps[0], "identifier") + "," + Text(caps[0], "sent"), Text(caps[2], "references"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_feed_shows_a_reader_only_what_its_marking_allows_and_no_reviews()
    {
        await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        await hub.TakeAsync(Own("odd", "1", "This is a drill: missile launched, training", Quake));

        var publish = hub.Get<PublishAlerts>();
        Assert.Equal(2, Entries(await publish.FeedAsync(Self, _ => true, default)).Count);
        var open = await publish.FeedAsync(Self, marking => marking.Tlp == Tlp.Clear, default);
        var only = Assert.Single(Entries(open));
        Assert.DoesNotContain("missile", only.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(open.Version, (await publish.FeedAsync(Self, marking => marking.Tlp == Tlp.Clear, default)).Version);
    }

    [Fact]
    public async Task An_alert_that_a_partner_tells_on_or_passes_on_comes_back_as_ours_and_alerts_nobody()
    {
        var launch = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        var situation = (await hub.PlaceOfAsync(launch))!.Value;
        var before = (await hub.AlertsAsync(situation)).Count;

        // There, and told on under the partner's own name.
        var feed = await hub.Get<PublishAlerts>().FeedAsync(Self, _ => true, default);
        var there = await partner.TakeAsync((feed.Xml, "application/atom+xml"));
        Assert.Single(await partner.AlertsAsync((await partner.PlaceOfAsync(there))!.Value));

        var theirs = await partner.Get<PublishAlerts>().FeedAsync(new Uri("http://hub-b.example/feeds/cap.atom"), _ => true, default);
        var told = await hub.TakeAsync((theirs.Xml, "application/atom+xml"));
        var passed = await hub.TakeAsync((feed.Xml, "application/atom+xml"));

        Assert.Equal(situation, await hub.PlaceOfAsync(told));
        Assert.Equal(situation, await hub.PlaceOfAsync(passed));
        Assert.Equal(before, (await hub.AlertsAsync(situation)).Count);
        Assert.Equal(2, await hub.Situations.TimelineAsync(situation, default).CountAsync(row => row.Value.Kind == TimelineKind.CameBack));

        // And round again: the partner knows its own as well.
        var again = await partner.TakeAsync((theirs.Xml, "application/atom+xml"));
        Assert.Single(await partner.AlertsAsync((await partner.PlaceOfAsync(again))!.Value));
    }

    [Fact]
    public async Task An_exercise_of_ours_that_comes_back_as_real_is_held()
    {
        var drill = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2), "exercise"));
        var cap = await CapAsync(hub, drill);
        cap.Element(Cap + "status")!.Value = "Actual";
        cap.Element(Cap + "note")!.Remove();
        foreach (var headline in cap.Descendants(Cap + "headline"))
        {
            headline.Value = "Ballistic missile launched";
        }

        var faked = await hub.TakeAsync((CapAlertXml.Text(cap), "application/cap+xml"));

        Assert.Equal(SituationStatus.Held, (await hub.SituationOfAsync(faked)).Status);
    }

    [Fact]
    public async Task What_is_not_known_to_be_real_or_played_is_not_published_and_never_actual()
    {
        var odd = await hub.TakeAsync(Own("odd", "1", "This is a drill: missile launched, training", Quake));
        var situation = await hub.SituationOfAsync(odd);
        await hub.Get<DirectSituation>().CloseAsync(situation.Id, "It was a drill.", "Sample Officer", default);

        var alerts = await hub.AlertsAsync(situation.Id);
        Assert.Equal([AlertKind.Review, AlertKind.AllClear], alerts.Select(alert => alert.Kind));
        foreach (var alert in alerts)
        {
            Assert.NotNull(alert.ModeDoubt);
            Assert.Null(await hub.Get<PublishAlerts>().CapOfAsync(alert.Id, default));
            var cap = hub.Get<CapAlertXml>().Write(alert with { Kind = AlertKind.New }, [], origin: null);
            CapRules.Hold(cap);
            Assert.Equal(("Draft", "MODE IN DOUBT / 実際か訓練か不明"), (Text(cap, "status"), Text(cap, "note")));
        }
    }

    [Fact]
    public async Task A_partners_own_news_about_our_situation_is_an_update_of_it()
    {
        var launch = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        var cap = await CapAsync(hub, launch);
        var reference = $"{Text(cap, "sender")},{Text(cap, "identifier")},{Text(cap, "sent")}";
        cap.Element(Cap + "identifier")!.Value = "b-1";
        cap.Element(Cap + "sender")!.Value = "hub-b.example";
        cap.Element(Cap + "msgType")!.Value = "Update";
        cap.Element(Cap + "incidents")!.AddBeforeSelf(new XElement(Cap + "references", reference));
        cap.Descendants(Cap + "description").First().Value = "It fell 30 km off a merchant ship.";

        var news = await hub.TakeAsync((CapAlertXml.Text(cap), "application/cap+xml"));

        Assert.Equal(await hub.PlaceOfAsync(launch), await hub.PlaceOfAsync(news));
        Assert.Contains(await hub.AlertsAsync((await hub.PlaceOfAsync(launch))!.Value), alert => alert.Report == news);
    }

    [Fact]
    public async Task A_signed_alert_is_accepted_with_its_certificate_and_refused_when_changed()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=hub-c.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(hub.Time.GetUtcNow().AddDays(-1), hub.Time.GetUtcNow().AddDays(30));
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
            using var signing = new HubInProcess(null, [new("Cap:Sender", "hub-c.example"), new("Cap:SigningCertificate", file)]);
            var report = await signing.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
            var xml = (await signing.Get<PublishAlerts>().CapOfAsync(Alert.IdOf((await signing.PlaceOfAsync(report))!.Value, 1), default))!;

            CapRules.Hold(XElement.Parse(xml));
            var options = new CapOptions { TrustedCertificates = { file } };
            var format = new CapFormat(options.LoadTrusted());
            var context = new ReadContext(hub.Time.GetUtcNow());
            Assert.Equal("valid", Assert.Single(Assert.IsType<ReadResult.Reports>(format.Read(Encoding.UTF8.GetBytes(xml), context)).Items).Facts["signature"].Text);
            Assert.IsType<ReadResult.Refused>(format.Read(Encoding.UTF8.GetBytes(xml.Replace(">Actual<", ">Exercise<", StringComparison.Ordinal)), context));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Settings_that_cannot_work_are_told_at_once()
    {
        var validator = new CapOptionsValidator();
        Assert.True(validator.Validate(null, new CapOptions()).Succeeded);
        Assert.Equal(3, validator.Validate(null, new CapOptions { Sender = "two words", ExpiresAfterHours = 0, SigningCertificate = "/no/such.pem" }).Failures!.Count());
    }

    public void Dispose()
    {
        hub.Dispose();
        partner.Dispose();
    }

    private static HubInProcess Hub(string sender) => new(null, [new("Cap:Sender", sender)]);

    private static async Task<XElement> CapAsync(HubInProcess hub, ReportId report) =>
        XElement.Parse((await hub.Get<PublishAlerts>().CapOfAsync(Alert.IdOf((await hub.PlaceOfAsync(report))!.Value, 1), default))!);

    private static string Text(XElement cap, string name) => cap.Element(Cap + name)!.Value;

    private static List<XElement> Entries(AlertFeed feed) => [.. XElement.Parse(feed.Xml).Elements("{http://www.w3.org/2005/Atom}entry")];
}
