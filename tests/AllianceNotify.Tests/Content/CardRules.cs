using System.Text.Json;
using Xunit;

namespace AllianceNotify.Tests.Content;

/// <summary>
/// The rules of Adaptive Cards 1.4 (adaptivecards.io/explorer) for the elements that cards of ours may use: known types,
/// known properties with values of the right kind, required ones present, and no action that a webhook card cannot do.
/// </summary>
internal static class CardRules
{
    private delegate void Rule(JsonElement value, string path);

    private static readonly Rule Text = (value, path) => Must(value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0, path, "is a text");
    private static readonly Rule Truth = (value, path) => Must(value.ValueKind is JsonValueKind.True or JsonValueKind.False, path, "is true or false");
    private static readonly Rule Spacing = OneOf("default", "none", "small", "medium", "large", "extraLarge", "padding");
    private static readonly Rule Size = OneOf("default", "small", "medium", "large", "extraLarge");
    private static readonly Rule Weight = OneOf("default", "lighter", "bolder");
    private static readonly Rule Colour = OneOf("default", "dark", "light", "accent", "good", "warning", "attention");
    private static readonly Rule Alignment = OneOf("left", "center", "right");
    private static readonly Rule Url = (value, path) =>
        Must(Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps, path, "is an https address");

    private static readonly Dictionary<string, Rule> Common = new()
    {
        ["type"] = Text,
        ["id"] = Text,
        ["separator"] = Truth,
        ["spacing"] = Spacing,
        ["isVisible"] = Truth,
    };

    private static readonly Dictionary<string, (string[] Required, Dictionary<string, Rule> Properties)> Elements = new()
    {
        ["TextBlock"] = (["text"], With(Common, new()
        {
            ["text"] = Text,
            ["wrap"] = Truth,
            ["weight"] = Weight,
            ["size"] = Size,
            ["color"] = Colour,
            ["isSubtle"] = Truth,
            ["horizontalAlignment"] = Alignment,
        })),
        ["RichTextBlock"] = (["inlines"], With(Common, new() { ["inlines"] = Each("TextRun"), ["horizontalAlignment"] = Alignment })),
        ["TextRun"] = (["text"], new()
        {
            ["type"] = Text,
            ["text"] = Text,
            ["weight"] = Weight,
            ["size"] = Size,
            ["color"] = Colour,
            ["isSubtle"] = Truth,
        }),
        ["Container"] = (["items"], With(Common, new()
        {
            ["items"] = Each("TextBlock", "RichTextBlock", "Container"),
            ["bleed"] = Truth,
            ["style"] = OneOf("default", "emphasis", "good", "attention", "warning", "accent"),
        })),
        ["ActionSet"] = (["actions"], With(Common, new() { ["actions"] = Each("Action.OpenUrl"), ["horizontalAlignment"] = Alignment })),
        ["Action.OpenUrl"] = (["url"], new() { ["type"] = Text, ["title"] = Text, ["url"] = Url, ["style"] = OneOf("default", "positive", "destructive") }),
        ["AdaptiveCard"] = (["version"], new()
        {
            ["type"] = Text,
            ["$schema"] = Text,
            ["version"] = OneOf("1.4"),
            ["lang"] = OneOf("en", "ja"),
            ["fallbackText"] = Text,
            ["speak"] = Text,
            ["body"] = Each("TextBlock", "RichTextBlock", "Container", "ActionSet"),
            ["actions"] = Each("Action.OpenUrl"),
        }),
    };

    /// <summary>The card as read, after every rule held.</summary>
    public static JsonElement Check(string card)
    {
        using var document = JsonDocument.Parse(card, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Element(document.RootElement, "card", ["AdaptiveCard"]);
        return document.RootElement.Clone();
    }

    /// <summary>The words of the mode banners, which are containers of their own, top to bottom.</summary>
    public static IReadOnlyList<string> Banners(JsonElement card)
    {
        var body = card.GetProperty("body").EnumerateArray().ToList();
        return [string.Join(" / ", LinesOf(body[1].GetProperty("items"))), string.Join(" / ", LinesOf(body[^2].GetProperty("items")))];
    }

    /// <summary>Where the card's actions lead, top to bottom.</summary>
    public static IReadOnlyList<string> Links(JsonElement card) =>
    [
        .. card.GetProperty("body").EnumerateArray().Append(card)
            .Where(item => item.TryGetProperty("actions", out _))
            .SelectMany(item => item.GetProperty("actions").EnumerateArray())
            .Select(action => action.GetProperty("url").GetString()!),
    ];

    /// <summary>All words of the card's body, top to bottom, a line a block.</summary>
    public static IReadOnlyList<string> Lines(JsonElement card) => [.. LinesOf(card.GetProperty("body"))];

    private static IEnumerable<string> LinesOf(JsonElement items) => items.EnumerateArray().SelectMany(item => item.GetProperty("type").GetString() switch
    {
        "TextBlock" => [item.GetProperty("text").GetString()!],
        "RichTextBlock" => [string.Concat(item.GetProperty("inlines").EnumerateArray().Select(run => run.GetProperty("text").GetString()))],
        "ActionSet" => [],
        _ => LinesOf(item.GetProperty("items")),
    });

    private static void Element(JsonElement element, string path, string[] allowed)
    {
        Must(element.ValueKind == JsonValueKind.Object, path, "is an object");
        var type = element.TryGetProperty("type", out var named) ? named.GetString()! : "";
        Must(allowed.Contains(type), $"{path}.type", $"is one of {string.Join(", ", allowed)}, not {type}");
        var (required, properties) = Elements[type];
        Assert.All(required, name => Must(element.TryGetProperty(name, out _), $"{path}.{name}", "is there"));
        foreach (var property in element.EnumerateObject())
        {
            Must(properties.TryGetValue(property.Name, out var rule), $"{path}.{property.Name}", "is a property of 1.4");
            rule!(property.Value, $"{path}.{property.Name}");
        }
    }

    private static Rule Each(params string[] allowed) => (value, path) =>
    {
        Must(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0, path, "is a list of at least one");
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            Element(item, $"{path}[{index++}]", allowed);
        }
    };

    private static Rule OneOf(params string[] values) => (value, path) =>
        Must(value.ValueKind == JsonValueKind.String && values.Contains(value.GetString()), path, $"is one of {string.Join(", ", values)}");

    private static Dictionary<string, Rule> With(Dictionary<string, Rule> common, Dictionary<string, Rule> own) =>
        common.Concat(own).ToDictionary(item => item.Key, item => item.Value);

    private static void Must(bool holds, string path, string rule) => Assert.True(holds, $"{path} {rule}");
}
