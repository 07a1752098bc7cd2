using System.Globalization;

namespace AllianceNotify.Content;

/// <summary>One moment in the three ways its readers tell time.</summary>
public static class Moments
{
    /// <summary>Japan has kept one offset and no summer time since 1952.</summary>
    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    /// <summary><c>2026-11-24 14:49 JST</c>; seconds only where there are any.</summary>
    public static string Jst(DateTimeOffset moment) => $"{Clock(moment.ToOffset(Japan))} JST";

    /// <summary><c>2026-11-24 05:49 UTC</c>; seconds only where there are any.</summary>
    public static string Utc(DateTimeOffset moment) => $"{Clock(moment.ToUniversalTime())} UTC";

    /// <summary>Military date-time group (ACP 121) in zone Z: <c>240549Z NOV 26</c>.</summary>
    public static string Dtg(DateTimeOffset moment) => Group(moment.ToUniversalTime(), 'Z');

    /// <summary>The same in zone I, Japan's: <c>241449I NOV 26</c>.</summary>
    public static string DtgJapan(DateTimeOffset moment) => Group(moment.ToOffset(Japan), 'I');

    private static string Clock(DateTimeOffset local) =>
        local.ToString(local.Second == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Group(DateTimeOffset local, char zone) =>
        local.ToString($"ddHHmm'{zone}' MMM yy", CultureInfo.InvariantCulture).ToUpperInvariant();
}
