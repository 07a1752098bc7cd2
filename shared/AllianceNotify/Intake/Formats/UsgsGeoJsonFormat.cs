using System.Globalization;
using System.Text.Json;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// USGS earthquake GeoJSON (summary feed 1.0, and its detail): one feature or a collection. An event keeps its id while it is
/// revised; each revision (<c>updated</c>) is a report of its own that updates the one before.
/// </summary>
public sealed class UsgsGeoJsonFormat : IReportFormat
{
    public const string FormatName = "usgs-geojson";

    private const string Source = "earthquake.usgs.gov";
    private const int MaxFeatures = 20_000;

    public string Name => FormatName;

    public FormatMatch Recognise(string? contentType, ReadOnlySpan<byte> head)
    {
        if (contentType != "application/geo+json" && !(MediaType.IsJson(contentType) && (contentType is null || !MediaType.IsSpecificJson(contentType))))
        {
            return FormatMatch.No;
        }

        if (head.IndexOf("Feature"u8) >= 0 && JsonHead.Of(head) is { } json && json.TopString("type") is "Feature" or "FeatureCollection"
            && (json.Has("metadata") || json.Has("properties.mag") || json.Has("features.properties.mag")))
        {
            return FormatMatch.ByContent;
        }

        return contentType == "application/geo+json" ? FormatMatch.ByType : FormatMatch.No;
    }

    public ReadResult Read(ReadOnlyMemory<byte> body, ReadContext context)
    {
        using var document = StrictJson.TryParse(body, out var error);
        if (document is null)
        {
            return new ReadResult.Invalid([error!]);
        }

        var errors = new List<FieldError>();
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new ReadResult.Invalid([new FieldError("$", "A GeoJSON text is an object.")]);
        }

        var fields = new JsonFields(root, "", errors);
        var reports = new List<SituationReport>();
        switch (fields.Text("type", 40, required: true))
        {
            case "Feature":
                Add(fields);
                break;
            case "FeatureCollection":
                if (!fields.Has("features"))
                {
                    fields.Error("features", "is required");
                }

                foreach (var feature in fields.Objects("features", MaxFeatures))
                {
                    Add(feature);
                }

                break;
            case not null:
                fields.Error("type", "must be Feature or FeatureCollection");
                break;
        }

        return reports.Count == 0 && errors.Count > 0 ? new ReadResult.Invalid(errors) : new ReadResult.Reports(reports) { SkippedEntries = errors };

