using System.Runtime.Intrinsics;
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

    private readonly Seen[] seen = new Seen[Most];
    private int count;
    private int[] stamps = new int[1024];
    private int stamp;
    private float unknown;

    public ArraySegment<Seen> All => new(seen, 0, count);

    public void Begin()
    {
        count = 0;
        unknown = 0;
        stamp++;
    }

    public void NoteUnknown(float value) => unknown += value * value;

    /// <summary>Whether the feature is one of the voice's and was not noted before; if so, it is to be noted.</summary>
    public bool Wants(int feature)
    {
        if (feature == 0 || count == Most)
            return false;
        if (feature >= stamps.Length)
        {
            Array.Resize(ref stamps, Math.Max(features.Count + 1, stamps.Length * 2));
        }

        return stamps[feature] != stamp;
    }

    public void Note(int feature, float value, Stretch words)
    {
        stamps[feature] = stamp;
        seen[count++] = new Seen(feature, value, words);
    }

    /// <summary>What each feature's value is multiplied with: long and short texts weigh the same.</summary>
    public float Scale()
    {
        var sum = UnknownCounts * UnknownCounts * unknown;
        foreach (ref readonly var one in seen.AsSpan(0, count))
        {
            sum += one.Value * one.Value;
        }

        return sum > 0 ? 1 / MathF.Sqrt(sum) : 0;
    }

    /// <summary>For every class of <paramref name="model"/> the logarithm of its odds against <c>none</c>.</summary>
    public void OddsBy(LearnedModel model, float scale, Span<float> sums)
    {
        for (var at = 0; at < sums.Length; at += Vector512<float>.Count)
        {
            var sum = Vector512<float>.Zero;
            foreach (ref readonly var one in seen.AsSpan(0, count))
            {
                sum += Vector512.LoadUnsafe(in model.First(one.Feature), (nuint)at) * Vector512.Create(one.Value * scale);
            }

            sum.StoreUnsafe(ref sums[at]);
        }

        var none = sums[model.None] + model.Bias[model.None];
        for (var at = 0; at < model.Bias.Length; at++)
        {
            sums[at] += model.Bias[at] - none;
        }
    }
}
