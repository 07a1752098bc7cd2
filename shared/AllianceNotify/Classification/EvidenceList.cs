using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>Collects arguments, each once, and writes out the strongest. Working memory for one report at a time.</summary>
internal sealed class EvidenceList
{
    private Argument[] all = new Argument[64];
    private int count;

    public void Clear() => count = 0;

    /// <summary>An argument that is not of the texts.</summary>
    public void Add(Evidence evidence)
    {
        for (var at = 0; at < count; at++)
        {
            if (all[at].Written is { } known && known.Signal == evidence.Signal && known.Text == evidence.Text && known.Field == evidence.Field)
                return;
        }

        Append(new Argument(default, evidence.Signal, evidence.Weight, evidence));
    }

    public void Add(Stretch words, string signal, double weight)
    {
        for (var at = 0; at < count; at++)
        {
            ref var known = ref all[at];
            if (known.Words.Offset == words.Offset && known.Words == words && known.Written is null && known.Signal == signal)
                return;
        }

        Append(new Argument(words, signal, Math.Round(weight, 2), null));
    }

    /// <summary>The strongest, first; of equally strong ones, those that were added first.</summary>
    public Evidence[] Strongest(int most, SituationReport report)
    {
        if (count == 0)
            return [];
        Span<int> order = stackalloc int[most];
        var kept = 0;
        for (var at = 0; at < count; at++)
        {
            var size = Math.Abs(all[at].Weight);
            if (kept == most && size <= Math.Abs(all[order[^1]].Weight))
                continue;
            var place = kept < most ? kept++ : most - 1;
            for (; place > 0 && Math.Abs(all[order[place - 1]].Weight) < size; place--)
            {
                order[place] = order[place - 1];
            }

            order[place] = at;
        }

        var evidence = new Evidence[kept];
        for (var at = 0; at < kept; at++)
        {
            ref var one = ref all[order[at]];
            evidence[at] = one.Written ?? new Evidence(one.Words.Part.NameIn(report), one.Words.Offset, one.Words.Length, one.Words.In(report), one.Signal, one.Weight);
        }

        return evidence;
    }

    private void Append(Argument argument)
    {
        if (count == all.Length)
        {
            Array.Resize(ref all, count * 2);
        }

        all[count++] = argument;
    }

    private readonly record struct Argument(Stretch Words, string Signal, double Weight, Evidence? Written);
}
