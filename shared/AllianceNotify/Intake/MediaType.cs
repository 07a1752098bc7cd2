namespace AllianceNotify.Intake;

/// <summary>Families of media types, by their name without parameters in lower case.</summary>
internal static class MediaType
{
    private const string Json = "application/json";

    /// <summary>The name without parameters, lower case; null where the type says nothing of the content.</summary>
    public static string? Of(string? contentType)
    {
        if (contentType == Json)
        {
            return Json;
        }

        if (string.IsNullOrWhiteSpace(contentType))
        {
            return null;
        }

        var name = contentType.Split(';', 2)[0].Trim().ToLowerInvariant();
        return name is "" or "application/octet-stream" or "text/plain" ? null : name;
    }

    public static bool IsJson(string? name) => name is null or Json or "text/json" || name.EndsWith("+json", StringComparison.Ordinal);

    public static bool IsXml(string? name) => name is null or "application/xml" or "text/xml" || name.EndsWith("+xml", StringComparison.Ordinal);

    /// <summary>A JSON type that names one format, such as <c>application/geo+json</c>.</summary>
    public static bool IsSpecificJson(string name) => name is not (Json or "text/json");
}
