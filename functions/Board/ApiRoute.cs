using System.Text.Json;

namespace AllianceNotify.Functions.Board;

/// <summary>One route of the API as the OpenAPI document describes it, ready to be shown.</summary>
public sealed record ApiRoute
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string Tag { get; init; }

    public required string? About { get; init; }

    /// <summary>Roles that may call it; empty: no key is asked for.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required IReadOnlyList<ApiField> Parameters { get; init; }

    public required string? BodyType { get; init; }

    public required IReadOnlyList<ApiField> Body { get; init; }

    public required IReadOnlyList<(string Status, string Meaning, string Shape)> Answers { get; init; }

    public string Id => $"{Method.ToLowerInvariant()}{Path.Replace('/', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}";

    public string Curl(Uri hub) => string.Join(
        " ",
        new[]
        {
            "curl",
            Method is "GET" ? null : $"-X {Method}",
            Roles.Count > 0 ? "-H \"Authorization: Bearer $KEY\"" : null,
            BodyType is null ? null : $"-H 'Content-Type: {BodyType}' --data-binary @body",
            $"'{hub.GetLeftPart(UriPartial.Authority)}{Path}'",
        }.OfType<string>());

    public static IEnumerable<ApiRoute> ReadAll(JsonElement document, Func<string, string, IReadOnlyList<string>> rolesOf)
    {
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                yield return Read(document, operation.Name.ToUpperInvariant(), path.Name, operation.Value, rolesOf(operation.Name.ToUpperInvariant(), path.Name));
            }
        }
    }

    private static ApiRoute Read(JsonElement document, string method, string path, JsonElement operation, IReadOnlyList<string> roles)
    {
        var shapes = new ApiShapes(document);
        var about = Text(operation, "summary") ?? Text(operation, "description");
        var body = operation.TryGetProperty("requestBody", out var stated) && stated.TryGetProperty("content", out var content)
            ? content.EnumerateObject().Cast<JsonProperty?>().FirstOrDefault()
            : null;
        return new ApiRoute
        {
            Method = method,
            Path = path,
            Tag = operation.TryGetProperty("tags", out var tags) && tags.GetArrayLength() > 0 ? tags[0].GetString()! : "",
            About = about?.StartsWith("Policy: ", StringComparison.Ordinal) == true ? null : about,
            Roles = roles,
            Parameters = operation.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray().Select(shapes.Parameter)] : [],
            BodyType = body?.Name,
            Body = body?.Value.TryGetProperty("schema", out var schema) == true ? [.. shapes.Fields(schema)] : [],
            Answers =
            [
                .. operation.GetProperty("responses").EnumerateObject().Select(answer => (
                    answer.Name,
                    Text(answer.Value, "description") ?? "",
                    answer.Value.TryGetProperty("content", out var types)
                        ? string.Join(", ", types.EnumerateObject().Select(type => $"{type.Name}{(type.Value.TryGetProperty("schema", out var of) ? $": {shapes.Name(of)}" : "")}"))
                        : "")),
            ],
        };
    }

    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A parameter or a property of a body.</summary>
public sealed record ApiField(string Name, string Place, string Type, bool Required, string About);

/// <summary>Schemas in words.</summary>
internal sealed class ApiShapes(JsonElement document)
{
    public ApiField Parameter(JsonElement parameter) => new(
        ApiRoute.Text(parameter, "name") ?? "",
        ApiRoute.Text(parameter, "in") ?? "",
        parameter.TryGetProperty("schema", out var schema) ? Name(schema) : "",
        parameter.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.True,
        ApiRoute.Text(parameter, "description") ?? "");

    public IEnumerable<ApiField> Fields(JsonElement schema)
    {
        var whole = Resolved(schema);
        if (!whole.TryGetProperty("properties", out var properties))
        {
            yield break;
        }

        var required = whole.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet() : [];
        foreach (var property in properties.EnumerateObject())
        {
            yield return new ApiField(
                property.Name, "body", Name(property.Value), required.Contains(property.Name) && !MayBeNull(property.Value), AboutOf(property.Value));
        }
    }

    /// <summary>The name of a schema, or what values it takes.</summary>
    public string Name(JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            return string.Join(" | ", choices.EnumerateArray().Where(choice => ApiRoute.Text(choice, "type") != "null").Select(Name));
        }

        var whole = Resolved(schema);
        if (whole.TryGetProperty("enum", out var values))
        {
            return string.Join(" | ", values.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()));
        }

        var type = TypeOf(whole);
        return type switch
        {
            "array" => whole.TryGetProperty("items", out var items) ? $"{Name(items)}[]" : "array",
            "object" when ApiRoute.Text(schema, "$ref") is { } reference => reference.Split('/')[^1],
            _ => ApiRoute.Text(whole, "format") ?? type,
        };
    }

    private string AboutOf(JsonElement schema) =>
        ApiRoute.Text(schema, "description")
        ?? (schema.TryGetProperty("oneOf", out var choices) ? choices.EnumerateArray().Select(AboutOf).FirstOrDefault(text => text.Length > 0) : null)
        ?? "";

    private static bool MayBeNull(JsonElement schema) =>
        (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(one => one.GetString() == "null"))
        || (schema.TryGetProperty("oneOf", out var choices) && choices.EnumerateArray().Any(choice => ApiRoute.Text(choice, "type") == "null"));

    private static string TypeOf(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type)
        ? type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!).FirstOrDefault(one => one != "null") ?? "null" : type.GetString()!
        : "any";

    private JsonElement Resolved(JsonElement schema)
    {
        if (ApiRoute.Text(schema, "$ref") is not { } reference)
        {
            return schema;
        }

        var at = document;
        foreach (var part in reference.Split('/').Skip(1))
        {
            if (!at.TryGetProperty(part, out at))
            {
                return schema;
            }
        }

        return at;
    }
}
