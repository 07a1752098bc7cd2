using System.Text.Json.Serialization;

namespace AllianceNotify.Situations;

/// <summary>A situation's id: made from the key of the event that opened it and its mode.</summary>
[JsonConverter(typeof(StringIdJsonConverter<SituationId>))]
public readonly record struct SituationId(string Value) : IStringId<SituationId>
{
    public static SituationId Of(string value) => new(value);

    public override string ToString() => Value;
}
