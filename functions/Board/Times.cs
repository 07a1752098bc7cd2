using System.Globalization;

namespace AllianceNotify.Functions.Board;

/// <summary>Times as pages show them: Japan's clock first, UTC beside it.</summary>
internal static class Times
{
    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    public static string Of(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.ToOffset(Japan):yyyy-MM-dd HH:mm:ss} JST ({time.UtcDateTime:HH:mm:ss}Z)");

    /// <summary>For times of the hours around now.</summary>
    public static string Short(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.ToOffset(Japan):HH:mm} JST");

    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
