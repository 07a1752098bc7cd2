namespace AllianceNotify.Classification;

/// <summary>
/// Turns scores into the share of answers that are right at that score, as measured on the tuning half of the evaluation set
/// (<c>classify-eval</c> prints the table; <c>docs/classification.md</c> says how the curves were fitted).
/// </summary>
internal static class Calibration
{
    private const double Steepness = 0.9;
    private const double Middle = 1.7;
    private const double Ceiling = 0.99;

    /// <summary>For a category that was answered, with the strongest category that was not.</summary>
    public static double OfCategory(Score score, double rival) =>
        Math.Min(Ceiling, Logistic(Steepness * (score.Value - Middle - (0.35 * Math.Max(0, rival - 1.2)))));

    /// <summary>For none, with the strongest category that did not reach the threshold.</summary>
    public static double OfNone(double strongest) => Math.Min(Ceiling, 1 - (0.5 * Math.Pow(Math.Clamp(strongest / Scores.Enough, 0, 1), 1.5)) - 0.01);

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
