using System.Text.Json;

namespace AllianceNotify.Intake;

/// <summary>
/// What the beginning of a JSON text says about its format: the property names met so far, as paths with arrays left out
/// (<c>features.properties.mag</c>), and the values of short strings at the top.
/// </summary>
internal sealed class JsonHead
{
    private const int MaxPathDepth = 3;
    private const int MaxStringBytes = 200;

    private readonly HashSet<string> paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> topStrings = new(StringComparer.Ordinal);

    private JsonHead()
    {
    }

    public bool Has(string path) => paths.Contains(path);

    public string? TopString(string name) => topStrings.GetValueOrDefault(name);

    /// <summary>Null where the text does not begin as a JSON object or an array of objects.</summary>
    public static JsonHead? Of(ReadOnlySpan<byte> head)
    {
        head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        var start = head.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || head[start] is not ((byte)'{' or (byte)'['))
        {
            return null;
        }

        var found = new JsonHead();
        var reader = new Utf8JsonReader(head, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth }));
        try
        {
            found.Walk(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What stands before the fault still says what the text was meant to be; the format names the fault.
        }

        return found;
    }

    private void Walk(ref Utf8JsonReader reader)
    {
        var objects = new Stack<string?>();
        string? name = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = objects.Count > MaxPathDepth || reader.ValueSpan.Length > MaxStringBytes ? null : Join(objects, reader.GetString()!);
                    if (name is not null)
                    {
                        paths.Add(name);
                    }

                    break;
                case JsonTokenType.StartObject:
                    objects.Push(name);
                    break;
                case JsonTokenType.EndObject:
                    name = objects.Pop();
                    break;
                case JsonTokenType.String when objects.Count == 1 && name is not null && reader.ValueSpan.Length <= MaxStringBytes:
                    topStrings.TryAdd(name, reader.GetString()!);
                    break;
            }
        }
    }

    private static string? Join(Stack<string?> objects, string name) => (objects.Count, objects.Peek()) switch
    {
        (1, _) => name,
        (_, null) => null,
        (_, { } outer) => $"{outer}.{name}",
    };
}
