using AllianceNotify.Contacts;
using AllianceNotify.Reports;

namespace AllianceNotify.FanOut;

/// <summary>
/// Whether a report's place touches a subscription's area. Distances are great circles on a sphere of the Earth's mean
/// radius (6,371 km; within 0.6 % of the ellipsoid).
/// </summary>
internal static class AreaMatch
{
    private const double QuarterOfEarthKm = GeoPoint.EarthRadiusKm * Math.PI / 2;

    public static bool Covers(SubscriptionArea area, ReportLocation? place)
    {
        if (place is null)
        {
            return true;
        }

        var byDistance = Touches(area, place);
        var byCode = SharesCode(area.AreaCodes, place.AreaCodes);
        return byDistance == true || byCode == true || (byDistance is null && byCode is null);
    }

    /// <summary>Null: one of the two has no place on the map.</summary>
    private static bool? Touches(SubscriptionArea area, ReportLocation place)
    {
        if (area is not { Latitude: { } latitude, Longitude: { } longitude, RadiusKm: { } radius })
        {
            return null;
        }

        var centre = new GeoPoint(latitude, longitude);
        bool? touches = null;
        if (place is { Latitude: { } atLatitude, Longitude: { } atLongitude })
        {
            touches = centre.DistanceKmTo(new GeoPoint(atLatitude, atLongitude)) <= radius + (place.RadiusKm ?? 0);
        }

        foreach (var ring in place.Polygons.Where(ring => ring.Count > 0))
        {
            touches = touches == true || DistanceKm(centre, ring) <= radius;
        }

        return touches;
    }

    /// <summary>Null: the two share no scheme, so neither says anything about the other.</summary>
    private static bool? SharesCode(IReadOnlyList<string> area, IReadOnlyList<string> place)
    {
        if (area.Any(wanted => place.Any(code => IsCovered(code, wanted))))
        {
            return true;
        }

        return area.Select(SchemeOf).Intersect(place.Select(SchemeOf), StringComparer.OrdinalIgnoreCase).Any() ? false : null;
    }

    private static bool IsCovered(string code, string wanted) => wanted.EndsWith('*')
        ? code.StartsWith(wanted[..^1], StringComparison.OrdinalIgnoreCase)
        : code.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static string SchemeOf(string code) => code.LastIndexOf(':') is var end and >= 0 ? code[..end] : "";

    /// <summary>
    /// From a point to a ring, 0 inside it. The ring is laid out around the point as it is seen from there (azimuthal
    /// equidistant), which keeps every corner's distance and needs no care at the date line. A ring around the far side of
    /// the Earth looks as if it went around the point: what is beyond a quarter of the way round contains nothing.
    /// </summary>
    private static double DistanceKm(GeoPoint from, IReadOnlyList<GeoPoint> ring)
    {
        var corners = ring.Select(corner => LaidOut(from, corner)).ToList();
        var inside = false;
        var nearest = double.PositiveInfinity;
        for (int i = 0, j = corners.Count - 1; i < corners.Count; j = i++)
        {
            var (a, b) = (corners[j], corners[i]);
            if (a.Y > 0 != b.Y > 0 && (b.X - a.X) * -a.Y / (b.Y - a.Y) + a.X > 0)
            {
                inside = !inside;
            }

            var (dx, dy) = (b.X - a.X, b.Y - a.Y);
            var length = dx * dx + dy * dy;
            var along = length == 0 ? 0 : Math.Clamp(-(a.X * dx + a.Y * dy) / length, 0, 1);
            nearest = Math.Min(nearest, Math.Sqrt(Math.Pow(a.X + along * dx, 2) + Math.Pow(a.Y + along * dy, 2)));
        }

        return inside && nearest < QuarterOfEarthKm ? 0 : nearest;
    }

    private static (double X, double Y) LaidOut(GeoPoint centre, GeoPoint point)
    {
        var (lat1, lat2) = (double.DegreesToRadians(centre.Latitude), double.DegreesToRadians(point.Latitude));
        var lon = double.DegreesToRadians(point.Longitude - centre.Longitude);
        var bearing = Math.Atan2(
            Math.Sin(lon) * Math.Cos(lat2), Math.Cos(lat1) * Math.Sin(lat2) - Math.Sin(lat1) * Math.Cos(lat2) * Math.Cos(lon));
        var distance = centre.DistanceKmTo(point);
        return (distance * Math.Sin(bearing), distance * Math.Cos(bearing));
    }
}
