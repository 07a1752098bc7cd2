using System.Text.Json;
using System.Text.Json.Serialization;

namespace AllianceNotify.Classification;

/// <summary>
/// What the confidence of an answer is read from. For a category: its score, that of the strongest category not answered, and 0;
/// for none: the strongest score that did not suffice, 0, and the learned voice's odds (logarithm) that it is anything else.
/// </summary>
internal readonly record struct Standing(bool IsNone, double Value, double Rival, double Odds);

/// <summary>Weights of a logistic curve over a <see cref="Standing"/>.</summary>
internal sealed record Curve(double Start, double ByValue, double ByRival, double ByOdds)
{
    public double Of(Standing standing) => 1 / (1 + Math.Exp(-(Start + (ByValue * standing.Value) + (ByRival * standing.Rival) + (ByOdds * standing.Odds))));
}

/// <summary>The two curves, as their file states them.</summary>
internal sealed record CalibrationFile(Curve Category, Curve None);

/// <summary>
/// Turns what an answer stands on into the share of such answers that are right. The curves are fitted by <c>bench classify-learn</c> to
/// texts that were left out while the voice was learned, and carried as data (<c>Learned/calibration.json</c>).
/// </summary>
internal sealed partial class Calibration(CalibrationFile file)
{
    /// <summary>More than this the evaluation set is too small to say.</summary>
    private const double Ceiling = 0.98;

    public static Calibration Load()
    {
        using var stream = typeof(Calibration).Assembly.GetManifestResourceStream("learned.calibration.json")
            ?? throw new InvalidDataException("The build carries no confidence curves.");
        return new Calibration(JsonSerializer.Deserialize(stream, CalibrationJson.Default.CalibrationFile)!);
    }

    public static string Write(CalibrationFile file) => JsonSerializer.Serialize(file, CalibrationJson.Default.CalibrationFile);

    public double Of(Standing standing) => Math.Min(Ceiling, (standing.IsNone ? file.None : file.Category).Of(standing));

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(CalibrationFile))]
    private sealed partial class CalibrationJson : JsonSerializerContext;
}
