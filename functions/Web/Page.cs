namespace AllianceNotify.Functions.Web;

/// <summary>A list on the wire; <paramref name="Next"/> is the address of the rest, null at the end.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
