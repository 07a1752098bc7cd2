using AllianceNotify.Reports;

namespace AllianceNotify.Functions.Board;

/// <summary>A form that was sent and not carried out: why, and what was typed, which the page gives back.</summary>
public sealed record FormAttempt(string Form, LocalizedText Error, IFormCollection Typed)
{
    public static string? Text(FormAttempt? attempt, string form, string field) => attempt?.Form == form ? attempt.Typed[field].ToString() : null;

    public static bool Chose(FormAttempt? attempt, string form, string field, string value) => attempt?.Form == form && attempt.Typed[field].Contains(value);
}
