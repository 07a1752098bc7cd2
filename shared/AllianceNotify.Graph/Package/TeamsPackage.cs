using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace AllianceNotify.Graph.Package;

/// <summary>What a Teams app package is made from.</summary>
/// <param name="AppId">The manifest's id; <c>Graph:Teams:AppId</c>.</param>
/// <param name="ClientId">Of the Entra app registration that sends.</param>
/// <param name="Hub">Where readers reach the hub, https.</param>
/// <param name="TabId">Of the static tab.</param>
/// <param name="Version">Of the app, <c>1.2.3</c>: Teams takes an update only under a higher one.</param>
public sealed record TeamsPackageParts(Guid AppId, Guid ClientId, Uri Hub, string TabId, string Version);

/// <summary>
/// The Teams app that people have installed so that their activity feed can be written to: a manifest with the activity type
/// that the hub sends, one tab, and two icons, in a zip.
/// </summary>
public static class TeamsPackage
{
    public const string ActivityType = "situationAlert";
    private const string ManifestVersion = "1.16";
    private const string Manifest = "manifest.json", Color = "color.png", Outline = "outline.png";

    // The same parts give the same bytes.
    private static readonly DateTimeOffset Written = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static JsonObject ManifestOf(TeamsPackageParts parts)
    {
        var hub = parts.Hub.AbsoluteUri.TrimEnd('/');
        return new JsonObject
        {
            ["$schema"] = $"https://developer.microsoft.com/en-us/json-schemas/teams/v{ManifestVersion}/MicrosoftTeams.schema.json",
            ["manifestVersion"] = ManifestVersion,
            ["version"] = parts.Version,
            ["id"] = parts.AppId.ToString("D"),
            ["developer"] = new JsonObject
            {
                ["name"] = "AllianceNotify",
                ["websiteUrl"] = hub,
                ["privacyUrl"] = $"{hub}/teams",
                ["termsOfUseUrl"] = $"{hub}/teams",
            },
            ["name"] = new JsonObject { ["short"] = "AllianceNotify", ["full"] = "AllianceNotify situation alerts 状況通報" },
            ["description"] = new JsonObject
            {
                ["short"] = "Alerts about situations that you have to know of. 状況の通報",
                ["full"] = "Puts alerts of the AllianceNotify hub into your activity feed and opens the situation they are about. Unclassified traffic only. "
                    + "AllianceNotify からの通報をアクティビティに表示し、該当する状況を開きます。秘密情報は扱いません。",
            },
            ["icons"] = new JsonObject { ["color"] = Color, ["outline"] = Outline },
            ["accentColor"] = AppIcons.Accent,
            ["staticTabs"] = new JsonArray(new JsonObject
            {
                ["entityId"] = parts.TabId,
                ["name"] = "Situations 状況",
                ["contentUrl"] = $"{hub}/teams?situation={{subEntityId}}",
                ["websiteUrl"] = $"{hub}/situations",
                ["scopes"] = new JsonArray("personal"),
            }),
            ["activities"] = new JsonObject
            {
                ["activityTypes"] = new JsonArray(new JsonObject
                {
                    ["type"] = ActivityType,
                    ["description"] = "Situation alerts 状況通報",
                    ["templateText"] = "{banner}. {subject}",
                }),
            },
            ["permissions"] = new JsonArray("identity"),
            ["validDomains"] = new JsonArray(parts.Hub.IdnHost),
            ["webApplicationInfo"] = new JsonObject { ["id"] = parts.ClientId.ToString("D"), ["resource"] = $"api://{parts.ClientId:D}" },
            ["authorization"] = new JsonObject
            {
                ["permissions"] = new JsonObject
                {
                    ["resourceSpecific"] = new JsonArray(new JsonObject { ["name"] = "TeamsActivity.Send.User", ["type"] = "Application" }),
                },
            },
        };
    }

    /// <summary>The zip.</summary>
    /// <exception cref="InvalidDataException">The parts make a package that Teams would not take; the message has every reason.</exception>
    public static byte[] Build(TeamsPackageParts parts)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [Manifest] = JsonSerializer.SerializeToUtf8Bytes(ManifestOf(parts), Readable),
            [Color] = AppIcons.Color(),
            [Outline] = AppIcons.Outline(),
        };
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = Written;
                using var stream = entry.Open();
                stream.Write(bytes);
            }
        }

        var package = buffer.ToArray();
        var mistakes = ManifestRules.Check(package);
        return mistakes.Count == 0 ? package : throw new InvalidDataException(string.Join(" ", mistakes));
    }
}
