using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>NWS GeoJSON and the KEV catalogue, whose feeds come without a sample of their own.</summary>
public sealed class JsonFeedFormatTests
{
    private const string Nws = """
        { "@context": ["https://geojson.org/geojson-ld/geojson-context.jsonld"], "type": "FeatureCollection", "features": [ {
          "id": "https://api.weather.gov/alerts/urn:oid:2.49.0.1.840.0.1", "type": "Feature",
          "geometry": { "type": "Polygon", "coordinates": [ [ [-97.1, 32.5], [-96.9, 32.5], [-96.9, 32.7], [-97.1, 32.5] ] ] },
          "properties": {
            "@id": "https://api.weather.gov/alerts/urn:oid:2.49.0.1.840.0.1", "@type": "wx:Alert", "id": "urn:oid:2.49.0.1.840.0.1",
            "areaDesc": "Sample County, TX", "geocode": { "SAME": ["048113", "048439"], "UGC": ["TXC113"] }, "affectedZones": [],
            "references": [ { "@id": "x", "identifier": "urn:oid:2.49.0.1.840.0.0", "sender": "w-nws.webmaster@noaa.gov", "sent": "2026-11-23T23:30:00-06:00" } ],
            "sent": "2026-11-23T23:49:00-06:00", "effective": "2026-11-23T23:49:00-06:00", "onset": "2026-11-23T23:49:00-06:00", "expires": "2026-11-24T00:15:00-06:00", "ends": "2026-11-24T00:45:00-06:00",
            "status": "Actual", "messageType": "Update", "category": "Met", "severity": "Extreme", "certainty": "Observed", "urgency": "Immediate", "event": "Tornado Warning",
            "sender": "w-nws.webmaster@noaa.gov", "senderName": "NWS Fort Worth TX", "headline": "Tornado Warning issued November 23", "description": "A sample tornado.", "instruction": "TAKE COVER NOW!",
            "response": "Shelter", "parameters": { "VTEC": ["/O.CON.KFWD.TO.W.0036.000000T0000Z-261124T0645Z/"], "BLOCKCHANNEL": ["EAS", "NWEM"] }, "eventCode": { "SAME": ["TOR"], "NationalWeatherService": ["TOW"] } } } ] }
        """;

