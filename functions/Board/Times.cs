using System.Globalization;

namespace AllianceNotify.Functions.Board;

/// <summary>Times as pages show them: Japan's clock first, UTC beside it.</summary>
internal static class Times
{
    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    public static string Of(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.ToOffset(Japan):yyyy-MM-dd HH:mm:ss} JST ({time.UtcDateTime:HH:mm:ss}Z)");

    /// <summary>To the minute; without the date where it is Japan's today.</summary>
    public static string Near(DateTimeOffset time, DateTimeOffset now) => time.ToOffset(Japan).Date == now.ToOffset(Japan).Date
        ? string.Create(CultureInfo.InvariantCulture, $"{time.ToOffset(Japan):HH:mm} JST ({time.UtcDateTime:HH:mm}Z)")
        : string.Create(CultureInfo.InvariantCulture, $"{time.ToOffset(Japan):yyyy-MM-dd HH:mm} JST ({time.UtcDateTime:dd HH:mm}Z)");

    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
