using System.Text.Json.Serialization;

namespace AllianceNotify.Classification;

/// <summary>The id of a situation category in the taxonomy, or one of the two answers that are not situations.</summary>
[JsonConverter(typeof(StringIdJsonConverter<CategoryId>))]
public readonly record struct CategoryId(string Value) : IStringId<CategoryId>
{
    /// <summary>Something alarming that no category fits: goes to the duty desk.</summary>
    public static readonly CategoryId Unclassified = new("unclassified");

    /// <summary>The text is about no situation: stored and shown, alerts nobody.</summary>
    public static readonly CategoryId None = new("none");

    public static CategoryId Of(string value) => new(value);

    public override string ToString() => Value;
}
