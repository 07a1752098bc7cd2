namespace AllianceNotify.Functions.Security;

/// <summary>What a caller wrote, as the audit log takes it.</summary>
internal static class AuditText
{
    private const int MostLength = 200;

    /// <summary>An id as given: on one line, cut where it is longer than any the hub makes.</summary>
    public static string Id(string given) =>
        string.Concat(given.Take(MostLength).Select(unit => char.IsControl(unit) || char.IsSurrogate(unit) ? '?' : unit));
}
