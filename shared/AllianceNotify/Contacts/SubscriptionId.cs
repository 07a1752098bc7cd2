using System.Text.Json.Serialization;

namespace AllianceNotify.Contacts;

/// <summary>A subscription of a list to situations.</summary>
[JsonConverter(typeof(StringIdJsonConverter<SubscriptionId>))]
public readonly record struct SubscriptionId(string Value) : IStringId<SubscriptionId>
{
    public static SubscriptionId Of(string value) => new(value);

    public override string ToString() => Value;
}
