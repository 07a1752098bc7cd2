using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AllianceNotify.Messaging;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AcceptedReport))]
[JsonSerializable(typeof(AlertToFanOut))]
public sealed partial class StageJson : JsonSerializerContext
{
    /// <summary>The message a body holds, or null where it is not one.</summary>
    public static T? TryRead<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> typeInfo)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, typeInfo);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
