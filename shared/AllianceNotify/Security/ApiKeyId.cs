using System.Text.Json.Serialization;

namespace AllianceNotify.Security;

/// <summary>The public half of an API key; safe in logs and lists.</summary>
[JsonConverter(typeof(StringIdJsonConverter<ApiKeyId>))]
public readonly record struct ApiKeyId(string Value) : IStringId<ApiKeyId>
{
    public static ApiKeyId Of(string value) => new(value);

    public override string ToString() => Value;
}
