using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.FanOut;

public sealed class AudienceAreaTests
{
    private static readonly SubscriptionArea TokyoCircle = new() { Latitude = 35.68, Longitude = 139.77, RadiusKm = 100 };

    private static ReportLocation At(double latitude, double longitude, double? radius = null) =>
        new() { Latitude = latitude, Longitude = longitude, RadiusKm = radius };

    [Theory]
    [InlineData(35.44, 139.64, null, true)] // Yokohama, 29 km
    [InlineData(34.69, 135.50, null, false)] // Osaka, 403 km
    [InlineData(34.69, 135.50, 290.0, false)]
    [InlineData(34.69, 135.50, 310.0, true)]
    public void A_report_within_reach_of_the_circle_matches_with_its_own_radius(double latitude, double longitude, double? radius, bool covers) =>
        Assert.Equal(covers, AreaMatch.Covers(TokyoCircle, At(latitude, longitude, radius)));

    [Fact]
    public void Distances_cross_the_date_line_and_the_pole()
    {
        Assert.True(AreaMatch.Covers(new SubscriptionArea { Latitude = 0, Longitude = 179.9, RadiusKm = 50 }, At(0, -179.9)));
        Assert.False(AreaMatch.Covers(new SubscriptionArea { Latitude = 0, Longitude = 179.9, RadiusKm = 20 }, At(0, -179.9)));
        Assert.True(AreaMatch.Covers(new SubscriptionArea { Latitude = 89.9, Longitude = 0, RadiusKm = 30 }, At(89.9, 180)));
    }

    [Fact]
    public void A_report_without_a_place_matches()
    {
        Assert.True(AreaMatch.Covers(TokyoCircle, null));
        Assert.True(AreaMatch.Covers(TokyoCircle, new ReportLocation { Name = "somewhere" }));
    }

    [Fact]
    public void An_area_code_matches_itself_and_no_other_of_its_scheme()
    {
        var tokyo = new SubscriptionArea { AreaCodes = ["jma:130000"] };

        Assert.True(AreaMatch.Covers(tokyo, new ReportLocation { AreaCodes = ["jma:140000", "JMA:130000"] }));
        Assert.False(AreaMatch.Covers(tokyo, new ReportLocation { AreaCodes = ["jma:140000"] }));
    }

    [Fact]
    public void An_area_code_that_ends_in_a_star_covers_all_that_begin_so()
    {
        var tokyo = new SubscriptionArea { AreaCodes = ["jma:13*"] };

        Assert.True(AreaMatch.Covers(tokyo, new ReportLocation { AreaCodes = ["jma:140000", "jma:1310100"] }));
        Assert.False(AreaMatch.Covers(tokyo, new ReportLocation { AreaCodes = ["jma:141310"] }));
        Assert.True(AreaMatch.Covers(tokyo, new ReportLocation { AreaCodes = ["jma-quake:350"] }));
    }

    [Fact]
    public void A_place_that_cannot_be_compared_is_told_rather_than_left_out()
    {
        Assert.True(AreaMatch.Covers(new SubscriptionArea { AreaCodes = ["jma:130000"] }, At(35.68, 139.77)));
        Assert.True(AreaMatch.Covers(new SubscriptionArea { AreaCodes = ["jma:130000"] }, new ReportLocation { AreaCodes = ["SAME:006113"] }));
        Assert.True(AreaMatch.Covers(TokyoCircle, new ReportLocation { AreaCodes = ["jma:400000"] }));
    }

    [Fact]
    public void Where_one_comparison_is_possible_it_decides()
    {
        var both = TokyoCircle with { AreaCodes = ["jma:130000"] };

        Assert.False(AreaMatch.Covers(both, At(34.69, 135.50)));
        Assert.True(AreaMatch.Covers(both, At(34.69, 135.50) with { AreaCodes = ["jma:130000"] }));
        Assert.False(AreaMatch.Covers(both, new ReportLocation { AreaCodes = ["jma:270000"] }));
    }

    [Fact]
    public void A_polygon_matches_where_it_contains_or_comes_near_the_circle()
    {
        IReadOnlyList<GeoPoint> kanto = [new(34.9, 138.5), new(37.0, 138.5), new(37.0, 141.0), new(34.9, 141.0), new(34.9, 138.5)];
        var small = TokyoCircle with { RadiusKm = 1 };

        Assert.True(AreaMatch.Covers(small, new ReportLocation { Polygons = [kanto] }));
        Assert.False(AreaMatch.Covers(small with { Latitude = 33.0 }, new ReportLocation { Polygons = [kanto] }));
        // 211 km south of the polygon's southern edge.
        Assert.False(AreaMatch.Covers(small with { Latitude = 33.0, RadiusKm = 205 }, new ReportLocation { Polygons = [kanto] }));
        Assert.True(AreaMatch.Covers(small with { Latitude = 33.0, RadiusKm = 215 }, new ReportLocation { Polygons = [kanto] }));
    }

    [Fact]
    public void A_polygon_across_the_date_line_is_one_place()
    {
        IReadOnlyList<GeoPoint> ring = [new(-1, 179), new(1, 179), new(1, -179), new(-1, -179), new(-1, 179)];

        Assert.True(AreaMatch.Covers(new SubscriptionArea { Latitude = 0, Longitude = 180, RadiusKm = 1 }, new ReportLocation { Polygons = [ring] }));
        Assert.False(AreaMatch.Covers(new SubscriptionArea { Latitude = 0, Longitude = 0, RadiusKm = 1 }, new ReportLocation { Polygons = [ring] }));
    }
}
