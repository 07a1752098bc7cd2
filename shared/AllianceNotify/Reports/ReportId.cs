using System.Text.Json.Serialization;

namespace AllianceNotify.Reports;

/// <summary>A report's id: made from its source and source id, so that the same report twice is one report.</summary>
[JsonConverter(typeof(StringIdJsonConverter<ReportId>))]
public readonly record struct ReportId(string Value) : IStringId<ReportId>
{
    public static ReportId Of(string value) => new(value);

    public override string ToString() => Value;
}
