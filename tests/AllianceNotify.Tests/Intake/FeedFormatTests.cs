using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class FeedFormatTests
{
    [Fact]
    public void The_index_of_the_NWS_is_read_as_the_alerts_it_is_the_index_of()
    {
        var reports = Sample.Read("cap/nws_atom_feed_example.xml", "application/atom+xml");

        Assert.Equal(163, reports.Count);
        Assert.Equal(163, reports.Select(report => report.Id).Distinct().Count());
        var first = reports[0];
        Assert.Equal(("cap-feed", "w-nws.webmaster@noaa.gov"), (first.Format, first.Source));
        Assert.StartsWith("https://alerts.weather.gov/cap/wwacapget.php?x=AK125AB652A170", first.SourceId, StringComparison.Ordinal);
        Assert.Equal(new DateTimeOffset(2018, 8, 15, 22, 52, 0, TimeSpan.Zero), first.ObservedAt);
        Assert.Equal(new DateTimeOffset(2018, 8, 16, 15, 0, 0, TimeSpan.Zero), first.ExpiresAt);
        Assert.Equal((ReportMode.Actual, ReportAction.New), (first.Mode, first.Action));
        Assert.Equal(["High Wind Warning"], first.Codes("cap:event"));
        Assert.Equal(["Severe"], first.Codes("cap:severity"));
        Assert.Equal("Eastern Beaufort Sea Coast", first.Location!.Name);
        Assert.Equal(["FIPS6:002185", "UGC:AKZ204"], first.Location.AreaCodes);
        Assert.Contains("vtec:PAFG.HW.W.0011.2018", first.EventKeys);
        Assert.Contains("gusts to 60 mph", first.Texts[0].Body, StringComparison.Ordinal);
        Assert.Contains(reports, report => report.Location!.Polygons.Count > 0);
        Assert.Contains(reports, report => report.Location!.AreaCodes.Count(code => code.StartsWith("FIPS6:", StringComparison.Ordinal)) > 1);
    }

    [Fact]
    public void An_alert_in_an_entry_is_read_as_the_alert_itself_as_elements_or_as_text()
    {
        var alert = CapFormatTests.Alert(status: "Exercise").Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", StringComparison.Ordinal);
        var escaped = CapFormatTests.Alert(status: "Test").Replace("sample-1", "sample-2", StringComparison.Ordinal).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        var reports = Sample.Read(Encoding.UTF8.GetBytes($"""
            <feed xmlns="http://www.w3.org/2005/Atom"><id>urn:feed</id>
            <entry><id>urn:1</id><content type="text/xml">{alert}</content></entry>
            <entry><id>urn:2</id><content type="application/cap+xml">{escaped}</content></entry></feed>
            """));
        Assert.Equal([ReportMode.Exercise, ReportMode.Test], reports.Select(report => report.Mode));
        Assert.All(reports, report => Assert.Equal("sample@example.org", report.Source));
    }

    [Fact]
    public void RSS_items_with_CAP_elements_are_read_with_the_times_of_RSS()
    {
        var report = Sample.ReadText("""
            <rss version="2.0" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"><channel><title>Sample</title><link>https://alerts.example.org/</link>
            <item><title>Flood warning</title><link>https://alerts.example.org/1</link><guid>g-1</guid><pubDate>Tue, 24 Nov 2026 14:49:00 +0900</pubDate>
            <cap:status>Actual</cap:status><cap:msgType>Update</cap:msgType><cap:category>Met</cap:category><cap:event>Flood</cap:event>
            <cap:urgency>Immediate</cap:urgency><cap:severity>Severe</cap:severity><cap:certainty>Likely</cap:certainty><cap:areaDesc>Sample river</cap:areaDesc></item></channel></rss>
            """, "application/rss+xml");
        Assert.Equal(("alerts.example.org", "g-1@2026-11-24T05:49:00Z", ReportAction.Update), (report.Source, report.SourceId, report.Action));
    }

    [Fact]
    public void Entries_that_only_point_somewhere_are_named_and_can_be_listed()
    {
        var feed = Encoding.UTF8.GetBytes("""
            <feed xmlns="http://www.w3.org/2005/Atom"><title>高頻度（地震火山）</title><updated>2026-11-24T14:50:00+09:00</updated><id>urn:uuid:1</id>
            <entry><title>震度速報</title><id>https://www.data.example.org/20261124_VXSE51.xml</id><updated>2026-11-24T05:49:00Z</updated><link type="application/xml" href="https://www.data.example.org/20261124_VXSE51.xml"/></entry></feed>
            """);
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(feed));
        Assert.Contains("must be fetched", Assert.Single(invalid.Errors).Message, StringComparison.Ordinal);

        var entry = Assert.Single(FeedIndex.TryRead(feed, out _)!);
        Assert.Equal(new FeedEntry("https://www.data.example.org/20261124_VXSE51.xml", new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero), "震度速報", new Uri("https://www.data.example.org/20261124_VXSE51.xml")), entry);
    }

    [Fact]
    public void An_entry_that_does_not_say_whether_it_is_real_does_not_silence_the_others()
    {
        var text = Sample.Text("cap/nws_atom_feed_example.xml");
        var at = text.IndexOf("<cap:status>Actual</cap:status>", StringComparison.Ordinal);
        var result = Assert.IsType<ReadResult.Reports>(Sample.Result(text.Remove(at, "<cap:status>Actual</cap:status>".Length)));
        Assert.Equal(162, result.Items.Count);
        Assert.Contains("alert/status", Assert.Single(result.SkippedEntries).Field, StringComparison.Ordinal);
        Assert.StartsWith("entry[1], line ", result.SkippedEntries[0].Field, StringComparison.Ordinal);
    }

    [Fact]
    public void GDACS_events_are_read_with_their_grades()
    {
        var reports = Sample.Read("gdacs/gdacs-rss.xml", "application/rss+xml");

        Assert.Equal(16, reports.Count);
        var storm = reports[0];
        Assert.Equal(("gdacs-rss", "www.gdacs.org", "TC1000643/1/Green"), (storm.Format, storm.Source, storm.SourceId));
        Assert.Equal(["TC"], storm.Codes("gdacs:eventType"));
        Assert.Equal(["Green"], storm.Codes("gdacs:alertLevel"));
        Assert.Equal((-19.4, 59.8), (storm.Location!.Latitude!.Value, storm.Location.Longitude!.Value));
        Assert.Equal(("Mauritius", "green", "0", "true"), (storm.Fact("country"), storm.Fact("disasterLevel"), storm.Fact("population"), storm.Fact("isCurrent")));
        Assert.Equal(["iso3166:MUS"], storm.Location.AreaCodes);
        Assert.Equal(["gdacs:TC1000643"], storm.EventKeys);
        Assert.Equal(new DateTimeOffset(2019, 12, 29, 12, 0, 0, TimeSpan.Zero), storm.ObservedAt);
        var quake = reports[1];
        Assert.Equal(("5.5", "10"), (quake.Fact("magnitude"), quake.Fact("depthKm")));
        Assert.Contains(reports, report => report.Codes("gdacs:alertLevel").Contains("Orange"));
    }

    [Fact]
    public void A_GDACS_item_without_a_point_lies_in_the_middle_of_its_box()
    {
        var report = Sample.ReadOne("gdacs/gdacs-2.xml");
        Assert.InRange(report.Location!.Latitude!.Value, -34, -33);
        Assert.Equal(["TC"], report.Codes("gdacs:eventType"));
        Assert.Empty(report.Codes("gdacs:alertLevel"));
    }

    [Fact]
    public void A_drought_is_a_new_report_only_when_its_episode_or_level_changes()
    {
        var text = Sample.Text("gdacs/gdacs-rss.xml");
        Assert.Equal(Ids(text), Ids(text.Replace("<gdacs:durationinweek>", "<gdacs:durationinweek>1", StringComparison.Ordinal)));
        Assert.NotEqual(Ids(text), Ids(text.Replace("<gdacs:alertlevel>Orange", "<gdacs:alertlevel>Red", StringComparison.Ordinal)));

        static IEnumerable<ReportId> Ids(string text) => Sample.Read(Encoding.UTF8.GetBytes(text)).Select(report => report.Id);
    }

    [Fact]
    public void MOFA_mails_are_read_with_key_time_country_and_words()
    {
        var reports = Sample.Read("mofa/newarrival-light.xml", "application/xml");

        Assert.Equal(31, reports.Count);
        var first = reports[0];
        Assert.Equal(("mofa-xml", "www.anzen.mofa.go.jp", "164009"), (first.Format, first.Source, first.SourceId));
        Assert.Equal(new DateTimeOffset(2026, 3, 31, 8, 5, 41, TimeSpan.Zero), first.ObservedAt);
        Assert.Equal("インド入国カード電子版への完全移行", first.Texts[0].Title);
        Assert.StartsWith("【ポイント】", first.Texts[0].Body, StringComparison.Ordinal);
        Assert.Equal(["R10"], first.Codes("mofa:infoType"));
        Assert.Equal(["0091"], first.Codes("mofa:country"));
        Assert.Equal((ReportMode.Actual, Marking.Public), (first.Mode, first.Marking));
    }

    [Fact]
    public void The_same_notice_of_several_missions_is_one_event()
    {
        var twice = Sample.Read("mofa/newarrival-light.xml").Where(report => report.Texts[0].Title == "インド入国カード電子版への完全移行").ToList();
        Assert.Equal(2, twice.Count);
        Assert.NotEqual(twice[0].Id, twice[1].Id);
        Assert.NotEmpty(twice[0].EventKeys.Intersect(twice[1].EventKeys));
    }

    [Theory]
    [InlineData("【訂正】退避勧告の発出", ReportAction.Update, ReportMode.Actual)]
    [InlineData("【訓練】安否確認", ReportAction.New, ReportMode.Exercise)]
    [InlineData("軍事訓練に関する注意喚起", ReportAction.New, ReportMode.Actual)]
    public void A_mail_says_in_its_title_that_it_corrects_or_drills(string title, ReportAction action, ReportMode mode)
    {
        var report = Sample.ReadText(Mail(title));
        Assert.Equal((action, mode), (report.Action, report.Mode));
    }

    [Fact]
    public void A_danger_level_is_a_fact() => Assert.Equal("4", Sample.ReadText(Mail("危険情報【レベル４：退避してください。】")).Fact("dangerLevel"));

    [Theory]
    [InlineData("Sun, 29 Dec 2019 12:00:00 GMT", "2019-12-29T12:00:00Z")]
    [InlineData("1 Jan 2026 09:00 JST", "2026-01-01T00:00:00Z")]
    [InlineData("Tue, 24 Nov 2026 05:49:00 -0500", "2026-11-24T10:49:00Z")]
    [InlineData("2026-11-24T05:49:00Z", "2026-11-24T05:49:00Z")]
    [InlineData("yesterday", null)]
    [InlineData("Sun, 31 Feb 2019 12:00:00 GMT", null)]
    [InlineData("Sun, 29 Dec 2019 12:00:00 XYZ", null)]
    public void Times_of_feeds_are_read_in_both_writings(string text, string? expected)
    {
        var read = AllianceNotify.Intake.Formats.FeedTime.TryParse(text, out var time);
        Assert.Equal(expected, read ? IsoTime.Write(time) : null);
    }

    private static string Mail(string title) => $"""
        <opendata dataType="L"><mail><keyCd>1</keyCd><infoType>T40</infoType><leaveDate>2026/11/24 14:49:00</leaveDate><area><cd>10</cd></area>
        <country areaCd="10"><cd>0091</cd></country><title>{title}</title><lead>本文</lead></mail></opendata>
        """;
}
