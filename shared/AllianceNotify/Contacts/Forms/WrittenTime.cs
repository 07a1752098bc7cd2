using System.Globalization;

namespace AllianceNotify.Contacts.Forms;

/// <summary>ISO 8601 in UTC with <c>Z</c>, with as many decimals as needed.</summary>
internal static class WrittenTime
{
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