    [Fact]
    public void An_alert_of_the_NWS_API_is_read_as_the_CAP_alert_it_came_from()
    {
        var report = Sample.ReadText(Nws, "application/geo+json");
        Assert.Equal(("nws-geojson", "w-nws.webmaster@noaa.gov", "urn:oid:2.49.0.1.840.0.1@2026-11-24T05:49:00Z"), (report.Format, report.Source, report.SourceId));
        Assert.Equal((ReportAction.Update, ReportMode.Actual), (report.Action, report.Mode));
        Assert.Equal([new ReportReference("w-nws.webmaster@noaa.gov", "urn:oid:2.49.0.1.840.0.0@2026-11-24T05:30:00Z")], report.References);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 6, 45, 0, TimeSpan.Zero), report.ExpiresAt);
        Assert.Equal(["TOR"], report.Codes("cap:eventCode:SAME"));
        Assert.Equal(["Shelter"], report.Codes("cap:responseType"));
        Assert.Contains("vtec:KFWD.TO.W.0036.2026", report.EventKeys);
        Assert.Equal(new GeoPoint(32.5, -97.1), report.Location!.Polygons[0][0]);
        Assert.Equal(["SAME:048113", "SAME:048439", "UGC:TXC113"], report.Location.AreaCodes);
        Assert.Equal("EAS\nNWEM", report.Fact("cap:BLOCKCHANNEL"));
        Assert.Contains("TAKE COVER NOW!", report.Texts[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"status\": \"Actual\"", "\"status\": \"Test\"", ReportMode.Test)]
    [InlineData("\"status\": \"Actual\"", "\"status\": \"Exercise\"", ReportMode.Exercise)]
    [InlineData("\"SAME\": [\"TOR\"], \"NationalWeatherService\": [\"TOW\"]", "\"SAME\": [\"RWT\"]", ReportMode.Test)]
    public void Its_mode_is_decided_as_that_of_CAP(string real, string other, ReportMode mode) =>
        Assert.Equal(mode, Sample.ReadText(Nws.Replace(real, other, StringComparison.Ordinal)).Mode);

    [Fact]
    public void A_feature_without_a_status_is_named_by_its_place()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(Nws.Replace("\"status\": \"Actual\",", "", StringComparison.Ordinal)));
        Assert.Equal("features[0].properties: alert/status", Assert.Single(invalid.Errors).Field);
    }

    [Fact]
    public void The_catalogue_reports_what_it_added_lately_and_not_its_stock()
    {
        var reports = Sample.Read(Encoding.UTF8.GetBytes(Kev(Entry("CVE-2026-11111", "2026-11-20"), Entry("CVE-2021-22222", "2021-11-03"), Entry("CVE-2026-33333", "2026-11-23", "Known"))));

        Assert.Equal(["CVE-2026-11111@2026-11-20", "CVE-2026-33333@2026-11-23/ransomware"], reports.Select(report => report.SourceId));
        var first = reports[0];
        Assert.Equal(("cisa-kev", "www.cisa.gov"), (first.Format, first.Source));
        Assert.Equal(["listed"], first.Codes("kev"));
        Assert.Equal(["CVE-2026-11111"], first.Codes("cve"));
        Assert.Equal(["CWE-79"], first.Codes("cwe"));
        Assert.Equal(("true", "false", "2026-12-15", "Sample Vendor"), (first.Fact("knownExploited"), first.Fact("ransomwareUse"), first.Fact("dueDate"), first.Fact("vendor")));
        Assert.Equal("true", reports[1].Fact("ransomwareUse"));
        Assert.Equal(["cve:CVE-2026-11111"], first.EventKeys);
    }

    [Fact]
    public void An_entry_against_the_schema_is_named_and_the_others_are_read()
    {
        var result = Assert.IsType<ReadResult.Reports>(Sample.Result(Kev(Entry("CVE-2026-11111", "2026-11-20"), Entry("CVE-26-1", "2026-11-20"), Entry("CVE-2026-44444", "soon"))));
        Assert.Single(result.Items);
        Assert.Equal(["vulnerabilities[1].cveID", "vulnerabilities[2].dateAdded"], result.SkippedEntries.Select(error => error.Field));
    }

    [Theory]
    [InlineData("vendorProject")]
    [InlineData("product")]
    [InlineData("vulnerabilityName")]
    [InlineData("shortDescription")]
    [InlineData("requiredAction")]
    [InlineData("dueDate")]
    public void What_the_schema_requires_of_an_entry_is_required(string property)
    {
        var entry = Entry("CVE-2026-11111", "2026-11-20");
        Assert.Contains($"\"{property}\"", entry, StringComparison.Ordinal);
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(Kev(entry.Replace($"\"{property}\"", "\"other\"", StringComparison.Ordinal))));
        Assert.Equal([$"vulnerabilities[0].{property}"], invalid.Errors.Select(error => error.Field));
    }

    [Fact]
    public void A_catalogue_without_its_date_is_invalid()
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result("""{ "catalogVersion": "1", "vulnerabilities": [] }"""));
        Assert.Equal("dateReleased", Assert.Single(invalid.Errors).Field);
    }

    private static string Kev(params string[] entries) => $$"""
        { "title": "Sample catalogue", "catalogVersion": "2026.11.24", "dateReleased": "2026-11-24T05:00:00.000Z", "count": {{entries.Length}}, "vulnerabilities": [ {{string.Join(",", entries)}} ] }
        """;

    private static string Entry(string cve, string added, string ransomware = "Unknown") => $$"""
        { "cveID": "{{cve}}", "vendorProject": "Sample Vendor", "product": "Sample Product", "vulnerabilityName": "Sample Product injection", "dateAdded": "{{added}}",
          "shortDescription": "A sample.", "requiredAction": "Apply updates.", "dueDate": "2026-12-15", "knownRansomwareCampaignUse": "{{ransomware}}", "notes": "", "cwes": ["CWE-79"] }
        """;
}
