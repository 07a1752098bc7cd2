using System.Text.Json.Serialization;

namespace AllianceNotify.Situations;

/// <summary>An alert's id: its situation and revision.</summary>
[JsonConverter(typeof(StringIdJsonConverter<AlertId>))]
public readonly record struct AlertId(string Value) : IStringId<AlertId>
{
    public static AlertId Of(string value) => new(value);

    public override string ToString() => Value;
}
