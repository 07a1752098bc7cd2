using System.Globalization;
using System.Text.Json;

namespace AllianceNotify.Intake.Formats;

/// <summary>Reads one JSON object field by field and collects every error with its path. JSON <c>null</c> is the same as absent.</summary>
internal sealed class JsonFields(JsonElement element, string path, List<FieldError> errors)
{
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public void Error(string name, string message) => errors.Add(new FieldError(name.Length == 0 ? (path.Length == 0 ? "$" : path) : PathOf(name), message));

    public bool Has(string name) => Find(name) is not null;

    public JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string that is not blank, of at most <paramref name="max"/> UTF-16 units; null where absent or wrong.</summary>
    public string? Text(string name, int max, bool required = false, bool controls = false)
    {
        if (Find(name) is not { } value)
        {
            return required ? Missing(name) : null;
        }

        return TextOf(value, PathOf(name), max, controls, errors);
    }

    /// <summary>A string that may be empty or long, to be tidied by the caller.</summary>
    public string? FreeText(string name, int max) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value when StrictJson.TextOf(value) is { } text => text.Length <= max ? text : Wrong<string>(name, TooLong(max)),
        { ValueKind: JsonValueKind.String } => Wrong<string>(name, "is not valid Unicode text"),
        _ => Wrong<string>(name, "must be a string"),
    };

    public double? Number(string name, double min, double max) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && number >= min && number <= max => number,
        { ValueKind: JsonValueKind.Number } => WrongNumber(name, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}")),
        _ => WrongNumber(name, "must be a number"),
    };

    /// <summary>One of an enumeration's names in kebab case.</summary>
    public TEnum? Choice<TEnum>(string name, bool required = false)
        where TEnum : struct, Enum
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                Missing(name);
            }

            return null;
        }

        if (value.ValueKind == JsonValueKind.String && StrictJson.TextOf(value) is { } text)
        {
            foreach (var (choice, wireName) in Names<TEnum>.All)
            {
                if (wireName == text)
                {
                    return choice;
                }
            }
        }

        Error(name, $"must be one of {string.Join(", ", Names<TEnum>.All.Select(choice => choice.WireName))}");
        return null;
    }

    public DateTimeOffset? Time(string name, DateTimeOffset earliest, DateTimeOffset latest, bool required = false)
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                Missing(name);
            }

            return null;
        }

        if (value.ValueKind != JsonValueKind.String || !IsoTime.TryParse(StrictJson.TextOf(value), out var time))
        {
            Error(name, "must be an ISO 8601 date and time with an offset, such as 2026-11-24T05:49:00Z");
            return null;
        }

        if (time < earliest || time > latest)
        {
            Error(name, $"must lie between {IsoTime.Write(earliest)} and {IsoTime.Write(latest)}");
            return null;
        }

        return time;
    }

    /// <summary>The object at that name; null where absent or wrong.</summary>
    public JsonFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(value, PathOf(name), errors),
        _ => Wrong<JsonFields>(name, "must be an object"),
    };

    /// <summary>The objects of an array of at most <paramref name="max"/>; empty where absent or wrong.</summary>
    public List<JsonFields> Objects(string name, int max)
    {
        var found = new List<JsonFields>();
        foreach (var (item, at) in Items(name, max))
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                found.Add(new JsonFields(item, at, errors));
            }
            else
            {
                errors.Add(new FieldError(at, "must be an object"));
            }
        }

        return found;
    }

    /// <summary>The strings of an array, none blank.</summary>
    public List<string> Texts(string name, int max, int maxLength)
    {
        var found = new List<string>();
        foreach (var (item, at) in Items(name, max))
        {
            if (TextOf(item, at, maxLength, controls: false, errors) is { } text)
            {
                found.Add(text);
            }
        }

        return found;
    }

    public IEnumerable<JsonProperty> Properties() => element.EnumerateObject();

    /// <summary>An enumeration's name as it is written: kebab case.</summary>
    public static string WireName<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        foreach (var (choice, wireName) in Names<TEnum>.All)
        {
            if (EqualityComparer<TEnum>.Default.Equals(choice, value))
            {
                return wireName;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(value), value, "The value has no name.");
    }

    private List<(JsonElement Item, string Path)> Items(string name, int max)
    {
        var found = new List<(JsonElement, string)>();
        if (Find(name) is not { } value)
        {
            return found;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Error(name, "must be an array");
        }
        else if (value.GetArrayLength() > max)
        {
            Error(name, string.Create(CultureInfo.InvariantCulture, $"must have at most {max} entries"));
        }
        else
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                found.Add((item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{index++}]")));
            }
        }

        return found;
    }

    private static string? TextOf(JsonElement value, string at, int max, bool controls, List<FieldError> errors)
    {
        var (text, error) = value.ValueKind != JsonValueKind.String
            ? (null, "must be a string")
            : StrictJson.TextOf(value) switch
            {
                null => (null, "is not valid Unicode text"),
                { Length: var length } when length > max => (null, TooLong(max)),
                var blank when string.IsNullOrWhiteSpace(blank) => (null, "must not be blank"),
                var found when !controls && Wording.HasControls(found) => (null, "must not contain control characters"),
                var found => (found, (string?)null),
            };
        if (error is not null)
        {
            errors.Add(new FieldError(at, error));
        }

        return text;
    }

    private string? Missing(string name)
    {
        Error(name, "is required");
        return null;
    }

    private T? Wrong<T>(string name, string message)
        where T : class
    {
        Error(name, message);
        return null;
    }

    private double? WrongNumber(string name, string message)
    {
        Error(name, message);
        return null;
    }

    private static string TooLong(int max) => string.Create(CultureInfo.InvariantCulture, $"must be at most {max} characters");

    private static class Names<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly (TEnum Choice, string WireName)[] All =
            [.. Enum.GetValues<TEnum>().Select(choice => (choice, JsonNamingPolicy.KebabCaseLower.ConvertName(choice.ToString())))];
    }
}
