using System.Text.Json.Nodes;

namespace AllianceNotify.Infra.Tests;

/// <summary>One resource of a snapshot. What is known only while deploying stands as an expression in brackets.</summary>
internal sealed class Resource(JsonObject json)
{
    public string Id => Text("id");

    public string Type => Text("type");

    public string Name => Text("name");

    public JsonObject Properties => json["properties"]?.AsObject() ?? [];

    public JsonObject Tags => json["tags"]?.AsObject() ?? [];

    public bool Has(string property) => json.ContainsKey(property);

    /// <summary>A value by its path, as <c>siteConfig.minTlsVersion</c>; null where there is none.</summary>
    public string? Value(string path)
    {
        JsonNode? at = Properties;
        foreach (var part in path.Split('.'))
        {
            at = at?[part];
        }

        return at?.ToString();
    }

    public override string ToString() => Id;

    private string Text(string property) => json[property]!.GetValue<string>();
}
