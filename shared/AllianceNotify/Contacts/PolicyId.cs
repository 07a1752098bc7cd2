using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts;

/// <summary>An escalation policy.</summary>
[JsonConverter(typeof(StringIdJsonConverter<PolicyId>))]
public readonly record struct PolicyId(string Value) : IStringId<PolicyId>
{
    public static PolicyId Of(string value) => new(value);

    public override string ToString() => Value;
}