        void Add(JsonFields feature)
        {
            if (ReadFeature(feature, context, errors) is { } report)
            {
                reports.Add(report);
            }
        }
    }

    private static SituationReport? ReadFeature(JsonFields feature, ReadContext context, List<FieldError> errors)
    {
        var before = errors.Count;
        var id = feature.Text("id", 100, required: true);
        var properties = feature.Object("properties");
        if (properties is null)
        {
            feature.Error("properties", "is required");
            return null;
        }

        var time = Milliseconds(properties, "time", context, required: true);
        var updated = Milliseconds(properties, "updated", context, required: false) ?? time;
        var status = properties.Text("status", 40);
        var eventType = properties.Text("type", 100) ?? "earthquake";
        var title = properties.Text("title", Wording.MaxTitle, controls: true);
        var place = properties.Text("place", Wording.MaxTitle, controls: true);
        var magnitude = properties.Number("mag", -20, 20);
        var alert = properties.Text("alert", 20);
        var ids = (properties.Text("ids", 4_000) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var point = Point(feature);
        var facts = Facts(properties, magnitude, point.DepthKm, alert, eventType, time, updated);
        if (errors.Count > before)
        {
            return null;
        }

        var deleted = status == "deleted";
        var name = place is null ? null : Wording.Title(place);
        var line = Wording.Title(title ?? $"{(magnitude is { } m ? string.Create(CultureInfo.InvariantCulture, $"M {m:0.0} - ") : "")}{eventType}, {name ?? "place unknown"}");
        var sourceId = $"{id}@{IsoTime.Write(updated!.Value)}{(deleted ? "/deleted" : "")}";
        return new SituationReport
        {
            Id = SituationReport.IdOf(Source, sourceId),
            Source = Source,
            SourceId = sourceId,
            Action = deleted ? ReportAction.Cancel : ReportAction.New,
            Mode = ReportMode.Actual,
            ObservedAt = time!.Value,
            ReceivedAt = context.ReceivedAt,
            EventKeys = ReportLimits.EventKeys(ids.Prepend(id!).Select(each => $"usgs:{each}")),
            Texts = [new ReportText("en", line, Wording.Body(Sentence(eventType, name, magnitude, point.DepthKm, time.Value, deleted)))],
            Codes = ReportLimits.Codes(
            [
                new("usgs:type", eventType),
                .. status is null ? Array.Empty<ReportCode>() : [new("usgs:status", status)],
                .. alert is null ? Array.Empty<ReportCode>() : [new("usgs:alert", alert)],
            ]),
            Location = point.At is null && name is null ? null : new ReportLocation { Name = name, Latitude = point.At?.Latitude, Longitude = point.At?.Longitude },
            Marking = Marking.Public,
            Facts = facts,
            Format = FormatName,
        };
    }

    private static Dictionary<string, FactValue> Facts(JsonFields properties, double? magnitude, double? depthKm, string? alert, string eventType, DateTimeOffset? time, DateTimeOffset? updated)
    {
        var facts = new FactList();
        facts.Add("magnitude", magnitude);
        facts.Add("magnitudeType", properties.Text("magType", 40));
        facts.Add("depthKm", depthKm);
        facts.Add("originTime", time);
        facts.Add("updatedAt", updated);
        facts.Add("pagerAlert", alert);
        facts.Add("tsunamiFlag", properties.Number("tsunami", 0, 1) is { } flag ? flag > 0 : null);
        facts.Add("significance", properties.Number("sig", 0, 1_000_000));
        facts.Add("mmi", properties.Number("mmi", -10, 20));
        facts.Add("cdi", properties.Number("cdi", -10, 20));
        facts.Add("felt", properties.Number("felt", 0, 1e9));
        facts.Add("eventType", eventType == "earthquake" ? null : eventType);
        facts.Add("web", properties.Text("url", 2_000));
        return facts.ToDictionary();
    }

    private static string Sentence(string eventType, string? place, double? magnitude, double? depthKm, DateTimeOffset time, bool deleted)
    {
        var what = magnitude is { } m ? string.Create(CultureInfo.InvariantCulture, $"{eventType} of magnitude {m:0.0##}") : eventType;
        var depth = depthKm is { } km ? string.Create(CultureInfo.InvariantCulture, $" at a depth of {km:0.#} km") : "";
        var where = place is null ? "" : $", {place}";
        return deleted
            ? $"The USGS has deleted this event: {what}{where}, {IsoTime.Write(time)}."
            : $"{char.ToUpperInvariant(what[0])}{what[1..]}{where}{depth}, {IsoTime.Write(time)}.";
    }

    /// <summary>GeoJSON's order: longitude, latitude, depth in kilometres.</summary>
    private static (GeoPoint? At, double? DepthKm) Point(JsonFields feature)
    {
        if (feature.Object("geometry") is not { } geometry || geometry.Find("coordinates") is not { ValueKind: JsonValueKind.Array } coordinates)
        {
            return (null, null);
        }

        var numbers = coordinates.EnumerateArray().Take(3).Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out var number) ? (double?)number : null).ToList();
        if (numbers is not [{ } longitude, { } latitude, ..] || latitude is < -90 or > 90 || longitude is < -360 or > 360)
        {
            geometry.Error("coordinates", "must be longitude, latitude and depth");
            return (null, null);
        }

        var depth = numbers.ElementAtOrDefault(2) is { } km and >= -100 and <= 7_000 ? km : (double?)null;
        return (new GeoPoint(latitude, longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude), depth);
    }

    private static DateTimeOffset? Milliseconds(JsonFields properties, string name, ReadContext context, bool required)
    {
        if (!properties.Has(name))
        {
            if (required)
            {
                properties.Error(name, "is required");
            }

            return null;
        }

        return properties.Number(name, 0, (context.ReceivedAt + IsoTime.MaxAhead).ToUnixTimeMilliseconds()) is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds((long)ms) : null;
    }
}
