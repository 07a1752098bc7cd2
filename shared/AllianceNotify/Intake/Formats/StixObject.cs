using System.Text.Json;

namespace AllianceNotify.Intake.Formats;

/// <summary>One STIX object, as far as a report needs it. Its id, type and times are checked; other properties that are not of the type they should be are taken for absent.</summary>
internal sealed class StixObject
{
    private const string ExtensionPrefix = "extension-definition--";

    private static readonly string[] Times = ["created", "modified", "valid_from", "valid_until", "first_seen", "last_seen", "first_observed", "last_observed"];

    private readonly JsonElement element;

    private StixObject(JsonElement element, string id, string type)
    {
        this.element = element;
        Id = id;
        Type = type;
    }

    public string Id { get; }

    public string Type { get; }

    public string? Name => Text("name");

    public string? Description => Text("description");

    public bool IsRevoked => element.TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True;

    /// <summary>The version's time; null for observables, which have none.</summary>
    public DateTimeOffset? Modified => Time("modified") ?? Time("created");

    /// <summary>Objects that say nothing by themselves.</summary>
    public bool IsContext => Type is "identity" or "marking-definition" or "relationship" or "extension-definition" or "language-content";

    /// <summary>An object with an id of its own type, or the error in it.</summary>
    public static StixObject? TryRead(JsonElement element, string path, List<FieldError> errors)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError(path, "must be an object"));
            return null;
        }

        var fields = new JsonFields(element, path, errors);
        var (id, type) = (fields.Text("id", 200, required: true), fields.Text("type", 100, required: true));
        if (id is null || type is null)
        {
            return null;
        }

        if (!id.StartsWith(type + "--", StringComparison.Ordinal))
        {
            fields.Error("id", "must be the type and a UUID: type--UUID");
            return null;
        }

        var read = new StixObject(element, id, type);
        var broken = Times.Where(name => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null && read.Time(name) is null).ToList();
        foreach (var name in broken)
        {
            fields.Error(name, "must be a timestamp, such as 2026-11-24T05:49:00.000Z");
        }

        return broken.Count == 0 ? read : null;
    }

    public string? Text(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && StrictJson.TextOf(value) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    public double? Number(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    public DateTimeOffset? Time(string name) => IsoTime.TryParse(Text(name), out var time) ? time : null;

    public List<string> Texts(string name) => [.. Strings(element, name)];

    /// <summary>Everything this object refers to by id, whatever the property is called.</summary>
    public IEnumerable<string> References()
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.EndsWith("_ref", StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.String && StrictJson.TextOf(property.Value) is { } one)
            {
                yield return one;
            }
            else if (property.Name.EndsWith("_refs", StringComparison.Ordinal) && property.Name != "object_marking_refs")
            {
                foreach (var each in Strings(element, property.Name))
                {
                    yield return each;
                }
            }
        }
    }

    /// <summary>Markings of the whole object and of parts of it.</summary>
    public IEnumerable<string> Markings() =>
        Strings(element, "object_marking_refs").Concat(Objects("granular_markings").Select(each => TextOf(each, "marking_ref")).OfType<string>());

    /// <summary>External references as pairs of source name and id.</summary>
    public IEnumerable<(string Source, string Id)> ExternalIds() => Objects("external_references")
        .Select(each => (Source: TextOf(each, "source_name"), Id: TextOf(each, "external_id")))
        .Where(each => each.Source is not null && each.Id is not null)
        .Select(each => (each.Source!, each.Id!));

    /// <summary>File hashes, whatever the algorithm.</summary>
    public IEnumerable<string> Hashes() => element.TryGetProperty("hashes", out var hashes) && hashes.ValueKind == JsonValueKind.Object
        ? hashes.EnumerateObject().Where(hash => hash.Value.ValueKind == JsonValueKind.String).Select(hash => StrictJson.TextOf(hash.Value)).OfType<string>()
        : [];

    /// <summary>Custom properties (<c>x_…</c>, STIX 2.1 §11.1) and the properties of extensions (§7.3), with their JSON where it is no plain value.</summary>
    public IEnumerable<(string Name, string Value)> Extensions()
    {
        var inside = element.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object
            ? extensions.EnumerateObject().Where(each => each.Name.StartsWith(ExtensionPrefix, StringComparison.Ordinal) && each.Value.ValueKind == JsonValueKind.Object)
                .SelectMany(each => each.Value.EnumerateObject()).Where(each => each.Name != "extension_type")
            : [];
        return element.EnumerateObject().Where(each => each.Name.StartsWith("x_", StringComparison.Ordinal)).Concat(inside)
            .Select(each => (each.Name, each.Value.ValueKind == JsonValueKind.String ? StrictJson.TextOf(each.Value) ?? "" : each.Value.GetRawText()));
    }

    /// <summary>What a marking definition says: its TLP colour, or the statement it makes.</summary>
    public IEnumerable<string> MarkingTexts()
    {
        if (Name is { } name)
        {
            yield return name;
        }

        if (element.TryGetProperty("definition", out var definition) && definition.ValueKind == JsonValueKind.Object)
        {
            if (TextOf(definition, "tlp") is { } tlp)
            {
                yield return $"TLP:{tlp}";
            }

            if (TextOf(definition, "statement") is { } statement)
            {
                yield return statement;
            }
        }

        if (element.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object)
        {
            foreach (var extension in extensions.EnumerateObject())
            {
                if (extension.Value.ValueKind == JsonValueKind.Object && TextOf(extension.Value, "tlp_2_0") is { } tlp)
                {
                    yield return $"TLP:{tlp}";
                }
            }
        }
    }

    private IEnumerable<JsonElement> Objects(string name) => element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.Object)
        : [];

    private static IEnumerable<string> Strings(JsonElement parent, string name) => parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.String).Select(StrictJson.TextOf).OfType<string>()
        : [];

    private static string? TextOf(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? StrictJson.TextOf(value) : null;
}
