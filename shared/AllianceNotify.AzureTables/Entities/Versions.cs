using AllianceNotify.Storage;

namespace AllianceNotify.AzureTables.Entities;

/// <summary>Versions between the port's form and the service's.</summary>
internal static class Versions
{
    /// <summary>A version that no record has: well formed, so that the service compares it instead of refusing the request.</summary>
    public static readonly ETag Never = new("W/\"datetime'1601-01-01T00%3A00%3A00.0000000Z'\"");

    /// <summary>What is no version of the service's matches no record, above all <c>*</c>, which there would match every one.</summary>
    public static Azure.ETag ToService(ETag version) =>
        new(version.Value is { Length: > 4 } text && text.StartsWith("W/\"", StringComparison.Ordinal) && text.IndexOf('"', 3) == text.Length - 1 ? text : Never.Value);

    public static ETag FromService(Azure.ETag? version) => new(version?.ToString() ?? throw new InvalidDataException("The service named no version."));
}
