using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>Whether a place is in or off Japan: the same earthquake is one category there and another abroad.</summary>
internal static class JapanArea
{
    /// <summary>Japan with the seas around it, without Korea, Sakhalin and Taiwan; degrees of longitude and latitude.</summary>
    private static readonly (double Longitude, double Latitude)[] Outline =
    [
        (122.7, 23.6), (122.6, 25.4), (126.0, 28.5), (127.8, 32.0), (128.6, 33.8), (129.2, 34.9), (131.2, 35.6), (132.8, 37.2), (135.5, 38.6),
        (138.2, 41.0), (139.2, 43.6), (140.6, 45.7), (142.2, 45.8), (144.6, 44.6), (146.4, 44.4), (148.6, 44.0), (148.0, 41.5), (146.5, 38.0),
        (144.0, 34.0), (143.5, 28.0), (154.6, 25.2), (154.6, 23.4), (143.0, 23.4), (137.0, 19.8), (134.5, 20.2), (131.0, 23.2),
    ];

    public static bool Contains(double latitude, double longitude)
    {
        var inside = false;
        for (int at = 0, before = Outline.Length - 1; at < Outline.Length; before = at++)
        {
            var (x1, y1) = Outline[at];
            var (x2, y2) = Outline[before];
            if ((y1 > latitude) != (y2 > latitude) && longitude < ((x2 - x1) * (latitude - y1) / (y2 - y1)) + x1)
            {
                inside = !inside;
            }
        }

        return inside;
    }

    /// <summary>What the report's structured location says; none where it says nothing.</summary>
    public static Places Of(SituationReport report)
    {
        if (report.Codes.Count > 0 && report.Codes.Any(static code => code.Scheme == "jma:telegram") && !report.Texts[0].Title.Contains("遠地", StringComparison.Ordinal))
            return Places.Japan;
        if (report.Location is not { } location)
            return Places.None;
        foreach (var area in location.AreaCodes)
        {
            if (area.StartsWith("jma:", StringComparison.OrdinalIgnoreCase) || area.Equals("iso3166:JPN", StringComparison.OrdinalIgnoreCase) || area.Equals("iso3166:JP", StringComparison.OrdinalIgnoreCase))
                return Places.Japan;
            if (area.StartsWith("SAME:", StringComparison.OrdinalIgnoreCase) || area.StartsWith("UGC:", StringComparison.OrdinalIgnoreCase) || area.StartsWith("iso3166:", StringComparison.OrdinalIgnoreCase))
                return Places.Abroad;
        }

        if (location is { Latitude: { } latitude, Longitude: { } longitude })
            return Contains(latitude, longitude) ? Places.Japan : Places.Abroad;
        if (location.Polygons is [[var first, ..], ..])
            return Contains(first.Latitude, first.Longitude) ? Places.Japan : Places.Abroad;
        return Places.None;
    }
}
