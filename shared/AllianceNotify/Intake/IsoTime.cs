using System.Globalization;
using System.Text.RegularExpressions;

namespace AllianceNotify.Intake;

/// <summary>Times on the wire: ISO 8601 date and time with its offset. A time without an offset is nobody's time and is not read.</summary>
internal static partial class IsoTime
{
    /// <summary>Nothing that a reporting system has to say was observed before there were such systems.</summary>
    public static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;

    /// <summary>How far a sender's clock may be ahead of ours.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <summary>As nearly all senders write it.</summary>
    private const string Usual = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Reads <c>2026-11-24T05:49:00Z</c>, offsets with or without colon, seconds and fractions optional. The result is UTC.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        if (DateTime.TryParseExact(text, Usual, CultureInfo.InvariantCulture, DateTimeStyles.None, out var usual) && IsSane(usual))
        {
            time = new DateTimeOffset(DateTime.SpecifyKind(usual, DateTimeKind.Utc));
            return true;
        }

        time = default;
        if (text is null || text.Length > 40 || Pattern().Match(text.Trim()) is not { Success: true } match)
        {
            return false;
        }

        var second = match.Groups["s"] is { Success: true } seconds ? seconds.Value : "00";
        if (!DateTime.TryParseExact(
            $"{match.Groups["d"].Value}T{match.Groups["m"].Value}:{second}", "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            || !IsSane(local))
        {
            return false;
        }

        if (match.Groups["f"] is { Success: true } fraction)
        {
            local = local.AddTicks(long.Parse(fraction.Value.PadRight(7, '0')[..7], CultureInfo.InvariantCulture));
        }

        var offset = TimeSpan.Zero;
        if (match.Groups["oh"] is { Success: true } hours)
        {
            offset = new TimeSpan(Number(hours), Number(match.Groups["om"]), 0);
            if (offset > TimeSpan.FromHours(14))
            {
                return false;
            }

            offset = match.Groups["sign"].Value == "-" ? -offset : offset;
        }

        time = new DateTimeOffset(DateTime.SpecifyKind(local - offset, DateTimeKind.Utc));
        return true;

        static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
    }

    private static bool IsSane(DateTime time) => time.Year is >= 1900 and <= 2300;

    /// <summary>Whether a report received at <paramref name="receivedAt"/> can tell of that time.</summary>
    public static bool IsPlausible(DateTimeOffset observedAt, DateTimeOffset receivedAt) => observedAt >= Earliest && observedAt <= receivedAt + MaxAhead;

    /// <summary>How long a report may say that it holds; a later end (senders write 2999 for "never") is no end.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromDays(3660);

    public static DateTimeOffset? Expiry(DateTimeOffset? stated, DateTimeOffset receivedAt) => stated >= Earliest && stated <= receivedAt + MaxHold ? stated : null;

    /// <summary>UTC with <c>Z</c>, fractions only where there are any.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<d>\d{4}-\d\d-\d\d)[Tt](?<m>\d\d:\d\d)(:(?<s>\d\d)([.,](?<f>\d{1,12}))?)?([Zz]|(?<sign>[+-])(?<oh>\d\d):?(?<om>[0-5]\d))$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
