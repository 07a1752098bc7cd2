using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>Writes any report as own JSON, whatever format it came in; reading it back gives the same report.</summary>
public static class OwnJson
{
    public static byte[] Write(SituationReport report) => JsonSerializer.SerializeToUtf8Bytes(From(report), OwnJsonContext.Wire.OwnJsonReport);

    public static OwnJsonReport From(SituationReport report)
    {
        var only = report.Texts.Count == 1 ? report.Texts[0] : null;
        return new OwnJsonReport
        {
            Id = report.Id.Value,
            Source = report.Source,
            SourceId = report.SourceId,
            Action = report.Action,
            References = report.References.Count == 0 ? null : [.. report.References.Select(reference => new OwnJsonReference(reference.Source, reference.SourceId))],
            EventKeys = report.EventKeys.Count == 0 ? null : report.EventKeys,
            Mode = report.Mode,
            ObservedAt = IsoTime.Write(report.ObservedAt),
            ExpiresAt = report.ExpiresAt is { } expires ? IsoTime.Write(expires) : null,
            ReceivedAt = IsoTime.Write(report.ReceivedAt),
            Format = report.Format,
            Language = only?.Language,
            Title = only?.Title,
            Body = only?.Body,
            Texts = only is null ? [.. report.Texts.Select(text => new OwnJsonText(text.Language, text.Title, text.Body))] : null,
            Codes = report.Codes.Count == 0 ? null : [.. report.Codes.Select(code => new OwnJsonCode(code.Scheme, code.Value))],
            Location = report.Location is { } location ? From(location) : null,
            Marking = new OwnJsonMarking(report.Marking.Tlp, report.Marking.ReleasableTo),
            Facts = report.Facts.Count == 0 ? null : report.Facts,
            Contact = report.Contact is { } contact ? new OwnJsonContact(contact.Name, contact.Phone) : null,
        };
    }

    private static OwnJsonLocation From(ReportLocation location) => new()
    {
        Name = location.Name,
        Latitude = location.Latitude,
        Longitude = location.Longitude,
        RadiusKm = location.RadiusKm,
        AreaCodes = location.AreaCodes.Count == 0 ? null : location.AreaCodes,
        Polygons = location.Polygons.Count == 0 ? null : [.. location.Polygons.Select(ring => new OwnJsonPolygon(ring))],
    };
}

/// <summary>A report on the wire. What is absent is left out.</summary>
public record OwnJsonReport
{
    public string? Id { get; init; }

    public string? Source { get; init; }

    public string? SourceId { get; init; }

    public ReportAction Action { get; init; }

    public IReadOnlyList<OwnJsonReference>? References { get; init; }

    public IReadOnlyList<string>? EventKeys { get; init; }

    public ReportMode Mode { get; init; }

    public string? ObservedAt { get; init; }

    public string? ExpiresAt { get; init; }

    /// <summary>Written only: when the hub received it.</summary>
    public string? ReceivedAt { get; init; }

    /// <summary>Written only: the wire format it came in.</summary>
    public string? Format { get; init; }

    public string? Language { get; init; }

    public string? Title { get; init; }

    public string? Body { get; init; }

    public IReadOnlyList<OwnJsonText>? Texts { get; init; }

    public IReadOnlyList<OwnJsonCode>? Codes { get; init; }

    public OwnJsonLocation? Location { get; init; }

    public OwnJsonMarking? Marking { get; init; }

    public IReadOnlyDictionary<string, FactValue>? Facts { get; init; }

    public OwnJsonContact? Contact { get; init; }
}

public sealed record OwnJsonReference(string Source, string SourceId);

public sealed record OwnJsonText(string Language, string Title, string Body);

public sealed record OwnJsonCode(string Scheme, string Value);

public sealed record OwnJsonMarking(Tlp Tlp, IReadOnlyList<string> ReleasableTo);

public sealed record OwnJsonContact(string? Name, string? Phone);

/// <summary>A closed ring.</summary>
public sealed record OwnJsonPolygon(IReadOnlyList<GeoPoint> Points);

public sealed record OwnJsonLocation
{
    public string? Name { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    public double? RadiusKm { get; init; }

    public IReadOnlyList<string>? AreaCodes { get; init; }

    public IReadOnlyList<OwnJsonPolygon>? Polygons { get; init; }
}

[JsonSerializable(typeof(OwnJsonReport))]
internal sealed partial class OwnJsonContext : JsonSerializerContext
{
    public static readonly OwnJsonContext Wire = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
