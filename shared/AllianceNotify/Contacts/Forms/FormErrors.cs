using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using AllianceNotify.Intake;
using AllianceNotify.Reports;

namespace AllianceNotify.Contacts.Forms;

/// <summary>
/// Reads a form's fields and keeps every error. A reading that failed gives a stand-in value, which never leaves the form:
/// nothing is made of a form with errors.
/// </summary>
internal sealed partial class FormErrors
{
    private readonly List<FieldError> errors = [];

    public bool Any => errors.Count > 0;

    public IReadOnlyList<FieldError> All => errors;

    public void Add(string field, string message) => errors.Add(new FieldError(field, message));

    /// <summary>An id that administrators choose: it stands in keys, markings and addresses, so its alphabet is small and has one case.</summary>
    public string Id(string field, string? value)
    {
        if (value is null)
        {
            Add(field, "Required.");
            return "";
        }

        if (!IdPattern().IsMatch(value))
        {
            Add(field, "1 to 100 characters of a–z, 0–9, '.', '_' and '-', beginning with a letter or digit.");
        }

        return value;
    }

    public string? OptionalId(string field, string? value) => value is null ? null : Id(field, value);

    public string Text(string field, string? value, int maximum)
    {
        if (OptionalText(field, value, maximum) is { } text)
        {
            return text;
        }

        Add(field, "Required.");
        return "";
    }

    /// <summary>Trimmed; null where nothing is left.</summary>
    public string? OptionalText(string field, string? value, int maximum)
    {
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Length > maximum)
        {
            Add(field, $"At most {maximum} characters.");
        }

        if (text.Any(IsUnprintable))
        {
            Add(field, "No control characters and no characters that turn the direction of text.");
        }

        return text;
    }

    public LocalizedText Localized(string field, LocalizedForm? value) => new(
        Text($"{field}.en", value?.En, 200), Text($"{field}.ja", value?.Ja, 200));

    /// <summary>A name of <typeparamref name="TEnum"/> as it is written on the wire.</summary>
    public TEnum OneOf<TEnum>(string field, string? value, TEnum? absent = null)
        where TEnum : struct, Enum
    {
        if (value is null)
        {
            if (absent is null)
            {
                Add(field, $"Required: {WireNames<TEnum>.List}.");
            }

            return absent ?? default;
        }

        if (WireNames<TEnum>.Find(value) is { } found)
        {
            return found;
        }

        Add(field, $"One of {WireNames<TEnum>.List}.");
        return default;
    }

    public static bool IsOneOf<TEnum>(string? value)
        where TEnum : struct, Enum => value is not null && WireNames<TEnum>.Find(value) is not null;

    /// <summary>Each element, with its path; elements that are missing are errors. Null is no elements.</summary>
    public IReadOnlyList<TResult> Each<T, TResult>(string field, IReadOnlyList<T?>? items, int maximum, Func<string, T, TResult> read)
        where T : class
    {
        if (items is null)
        {
            return [];
        }

        if (items.Count > maximum)
        {
            Add(field, $"At most {maximum}.");
            return [];
        }

        var results = new List<TResult>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]");
            if (items[i] is { } item)
            {
                results.Add(read(path, item));
            }
            else
            {
                Add(path, "Must not be null.");
            }
        }

        return results;
    }

    /// <summary>ISO 8601 with an offset or Z: a time without one would mean another moment on every machine.</summary>
    public DateTimeOffset? OptionalInstant(string field, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (InstantPattern().IsMatch(value)
            && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var instant))
        {
            return instant;
        }

        Add(field, "A time as ISO 8601 with its offset: 2026-11-24T05:49:00Z.");
        return null;
    }

    public DateTimeOffset Instant(string field, string? value)
    {
        if (value is null)
        {
            Add(field, "Required.");
        }

        return OptionalInstant(field, value) ?? default;
    }

    /// <summary>ISO 8601 in days, hours, minutes and seconds; months and years have no fixed length.</summary>
    public TimeSpan? OptionalDuration(string field, string? value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value is null)
        {
            return null;
        }

        if (DurationPattern().IsMatch(value))
        {
            try
            {
                var duration = XmlConvert.ToTimeSpan(value);
                if (duration >= minimum && duration <= maximum)
                {
                    return duration;
                }
            }
            catch (OverflowException)
            {
                // Out of range like any other: the answer below says the range.
            }
        }

        Add(field, $"A duration as ISO 8601 (PT5M), {XmlConvert.ToString(minimum)} to {XmlConvert.ToString(maximum)}.");
        return null;
    }

    public TimeOnly? Clock(string field, string? value)
    {
        if (value is null)
        {
            Add(field, "Required.");
            return null;
        }

        if (TimeOnly.TryParseExact(value, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time;
        }

        Add(field, "A time of day as HH:mm.");
        return null;
    }

    public double? Within(string field, double? value, double minimum, double maximum)
    {
        if (value is { } number && !(number >= minimum && number <= maximum))
        {
            Add(field, string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}."));
        }

        return value;
    }

    private static bool IsUnprintable(char c) => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,99}\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript)]
    private static partial Regex InstantPattern();

    [GeneratedRegex(@"\AP(?=[\dT])(\d{1,9}D)?(T(?=\d)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,7})?S)?)?\z", RegexOptions.ECMAScript)]
    private static partial Regex DurationPattern();

    private static class WireNames<TEnum>
        where TEnum : struct, Enum
    {
        private static readonly Dictionary<string, TEnum> ByName = Enum.GetValues<TEnum>().ToDictionary(NameOf, StringComparer.Ordinal);

        public static readonly string List = string.Join(", ", ByName.Keys);

        public static TEnum? Find(string name) => ByName.TryGetValue(name, out var value) ? value : null;
    }

    /// <summary>The wire name of an enumeration's value (<see cref="KebabEnumConverter{TEnum}"/>).</summary>
    public static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
