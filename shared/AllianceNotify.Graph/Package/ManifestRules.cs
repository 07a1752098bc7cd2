using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AllianceNotify.Graph.Package;

/// <summary>
/// The documented rules for a Teams app package as far as this one uses them (Microsoft Teams app manifest reference, version
/// 1.16; activity feed notifications), in place of Microsoft's JSON schema, which carries no licence to redistribute it.
/// </summary>
public static partial class ManifestRules
{
    private static readonly string[] Known =
    [
        "$schema", "manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor", "staticTabs",
        "activities", "permissions", "validDomains", "webApplicationInfo", "authorization",
    ];

    /// <summary>Every mistake in a package, each a sentence; none: Teams should take it.</summary>
    public static IReadOnlyList<string> Check(byte[] package)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using (var zip = new ZipArchive(new MemoryStream(package), ZipArchiveMode.Read))
        {
            foreach (var entry in zip.Entries)
            {
                using var stream = entry.Open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                files[entry.FullName] = copy.ToArray();
            }
        }

        if (!files.TryGetValue("manifest.json", out var manifest))
        {
            return ["There is no manifest.json at the root of the package."];
        }

        using var document = JsonDocument.Parse(manifest);
        return new Checking(document.RootElement, files).All();
    }

    private sealed class Checking(JsonElement manifest, Dictionary<string, byte[]> files)
    {
        private readonly List<string> mistakes = [];

        public List<string> All()
        {
            Must(manifest.EnumerateObject().All(property => Known.Contains(property.Name)), "The manifest has a property that version 1.16 does not know, or this checker.");
            Must(Text("manifestVersion") == "1.16", "manifestVersion is not 1.16.");
            Must(Text("$schema").Contains("/v1.16/", StringComparison.Ordinal), "$schema is not that of manifestVersion.");
            Must(AppVersion.IsMatch(Text("version")), "version is not of the form 1.2.3.");
            MustBeId("id");
            Length("developer.name", 32);
            MustBeHttps("developer.websiteUrl");
            MustBeHttps("developer.privacyUrl");
            MustBeHttps("developer.termsOfUseUrl");
            Length("name.short", 30);
            Length("name.full", 100);
            Length("description.short", 80);
            Length("description.full", 4000);
            Must(Text("description.short") != Text("description.full"), "The descriptions are the same.");
            Must(AccentColor.IsMatch(Text("accentColor")), "accentColor is not of the form #RRGGBB.");
            Icon("icons.color", 192);
            Icon("icons.outline", 32);
            var domains = Items("validDomains").Select(domain => domain.GetString()!).ToList();
            Must(domains.Count is > 0 and <= 16 && domains.All(domain => !domain.Contains('/', StringComparison.Ordinal)), "validDomains are not 1 to 16 host names.");
            Tabs(domains);
            Activities();
            Authorization();
            return mistakes;
        }

        private void Tabs(List<string> domains)
        {
            var tabs = Items("staticTabs");
            Must(tabs.Count is > 0 and <= 16, "There are not 1 to 16 static tabs.");
            foreach (var tab in tabs)
            {
                Must(Length(tab, "entityId", 64) && Length(tab, "name", 128), "A tab's entityId (64) or name (128) is missing or too long.");
                Must(
                    Uri.TryCreate(Text(tab, "contentUrl"), UriKind.Absolute, out var content) && content.Scheme == Uri.UriSchemeHttps && domains.Contains(content.IdnHost),
                    "A tab's contentUrl is not https on one of validDomains.");
                Must(Items(tab, "scopes") is [{ ValueKind: JsonValueKind.String } scope] && scope.GetString() == "personal", "A static tab's scope is not personal.");
            }
        }

        private void Activities()
        {
            var types = Items("activities.activityTypes");
            Must(types.Count is > 0 and <= 128, "There are not 1 to 128 activity types.");
            Must(types.Select(type => Text(type, "type")).Distinct().Count() == types.Count, "Two activity types have one name.");
            foreach (var type in types)
            {
                Must(Length(type, "type", 32) && Length(type, "description", 128) && Length(type, "templateText", 128), "An activity type's type (32), description (128) or templateText (128) is missing or too long.");
                Must(Text(type, "type") != "systemDefault", "systemDefault is reserved and must not be declared.");
            }
        }

        private void Authorization()
        {
            MustBeId("webApplicationInfo.id");
            Length("webApplicationInfo.resource", 100);
            foreach (var permission in Items("authorization.permissions.resourceSpecific"))
            {
                Must(Length(permission, "name", 128) && Text(permission, "type") is "Application" or "Delegated", "A resource-specific permission has no name or type.");
            }
        }

        /// <summary>A PNG of this size; the outline is white on transparent ground.</summary>
        private void Icon(string path, int size)
        {
            var name = Text(path);
            var there = files.TryGetValue(name, out var bytes);
            Must(there, $"{path} names no file of the package.");
            if (there)
            {
                ReadOnlySpan<byte> signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
                Must(
                    bytes!.AsSpan().StartsWith(signature) && bytes!.Length > 24
                    && BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)) == size && BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)) == size,
                    $"{name} is not a PNG of {size} by {size}.");
            }
        }

        private void Length(string path, int most) => Must(Text(path).Length is > 0 && Text(path).Length <= most, $"{path} is not 1 to {most} characters.");

        private static bool Length(JsonElement element, string name, int most) => Text(element, name).Length is > 0 && Text(element, name).Length <= most;

        private void MustBeId(string path) => Must(Guid.TryParseExact(Text(path), "D", out var id) && id != Guid.Empty, $"{path} is not an id.");

        private void MustBeHttps(string path) =>
            Must(Text(path).Length <= 2048 && Uri.TryCreate(Text(path), UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps, $"{path} is not an https address.");

        private void Must(bool right, string mistake)
        {
            if (!right)
            {
                mistakes.Add(mistake);
            }
        }

        private string Text(string path) => Find(path) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

        private static string Text(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        private List<JsonElement> Items(string path) => Find(path) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray()] : [];

        private static List<JsonElement> Items(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

        private JsonElement? Find(string path)
        {
            var at = manifest;
            foreach (var name in path.Split('.'))
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                {
                    return null;
                }
            }

            return at;
        }
    }

    [GeneratedRegex(@"\A(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\z")]
    private static partial Regex AppVersion { get; }

    [GeneratedRegex(@"\A#[0-9a-fA-F]{6}\z")]
    private static partial Regex AccentColor { get; }
}
