using System.Globalization;
using System.Text.RegularExpressions;

namespace AllianceNotify.Intake.Formats;

/// <summary>Times of feeds: RFC 3339 in Atom, RFC 822 (as RFC 2822 §3.3 amends it) in RSS.</summary>
internal static partial class FeedTime
{
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        if (IsoTime.TryParse(text, out time))
        {
            return true;
        }

        if (text is null || text.Length > 60 || Rfc822().Match(text) is not { Success: true } match || OffsetOf(match.Groups["zone"].Value) is not { } offset)
        {
            return false;
        }

        var seconds = match.Groups["s"] is { Success: true } group ? group.Value : "00";
        if (!DateTime.TryParseExact(
            $"{match.Groups["d"].Value.PadLeft(2, '0')} {match.Groups["date"].Value} {match.Groups["hm"].Value}:{seconds}",
            "dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) || local.Year is < 1900 or > 2300)
        {
            return false;
        }

        time = new DateTimeOffset(DateTime.SpecifyKind(local - offset, DateTimeKind.Utc));
        return true;
    }

    private static TimeSpan? OffsetOf(string zone) => zone.ToUpperInvariant() switch
    {
        "GMT" or "UT" or "UTC" or "Z" => TimeSpan.Zero,
        "EST" => TimeSpan.FromHours(-5),
        "EDT" => TimeSpan.FromHours(-4),
        "CST" => TimeSpan.FromHours(-6),
        "CDT" => TimeSpan.FromHours(-5),
        "MST" => TimeSpan.FromHours(-7),
        "MDT" => TimeSpan.FromHours(-6),
        "PST" => TimeSpan.FromHours(-8),
        "PDT" => TimeSpan.FromHours(-7),
        "JST" => TimeSpan.FromHours(9),
        [var sign and ('+' or '-'), .. { Length: 4 } digits] when int.Parse(digits, CultureInfo.InvariantCulture) is <= 1400 and var number && number % 100 < 60 =>
            (sign == '-' ? -1 : 1) * new TimeSpan(number / 100, number % 100, 0),
        _ => null,
    };

    [GeneratedRegex(
        @"^\s*([A-Za-z]{3,9},\s*)?(?<d>\d{1,2})\s+(?<date>[A-Za-z]{3}\s\d{4})\s+(?<hm>\d\d:\d\d)(:(?<s>\d\d))?\s+(?<zone>[A-Za-z]{1,4}|[+-]\d{4})\s*$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Rfc822();
}
