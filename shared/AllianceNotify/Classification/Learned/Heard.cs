using AllianceNotify.Classification.Rules;

namespace AllianceNotify.Classification.Learned;

/// <summary>What the learned voice says of one report. Working memory for one report at a time.</summary>
internal sealed class Heard
{
    private const int MostShown = 6;
    private const double LeastShown = 0.1;

    private readonly LearnedModel model;
    private readonly LearnedReading reading;
    private readonly int[] categories;
    private readonly int[] classes;
    private readonly float[] odds;
    private float scale;

    public Heard(LearnedModel model, LearnedReading reading, RuleBook rules)
    {
        this.model = model;
        this.reading = reading;
        categories = [.. model.Classes.Select(rules.IndexOf)];
        classes = [.. rules.Categories.Select(category => Array.IndexOf(model.Classes, category))];
        odds = new float[model.Stride];
    }

    /// <summary>By class of the model: the logarithm of its odds against none.</summary>
    public ReadOnlySpan<float> Odds => odds.AsSpan(0, model.Classes.Length);

    /// <summary>The category that a class of the model is, by its place among the rules' categories; −1 where it is none of them.</summary>
    public int CategoryOf(int @class) => categories[@class];

    /// <summary>Listens to what was noted of the report.</summary>
    public void Listen()
    {
        scale = reading.Scale();
        reading.OddsBy(model, scale, odds);
    }

    /// <summary>The logarithm of the category's odds against none; null where the voice does not speak of the category.</summary>
    public double? Of(int category) => classes[category] is >= 0 and var at ? odds[at] : null;

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
    public void WordsFor(int category, EvidenceList into)
    {
        if (classes[category] is not (>= 0 and var at))
            return;
        Span<int> best = stackalloc int[MostShown];
        Span<double> weights = stackalloc double[MostShown];
        var count = 0;
        var all = reading.All.AsSpan();
        for (var one = 0; one < all.Length; one++)
        {
            double weight = model.Adds(all[one].Feature, at) * all[one].Value * scale;
            var size = Math.Abs(weight);
            if (size < LeastShown || (count == MostShown && size <= Math.Abs(weights[^1])))
                continue;
            var place = count < MostShown ? count++ : MostShown - 1;
            for (; place > 0 && Math.Abs(weights[place - 1]) < size; place--)
            {
                (weights[place], best[place]) = (weights[place - 1], best[place - 1]);
            }

            (weights[place], best[place]) = (weight, one);
        }

        for (var place = 0; place < count; place++)
        {
            into.Add(all[best[place]].Words, model.SignalOf(all[best[place]].Feature), weights[place]);
        }
    }
}
