using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>What argues for one category, summed so that further arguments add less and less.</summary>
internal sealed record Score(CategoryId Category, double Value, IReadOnlyList<Finding> Findings, IReadOnlyList<CodeArgument> Codes, Urgency? Urgency);

/// <summary>Turns what was found into one figure a category. Working memory for one report at a time.</summary>
internal sealed class Scores(RuleBook rules)
{
    /// <summary>What a category needs to be answered.</summary>
    public const double Enough = 2.5;

    /// <summary>From here on a title is taken to say what the report is about.</summary>
    private const double TitleSpeaks = 2.0;

    private const double Background = 0.6;

    /// <summary>How much the learned voice's logarithm of odds counts, and how far it can go against and for a category.</summary>
    private const double LearnedShare = 1.2;
    private const double MostAgainst = 0.5;
    private const double MostFor = 2.1;

    /// <summary>A context of the title takes no more of the learned voice than this leaves.</summary>
    private const double LeastLeft = 0.3;

    /// <summary>More arguments than this for one category add nothing.</summary>
    private const int MostSummed = 32;

    private static readonly CategoryId Disaster = new("large-scale-disaster");
    private static readonly CategoryId DisasterAbroad = new("international-disaster-relief");
    private static readonly CategoryId Incident = new("cyber-incident");
    private static readonly CategoryId Threat = new("cyber-threat-information");
    private static readonly CategoryId Exercise = new("training-exercise");

    private readonly int[] placeOf = new int[rules.Categories.Count];
    private readonly List<(int Category, List<Finding> Findings, List<CodeArgument> Codes)> found = [];

    /// <summary>Strongest first; empty where nothing argues for anything.</summary>
    public List<Score> Of(Findings findings, CodeEvidence codes, Places place, bool japaneseRead, bool played, Heard? heard)
    {
        placeOf.AsSpan().Fill(-1);
        found.Clear();
        foreach (var argument in codes.Arguments)
        {
            if (rules.IndexOf(argument.Category) is >= 0 and var category)
            {
                ListsOf(category).Codes.Add(argument);
            }
        }

        var subject = 0.0;
        foreach (var rule in findings.Held)
        {
            var finding = findings.Of(rule);
            var category = finding.Rule.Category;
            if (!InPlace(finding, place, findings.Leading != Places.None ? findings.Leading : findings.Faint, japaneseRead) || (played && category == Exercise))
                continue;
            // Where codes grade the event, words only illustrate what the codes already say.
            if (codes.Settles && placeOf[finding.Rule.CategoryIndex] < 0 && (category == Disaster || category == DisasterAbroad || category == Incident || category == Threat))
                continue;
            ListsOf(finding.Rule.CategoryIndex).Findings.Add(finding);
            subject = finding.InTitle ? Math.Max(subject, finding.Strength) : subject;
        }

        if (subject >= TitleSpeaks)
        {
            KeepToTheSubject();
        }

        for (var at = 0; heard is not null && at < heard.Odds.Length; at++)
        {
            if (heard.Odds[at] > 0 && rules.IndexOf(heard.Model.Classes[at]) is >= 0 and var category)
            {
                ListsOf(category);
            }
        }

        var scores = new List<Score>(found.Count);
        foreach (var (category, ofCategory, ofCodes) in found)
        {
            scores.Add(ScoreOf(rules.Categories[category], ofCategory, ofCodes, HeardOf(rules.Categories[category], heard, place, played, findings.Left)));
        }

        scores.Sort(static (one, other) => other.Value.CompareTo(one.Value) is not 0 and var order ? order : string.CompareOrdinal(one.Category.Value, other.Category.Value));
        return scores;
    }

    /// <summary>What the title reports is the subject; what only the body mentions beside it is background.</summary>
    private void KeepToTheSubject()
    {
        foreach (var (_, ofCategory, _) in found)
        {
            if (ofCategory.Exists(finding => finding.InTitle && finding.Strength >= 1))
                continue;
            for (var at = 0; at < ofCategory.Count; at++)
            {
                ofCategory[at] = ofCategory[at] with { Strength = ofCategory[at].Strength * Background };
            }
        }
    }

    private (int Category, List<Finding> Findings, List<CodeArgument> Codes) ListsOf(int category)
    {
        if (placeOf[category] < 0)
        {
            placeOf[category] = found.Count;
            found.Add((category, [], []));
        }

        return found[placeOf[category]];
    }

    /// <summary>The learned voice's share: its logarithm of odds against none, within bounds that leave the last word to rules.</summary>
    private static double HeardOf(CategoryId category, Heard? heard, Places place, bool played, double left)
    {
        if (heard?.Of(category) is not { } odds)
            return 0;
        var elsewhere = (category == Disaster && place == Places.Abroad) || (category == DisasterAbroad && place == Places.Japan) || (category == Exercise && played);
        return elsewhere ? Math.Min(0, LearnedShare * odds) : Math.Clamp(LearnedShare * odds, -MostAgainst, category == Exercise ? MostFor : MostFor * Math.Max(LeastLeft, left));
    }

    private static Score ScoreOf(CategoryId category, List<Finding> findings, List<CodeArgument> codes, double heard)
    {
        Span<double> weights = stackalloc double[MostSummed];
        var count = 0;
        Urgency? urgency = null;
        foreach (var code in codes)
        {
            Insert(weights, ref count, code.Weight);
            urgency = Later(urgency, code.Urgency);
        }

        foreach (var finding in findings)
        {
            Insert(weights, ref count, finding.Strength);
            urgency = finding.Strength >= 0.5 * finding.Rule.Weight ? Later(urgency, finding.Rule.Urgency) : urgency;
        }

        var share = 1.0;
        var value = codes.Count > 0 ? 0 : heard;
        foreach (var weight in weights[..count])
        {
            value += weight * share;
            share *= 0.45;
        }

        return new Score(category, value, findings, codes, urgency);
    }

    /// <summary>Keeps the weights in falling order; the least fall out at the end.</summary>
    private static void Insert(Span<double> weights, ref int count, double weight)
    {
        if (count == weights.Length && weights[count - 1] >= weight)
            return;
        var at = count < weights.Length ? count++ : count - 1;
        for (; at > 0 && weights[at - 1] < weight; at--)
        {
            weights[at] = weights[at - 1];
        }

        weights[at] = weight;
    }

    private static Urgency? Later(Urgency? known, Urgency? asked) => asked is { } one && (known is not { } best || one > best) ? one : known;

    /// <summary>
    /// Whether the event is where the rule needs it: by the report's own location, else by the place nearest to the words, else
    /// by the places that title and first sentence name. Where nothing names a place, a Japanese text speaks of Japan; an English
    /// one only where the words themselves are Japan's (a seismic intensity, an agency's warning).
    /// </summary>
    private static bool InPlace(Finding finding, Places stated, Places leading, bool japaneseRead)
    {
        if (finding.Rule.Where == RulePlace.Any)
            return true;
        var wanted = finding.Rule.Where == RulePlace.Abroad ? Places.Abroad : Places.Japan;
        if (stated is Places.Japan or Places.Abroad)
            return stated == wanted;
        var actual = finding.Places != Places.None ? finding.Places : leading;
        return actual != Places.None ? (actual & wanted) != 0 : finding.Rule.Where switch
        {
            RulePlace.JapanUnlessSaid => true,
            RulePlace.Japan => japaneseRead,
            _ => !japaneseRead,
        };
    }
}
