using System.Globalization;

namespace AllianceNotify.Bench;

/// <summary>What a bench prints: rows that align, and its target with whether it was met.</summary>
internal static class Figures
{
    public static void Row(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));

    public static void Target(string what, double measured, string comparison, double target, string unit = "x")
    {
        var met = comparison switch
        {
            ">=" => measured >= target,
            "<=" => measured <= target,
            "<" => measured < target,
            _ => throw new ArgumentException($"'{comparison}' is no comparison.", nameof(comparison)),
        };
        Row($"target {what}: {measured:0.00} {unit}, asked {comparison} {target.ToString("0.##", CultureInfo.InvariantCulture)} {unit}: {(met ? "met" : "missed")}");
    }

    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
