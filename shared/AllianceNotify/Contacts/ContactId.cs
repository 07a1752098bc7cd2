using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts;

/// <summary>A person or desk that can be told.</summary>
[JsonConverter(typeof(StringIdJsonConverter<ContactId>))]
public readonly record struct ContactId(string Value) : IStringId<ContactId>
{
    public static ContactId Of(string value) => new(value);

    public override string ToString() => Value;
}
