namespace AllianceNotify.Classification.Learned;

/// <summary>What the learned voice says of one report.</summary>
internal sealed class Heard(LearnedModel model, LearnedReading reading)
{
    private const int MostShown = 6;
    private const double LeastShown = 0.1;

    private readonly float[] odds = reading.OddsBy(model);
    private readonly float scale = reading.Scale();

    public LearnedModel Model => model;

    /// <summary>By class of the model: the logarithm of its odds against none.</summary>
    public ReadOnlySpan<float> Odds => odds.AsSpan(0, model.Classes.Length);

    /// <summary>The logarithm of the category's odds against none; null where the voice does not speak of the category.</summary>
    public double? Of(CategoryId category) => Array.IndexOf(model.Classes, category) is >= 0 and var at ? odds[at] : null;

    /// <summary>The logarithm of the odds that the text is anything but none.</summary>
    public double AgainstNone
    {
        get
        {
            var sum = 0.0;
            for (var at = 0; at < Odds.Length; at++)
            {
                sum += at == model.None ? 0 : Math.Exp(Odds[at]);
            }

            return sum > 0 ? Math.Log(sum) : 0;
        }
    }

    /// <summary>The words that moved the odds of the category most, with what each adds; a feature of the model is the signal.</summary>
    public List<(Seen Seen, string Signal, double Weight)> WordsFor(CategoryId category)
    {
        var best = new List<(Seen Seen, string Signal, double Weight)>();
        if (Array.IndexOf(model.Classes, category) is not (>= 0 and var at))
            return best;
        foreach (var seen in reading.All)
        {
            var row = model.Of(seen.Feature);
            double weight = (row[at] - row[model.None]) * seen.Value * scale;
            if (Math.Abs(weight) < LeastShown || (best.Count == MostShown && Math.Abs(weight) <= Math.Abs(best[^1].Weight)))
                continue;
            var place = best.Count;
            while (place > 0 && Math.Abs(best[place - 1].Weight) < Math.Abs(weight))
            {
                place--;
            }

            best.Insert(place, (seen, Signal(model.Features.NameOf(seen.Feature)), weight));
            if (best.Count > MostShown)
            {
                best.RemoveAt(MostShown);
            }
        }

        return best;
    }

    private static string Signal(string feature) => string.Concat("learned:", feature.AsSpan(feature.IndexOf(':', StringComparison.Ordinal) + 1));
}
