using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class UsgsGeoJsonFormatTests
{
    [Fact]
    public void A_real_summary_feed_is_read_event_by_event()
    {
        var reports = Sample.Read("usgs/significant_month.geojson", "application/geo+json");

        Assert.Equal(10, reports.Count);
        var first = reports[0];
        Assert.Equal(("earthquake.usgs.gov", "us70005xr7@2019-10-24T16:11:07.929Z", "usgs-geojson"), (first.Source, first.SourceId, first.Format));
        Assert.Equal((ReportAction.New, ReportMode.Actual), (first.Action, first.Mode));
        Assert.Equal(new DateTimeOffset(2019, 10, 23, 16, 8, 14, 432, TimeSpan.Zero), first.ObservedAt);
        Assert.Equal("M 6.3 - North of Ascension Island", first.Texts[0].Title);
        Assert.Equal((-1.0542, -13.8263), (first.Location!.Latitude!.Value, first.Location.Longitude!.Value));
        Assert.Equal(("6.3", "mww", "10", "green"), (first.Fact("magnitude"), first.Fact("magnitudeType"), first.Fact("depthKm"), first.Fact("pagerAlert")));
        Assert.Equal(("true", "611", "0"), (first.Fact("tsunamiFlag"), first.Fact("significance"), first.Fact("mmi")));
        Assert.Equal(["usgs:us70005xr7", "usgs:pt19296002", "usgs:at00pzu4tt"], first.EventKeys);
        Assert.Equal(["earthquake"], first.Codes("usgs:type"));
        Assert.Null(reports[2].Fact("pagerAlert"));
        Assert.Equal("7122", reports[2].Fact("felt"));
        Assert.Equal(Marking.Public, first.Marking);
    }

    [Fact]
    public void A_revision_is_a_report_of_its_own_about_the_same_event()
    {
        var first = Sample.ReadText(Feature());
        var revised = Sample.ReadText(Feature(updated: 1764000100000, mag: "7.0"));
        Assert.NotEqual(first.Id, revised.Id);
        Assert.Equal(first.EventKeys, revised.EventKeys);
    }

    [Fact]
    public void A_deleted_event_cancels()
    {
        var report = Sample.ReadText(Feature(status: "deleted"));
        Assert.Equal(ReportAction.Cancel, report.Action);
        Assert.Contains("usgs:us1", report.EventKeys);
        Assert.NotEqual(Sample.ReadText(Feature()).Id, report.Id);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("-0.4", "-0.4")]
    public void A_magnitude_may_be_unknown_or_negative(string mag, string? fact) => Assert.Equal(fact, Sample.ReadText(Feature(mag: mag)).Fact("magnitude"));

    [Theory]
    [InlineData("nuclear explosion")]
    [InlineData("quarry blast")]
    public void What_is_no_earthquake_is_called_what_it_is(string type)
    {
        var report = Sample.ReadText(Feature(type: type));
        Assert.Equal([type], report.Codes("usgs:type"));
        Assert.Equal(type, report.Fact("eventType"));
        Assert.Contains(type, report.Texts[0].Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Entries_that_cannot_be_read_do_not_silence_the_others()
    {
        var result = Assert.IsType<ReadResult.Reports>(Sample.Result($$"""{ "type": "FeatureCollection", "metadata": {}, "features": [ {{Feature()}}, { "type": "Feature" }, 3 ] }"""));
        Assert.Single(result.Items);
        Assert.Equal(["features[1].id", "features[1].properties", "features[2]"], result.SkippedEntries.Select(error => error.Field).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"time\": 1764000000000", "\"time\": null", "properties.time")]
    [InlineData("\"time\": 1764000000000", "\"time\": 99999999999999", "properties.time")]
    [InlineData("[142.5, 38.3, 24]", "[142.5, 138.3, 24]", "geometry.coordinates")]
    [InlineData("[142.5, 38.3, 24]", "[\"x\"]", "geometry.coordinates")]
    public void A_feature_that_cannot_be_is_invalid(string real, string broken, string field)
    {
        var invalid = Assert.IsType<ReadResult.Invalid>(Sample.Result(Feature().Replace(real, broken, StringComparison.Ordinal)));
        Assert.Equal([field], invalid.Errors.Select(error => error.Field));
    }

    [Fact]
    public void An_empty_feed_is_read_and_has_no_reports() =>
        Assert.Empty(Assert.IsType<ReadResult.Reports>(Sample.Result("""{ "type": "FeatureCollection", "metadata": { "count": 0 }, "features": [] }""", "application/geo+json")).Items);

    internal static string Feature(long updated = 1764000050000, string mag = "6.8", string status = "reviewed", string type = "earthquake") => $$"""
        { "type": "Feature", "id": "us1", "geometry": { "type": "Point", "coordinates": [142.5, 38.3, 24] },
          "properties": { "mag": {{mag}}, "place": "70 km E of Sample, Japan", "time": 1764000000000, "updated": {{updated}}, "alert": null, "status": "{{status}}",
            "tsunami": 0, "sig": 700, "ids": ",us1,", "magType": "mww", "type": "{{type}}", "title": "M 6.8 - 70 km E of Sample, Japan" } }
        """;
}
