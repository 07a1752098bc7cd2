using AllianceNotify.Reports;

namespace AllianceNotify.Situations;

/// <summary>
/// Hazards that are stated in grades: within one situation a higher grade is news, whoever says it and however urgent the situation
/// is already (a major tsunami warning after an earthquake early warning; PAGER red after orange).
/// </summary>
internal static class HazardGrades
{
    private static readonly (string Hazard, string Fact, string[] Grades)[] ByWord =
    [
        ("tsunami", "tsunamiGradeRaised", ["none", "forecast", "advisory", "warning", "major-warning"]),
        ("tsunami", "tsunamiGrade", ["none", "forecast", "advisory", "warning", "major-warning"]),
        ("pager", "pagerAlert", ["none", "green", "yellow", "orange", "red"]),
        ("disaster", "disasterLevel", ["none", "green", "orange", "red"]),
    ];

    private static readonly (string Hazard, string Fact)[] ByNumber = [("volcano", "volcanoLevel"), ("alert-level", "alertLevel")];

    /// <summary>Tsunami event codes (SAME): advisory, watch, warning.</summary>
    private static readonly Dictionary<string, int> TsunamiCodes = new(StringComparer.Ordinal) { ["TSY"] = 2, ["TSA"] = 2, ["TSW"] = 3 };

    /// <summary>The lowest grades are not news by themselves: a tsunami forecast of slight changes, PAGER green.</summary>
    private const int FirstNews = 2;

    public static Dictionary<string, int> Of(SituationReport report)
    {
        var grades = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (hazard, fact, words) in ByWord)
        {
            if (report.Facts.TryGetValue(fact, out var value) && Array.IndexOf(words, value.Text) is var grade and >= 0)
            {
                Raise(hazard, grade);
            }
        }

        foreach (var (hazard, fact) in ByNumber)
        {
            if (report.Facts.TryGetValue(fact, out var value) && value.Number is { } level and >= 0 and <= 10)
            {
                Raise(hazard, (int)level);
            }
        }

        foreach (var code in report.Codes.Where(code => code.Scheme == "cap:eventCode:SAME"))
        {
            if (TsunamiCodes.TryGetValue(code.Value, out var grade))
            {
                Raise("tsunami", grade);
            }
        }

        return grades;

        void Raise(string hazard, int grade) => grades[hazard] = Math.Max(grade, grades.GetValueOrDefault(hazard));
    }

    /// <summary>A hazard that stands higher after than before, in words; null where none does.</summary>
    public static string? Risen(IReadOnlyDictionary<string, int>? before, IReadOnlyDictionary<string, int>? after) =>
        after?.Where(grade => grade.Value >= FirstNews && grade.Value > (before?.GetValueOrDefault(grade.Key) ?? 0))
            .OrderBy(grade => grade.Key, StringComparer.Ordinal)
            .Select(grade => $"The {grade.Key} grade rose to {grade.Value}.").FirstOrDefault();

    /// <summary>The grades where those that a source states anew hold even if they are lower.</summary>
    public static IReadOnlyDictionary<string, int>? Lowered(IReadOnlyDictionary<string, int>? before, Dictionary<string, int> stated) =>
        before?.ToDictionary(grade => grade.Key, grade => stated.GetValueOrDefault(grade.Key, grade.Value), StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, int>? Highest(IReadOnlyDictionary<string, int>? one, IReadOnlyDictionary<string, int>? other)
    {
        if (other is not { Count: > 0 } || one is not { Count: > 0 })
        {
            return other is { Count: > 0 } ? other : one;
        }

        return one.Keys.Union(other.Keys, StringComparer.Ordinal)
            .ToDictionary(hazard => hazard, hazard => Math.Max(one.GetValueOrDefault(hazard), other.GetValueOrDefault(hazard)), StringComparer.Ordinal);
    }
}
