namespace AllianceNotify.Reports;

/// <summary>
/// One report as every later stage sees it, whatever wire format it came in. Immutable. Times are UTC.
/// </summary>
public sealed record SituationReport
{
    public required ReportId Id { get; init; }

    /// <summary>The reporting system. 1 to 200 characters. CAP 1.2 §3.2.1 <c>sender</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The report's id in its source's terms. 1 to 400 characters. CAP 1.2 §3.2.1 <c>identifier</c>.</summary>
    public required string SourceId { get; init; }

    public required ReportAction Action { get; init; }

    public required ReportMode Mode { get; init; }

    /// <summary>When what is reported was observed or issued.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When the source says the report ends; null where it sets no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Earlier reports that an update or cancel is about. CAP 1.2 §3.2.1 <c>references</c>.</summary>
    public IReadOnlyList<ReportReference> References { get; init; } = [];

    /// <summary>
    /// Names of the event in its source's own terms, scheme first (<c>jma:20240101161010</c>, <c>usgs:us7000m9g4</c>).
    /// Reports of one mode that share a key are about one situation.
    /// </summary>
    public IReadOnlyList<string> EventKeys { get; init; } = [];

    /// <summary>At least one; the first is the source's own language.</summary>
    public required IReadOnlyList<ReportText> Texts { get; init; }

    public IReadOnlyList<ReportCode> Codes { get; init; } = [];

    public ReportLocation? Location { get; init; }

    public required Marking Marking { get; init; }

    /// <summary>Measured and stated facts (<c>magnitude</c>, <c>maxShindo</c>, <c>tsunamiGrade</c>…), by camel-case name.</summary>
    public IReadOnlyDictionary<string, FactValue> Facts { get; init; } = EmptyFacts;

    public ReportContact? Contact { get; init; }

    /// <summary>Name of the wire format it was read from (<see cref="Intake.IReportFormat.Name"/>).</summary>
    public required string Format { get; init; }

    internal static readonly IReadOnlyDictionary<string, FactValue> EmptyFacts = new Dictionary<string, FactValue>();

    /// <summary>The id of a report by its source's own name for it.</summary>
    public static ReportId IdOf(string source, string sourceId) => new(DeterministicId.Of("r-", source, sourceId));
}

/// <summary>Title and body in one language (BCP 47). Title 1 to 500 characters; the body may be empty.</summary>
public sealed record ReportText(string Language, string Title, string Body);

/// <summary>An earlier report by its source's name for it.</summary>
public sealed record ReportReference(string Source, string SourceId);

/// <summary>A machine code of a named scheme: <c>cap:eventCode:SAME</c> = <c>TOE</c>, <c>jma:kind:tsunami</c> = <c>52</c>.</summary>
public sealed record ReportCode(string Scheme, string Value)
{
    /// <summary>Scheme of a code whose value is a category of the hub's taxonomy: what the sender says that it is.</summary>
    public const string StatedCategory = "alliancenotify:category";
}

/// <summary>Who can be asked at the source.</summary>
public sealed record ReportContact(string? Name, string? Phone);

/// <summary>
/// Where. Latitude −90 to 90 and longitude −180 to 180 in WGS 84 degrees, radius in kilometres (0 to 20,038).
/// </summary>
public sealed record ReportLocation
{
    public string? Name { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    public double? RadiusKm { get; init; }

    /// <summary>Codes of areas, scheme first: <c>jma:130000</c>, <c>SAME:006113</c>, <c>iso3166:JPN</c>.</summary>
    public IReadOnlyList<string> AreaCodes { get; init; } = [];

    /// <summary>Closed rings of latitude, longitude pairs. CAP 1.2 §3.2.4 <c>polygon</c>.</summary>
    public IReadOnlyList<IReadOnlyList<GeoPoint>> Polygons { get; init; } = [];
}

/// <summary>WGS 84 degrees.</summary>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    /// <summary>The Earth's mean radius (IUGG).</summary>
    internal const double EarthRadiusKm = 6371.0088;

    /// <summary>Great circle on a sphere of the mean radius, in kilometres; within 0.6 % of the ellipsoid.</summary>
    public double DistanceKmTo(GeoPoint other)
    {
        var (lat1, lat2) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var halfLat = Math.Sin((lat2 - lat1) / 2);
        var halfLon = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var h = halfLat * halfLat + Math.Cos(lat1) * Math.Cos(lat2) * halfLon * halfLon;
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
