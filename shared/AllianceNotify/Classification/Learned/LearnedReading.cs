using System.Numerics;
using System.Runtime.InteropServices;
using AllianceNotify.Classification.Text;

namespace AllianceNotify.Classification.Learned;

/// <summary>A feature seen in a text, how much it counts there, and its words.</summary>
internal readonly record struct Seen(int Feature, float Value, Stretch Words);

/// <summary>
/// What the learned voice notes while a report's texts are read: each feature once, at the first and weightiest place. Working
/// memory for one report at a time.
/// </summary>
internal sealed class LearnedReading(LearnedFeatures features)
{
    /// <summary>Title and lead fill far less; a hostile text cannot make it grow beyond this.</summary>
    private const int Most = 400;

    /// <summary>A word that is not known still makes the known ones a smaller part of the text.</summary>
    private const float UnknownCounts = 0.35f;

    private readonly List<Seen> seen = [];
    private int[] stamps = new int[1024];
    private int stamp;
    private float unknown;

    public List<Seen> All => seen;

    public void Begin()
    {
        seen.Clear();
        unknown = 0;
        stamp++;
    }

    public void NoteUnknown(float value) => unknown += value * value;

    public void Note(int feature, float value, Stretch words)
    {
        if (feature == 0)
        {
            return;
        }

        if (feature >= stamps.Length)
        {
            Array.Resize(ref stamps, Math.Max(features.Count + 1, stamps.Length * 2));
        }

        if (stamps[feature] != stamp && seen.Count < Most)
        {
            stamps[feature] = stamp;
            seen.Add(new Seen(feature, value, words));
        }
    }

    /// <summary>What each feature's value is multiplied with: long and short texts weigh the same.</summary>
    public float Scale()
    {
        var sum = UnknownCounts * UnknownCounts * unknown;
        foreach (ref readonly var one in CollectionsMarshal.AsSpan(seen))
        {
            sum += one.Value * one.Value;
        }

        return sum > 0 ? 1 / MathF.Sqrt(sum) : 0;
    }

    /// <summary>For every class of <paramref name="model"/> the logarithm of its odds against <c>none</c>.</summary>
    public float[] OddsBy(LearnedModel model)
    {
        var sums = new float[model.Stride];
        var scale = Scale();
        foreach (ref readonly var one in CollectionsMarshal.AsSpan(seen))
        {
            var row = model.Of(one.Feature);
            var by = new Vector<float>(one.Value * scale);
            for (var at = 0; at + Vector<float>.Count <= sums.Length; at += Vector<float>.Count)
            {
                (new Vector<float>(sums, at) + (new Vector<float>(row[at..]) * by)).CopyTo(sums, at);
            }
        }

        var none = sums[model.None] + model.Bias[model.None];
        for (var at = 0; at < model.Bias.Length; at++)
        {
            sums[at] += model.Bias[at] - none;
        }

        return sums;
    }
}
