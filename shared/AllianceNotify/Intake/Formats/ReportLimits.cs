using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// The bounds of own JSON, kept by every format, so that any report can be written as own JSON and read back. Repeated and
/// overlong entries are left out.
/// </summary>
internal static class ReportLimits
{
    public static List<ReportCode> Codes(IEnumerable<ReportCode> codes) =>
        [.. codes.Where(code => code.Scheme.Length is > 0 and <= 100 && code.Value.Length is > 0 and <= 400).Select(Tidy).Distinct().Take(500)];

    public static List<string> EventKeys(IEnumerable<string> keys) =>
        [.. keys.Select(Wording.Title).Where(key => key.Length is > 0 and <= 400).Distinct(StringComparer.Ordinal).Take(100)];

    public static List<string> AreaCodes(IEnumerable<string> codes) =>
        [.. codes.Select(Wording.Title).Where(code => code.Length is > 0 and <= 200).Distinct(StringComparer.Ordinal).Take(5_000)];

    /// <summary>Names one after the other on one line; null where there are none.</summary>
    public static string? PlaceName(IEnumerable<string?> names)
    {
        var line = Wording.Title(string.Join("; ", names.Where(name => !string.IsNullOrWhiteSpace(name)).Select(name => name!.Trim()).Distinct(StringComparer.Ordinal)));
        return line.Length > 0 ? line : null;
    }

    private static ReportCode Tidy(ReportCode code) => new(Wording.Title(code.Scheme), Wording.Title(code.Value));
}

/// <summary>Facts in the making: blank and unknown values are left out, the first value of a name stands.</summary>
internal sealed class FactList
{
    private const int Max = 500;

    private readonly Dictionary<string, FactValue> facts = new(StringComparer.Ordinal);

    public void Add(string name, string? text)
    {
        if (text is not null && Wording.Fact(text) is { Length: > 0 } tidy)
        {
            Add(name, FactValue.Of(tidy));
        }
    }

    public void Add(string name, double? number)
    {
        if (number is { } value && double.IsFinite(value))
        {
            Add(name, FactValue.Of(value));
        }
    }

    public void Add(string name, bool? truth)
    {
        if (truth is { } value)
        {
            Add(name, FactValue.Of(value));
        }
    }

    public void Add(string name, DateTimeOffset? time) => Add(name, time is { } value ? IsoTime.Write(value) : null);

    public Dictionary<string, FactValue> ToDictionary() => facts;

    private void Add(string name, FactValue value)
    {
        var tidy = Wording.Title(name);
        if (tidy.Length is > 0 and <= 100 && facts.Count < Max)
        {
            facts.TryAdd(tidy, value);
        }
    }
}
