using System.Globalization;
using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>Where, in lines: name, position in degrees and as charts have it, radius, outline.</summary>
public static class PlaceWords
{
    public static IEnumerable<string> Of(ReportLocation location, string language)
    {
        if (location.Name is { Length: > 0 } name)
        {
            yield return SafeText.Line(name, 200);
        }

        if (location is { Latitude: { } latitude, Longitude: { } longitude })
        {
            yield return $"{Degrees(latitude, 'N', 'S')} {Degrees(longitude, 'E', 'W')} ({Minutes(latitude, 'N', 'S')} {Minutes(longitude, 'E', 'W')})";
        }

        if (location.RadiusKm is { } radius)
        {
            var distance = radius.ToString("#,##0.#", CultureInfo.InvariantCulture);
            yield return new LocalizedText($"within {distance} km", $"半径 {distance} km").In(language);
        }

        if (location.Polygons.Count > 0)
        {
            var count = location.Polygons.Count.ToString(CultureInfo.InvariantCulture);
            yield return new LocalizedText($"outlined on a map by the source ({count})", $"情報源による区域図形あり（{count}）").In(language);
        }
    }

    private static string Degrees(double value, char positive, char negative) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(value):0.####}°{(value < 0 ? negative : positive)}");

    /// <summary>Degrees and decimal minutes, as charts have them: <c>40°30.0′N</c>.</summary>
    private static string Minutes(double value, char positive, char negative)
    {
        var tenths = (long)Math.Round(Math.Abs(value) * 600);
        return string.Create(CultureInfo.InvariantCulture, $"{tenths / 600}°{tenths % 600 / 10.0:00.0}′{(value < 0 ? negative : positive)}");
    }
}
