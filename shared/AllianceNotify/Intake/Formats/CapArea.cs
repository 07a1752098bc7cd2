using System.Globalization;
using System.Xml.Linq;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>One <c>area</c> of a CAP alert (CAP 1.2 §3.2.4), and places made of several.</summary>
internal sealed class CapArea
{
    private const double MaxRadiusKm = 20_038;
    private const double KmPerDegree = 111.195;

    private readonly XmlFields fields;
    private readonly string? name;
    private readonly List<NamedValue> geocodes;
    private readonly List<IReadOnlyList<GeoPoint>> polygons = [];
    private readonly List<(GeoPoint Centre, double RadiusKm)> circles = [];

    public CapArea(XmlFields fields)
    {
        this.fields = fields;
        name = fields.Text("areaDesc");
        geocodes = NamedValue.All(fields, "geocode");
        foreach (var polygon in fields.Filled("polygon"))
        {
            ReadPolygon(polygon);
        }

        foreach (var circle in fields.Filled("circle"))
        {
            ReadCircle(circle);
        }
    }

    /// <summary>
    /// All areas as one place. The point is the first circle's, with its radius; without a circle it is the middle of the polygons
    /// and has none. Further circles become polygons.
    /// </summary>
    public static ReportLocation? Location(IEnumerable<CapArea> some)
    {
        var areas = some.ToList();
        if (areas.Count == 0)
        {
            return null;
        }

        var circles = areas.SelectMany(area => area.circles).Distinct().ToList();
        var polygons = areas.SelectMany(area => area.polygons).Concat(circles.Skip(1).Select(circle => Ring(circle.Centre, circle.RadiusKm)))
            .DistinctBy(ring => string.Join(' ', ring)).Take(100).ToList();
        var point = circles.Count > 0 ? circles[0].Centre : Middle(polygons);
        return new ReportLocation
        {
            Name = ReportLimits.PlaceName(areas.Select(area => area.name)),
            Latitude = point?.Latitude,
            Longitude = point?.Longitude,
            RadiusKm = circles.Count > 0 ? circles[0].RadiusKm : null,
            AreaCodes = ReportLimits.AreaCodes(areas.SelectMany(area => area.geocodes).Select(code => $"{code.Name}:{code.Value}")),
            Polygons = polygons,
        };
    }

    public void AddFacts(FactList facts)
    {
        facts.Add("altitudeFt", Number(fields.Text("altitude")));
        facts.Add("ceilingFt", Number(fields.Text("ceiling")));
    }

    /// <summary>The middle of the polygons' bounding box; null where there are none.</summary>
    public static GeoPoint? Middle(IReadOnlyList<IReadOnlyList<GeoPoint>> polygons)
    {
        var points = polygons.SelectMany(ring => ring).ToList();
        return points.Count == 0
            ? null
            : new GeoPoint(
                Math.Round((points.Min(point => point.Latitude) + points.Max(point => point.Latitude)) / 2, 4),
                Math.Round((points.Min(point => point.Longitude) + points.Max(point => point.Longitude)) / 2, 4));
    }

    private void ReadPolygon(XElement polygon)
    {
        var ring = new List<GeoPoint>();
        foreach (var pair in CapReferences.Words(polygon.Value))
        {
            if (Point(pair) is not { } point)
            {
                fields.Error(polygon, "must be pairs of latitude,longitude in degrees");
                return;
            }

            ring.Add(point);
        }

        // Some senders do not close their rings.
        if (ring.Count >= 3 && ring[0] != ring[^1])
        {
            ring.Add(ring[0]);
        }

        if (ring.Count is < 4 or > 10_000)
        {
            fields.Error(polygon, "must have at least four and at most 10000 pairs");
            return;
        }

        polygons.Add(ring);
    }

    private void ReadCircle(XElement circle)
    {
        if (CapReferences.Words(circle.Value) is [var centre, var radius] && Point(centre) is { } point && Number(radius) is >= 0 and <= MaxRadiusKm and var km)
        {
            circles.Add((point, km));
        }
        else
        {
            fields.Error(circle, "must be latitude,longitude and a radius in kilometres");
        }
    }

    private static GeoPoint? Point(string pair) =>
        pair.Split(',') is [var latitude, var longitude] && Number(latitude) is >= -90 and <= 90 and var lat && Number(longitude) is >= -180 and <= 360 and var lon
            ? new GeoPoint(lat, lon > 180 ? lon - 360 : lon)
            : null;

    private static List<GeoPoint> Ring(GeoPoint centre, double radiusKm)
    {
        const int corners = 24;
        var ring = new List<GeoPoint>();
        for (var i = 0; i < corners; i++)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * i / corners);
            var latitude = Math.Clamp(centre.Latitude + radiusKm / KmPerDegree * cos, -90, 90);
            var width = Math.Max(0.01, Math.Cos(centre.Latitude * Math.PI / 180));
            ring.Add(new GeoPoint(Math.Round(latitude, 4), Math.Round(Math.Clamp(centre.Longitude + radiusKm / KmPerDegree / width * sin, -180, 180), 4)));
        }

        ring.Add(ring[0]);
        return ring;
    }

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
