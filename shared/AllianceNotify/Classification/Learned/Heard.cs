namespace AllianceNotify.Classification.Learned;

/// <summary>What the learned voice says of one report.</summary>
internal sealed class Heard(LearnedModel model, LearnedReading reading)
{
    private readonly float[] odds = reading.OddsBy(model);
    private readonly float scale = reading.Scale();

    public LearnedModel Model => model;

    /// <summary>By class of the model: the logarithm of its odds against none.</summary>
    public ReadOnlySpan<float> Odds => odds;

    /// <summary>The logarithm of the category's odds against none; null where the voice does not speak of the category.</summary>
    public double? Of(CategoryId category) => Array.IndexOf(model.Classes, category) is >= 0 and var at ? odds[at] : null;

    /// <summary>The words that moved the odds of the category most, with what each adds; a feature of the model is the signal.</summary>
    public IEnumerable<(Seen Seen, string Signal, double Weight)> WordsFor(CategoryId category)
    {
        if (Array.IndexOf(model.Classes, category) is not (>= 0 and var at))
            return [];
        return reading.All
            .Select(seen => (Seen: seen, Weight: (double)((model.Of(seen.Feature)[at] - model.Of(seen.Feature)[model.None]) * seen.Value * scale)))
            .Where(one => Math.Abs(one.Weight) >= 0.1)
            .OrderByDescending(one => Math.Abs(one.Weight))
            .Take(6)
            .Select(one => (one.Seen, "learned:" + Named(model.Features.NameOf(one.Seen.Feature)), one.Weight));
    }

    private static string Named(string feature) => feature[(feature.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
