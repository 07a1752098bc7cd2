using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts;

/// <summary>An on-call rota.</summary>
[JsonConverter(typeof(StringIdJsonConverter<RotaId>))]
public readonly record struct RotaId(string Value) : IStringId<RotaId>
{
    public static RotaId Of(string value) => new(value);

    public override string ToString() => Value;
}
