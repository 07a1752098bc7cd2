using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts;

/// <summary>A contact list.</summary>
[JsonConverter(typeof(StringIdJsonConverter<ListId>))]
public readonly record struct ListId(string Value) : IStringId<ListId>
{
    public static ListId Of(string value) => new(value);

    public override string ToString() => Value;
}
