namespace AllianceNotify.Classification;

/// <summary>
/// Turns scores into confidences. The curve is set by hand so that of the answers given with 0.9 or more at least nine in ten
/// are right on the tuning part of the evaluation set; <c>classify-eval</c> prints what is true of it there and on the held-out part.
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
