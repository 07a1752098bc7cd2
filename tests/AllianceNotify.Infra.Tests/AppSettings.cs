using System.Text.Json.Nodes;

namespace AllianceNotify.Infra.Tests;

/// <summary>The app settings of every function app in a snapshot.</summary>
internal static class AppSettings
{
    public static IEnumerable<(string Name, string Value)> Of(IEnumerable<Resource> resources) => resources
        .Where(resource => resource.Type == "Microsoft.Web/sites")
        .SelectMany(app => app.Properties["siteConfig"]!["appSettings"]!.AsArray())
        .Select(setting => (Text(setting, "name"), Text(setting, "value")));

    private static string Text(JsonNode? setting, string property) => setting![property]!.GetValue<string>();
}
