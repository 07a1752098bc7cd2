using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>What argues for one category, summed so that further arguments add less and less.</summary>
internal sealed record Score(CategoryId Category, double Value, IReadOnlyList<Finding> Findings, IReadOnlyList<CodeArgument> Codes, Urgency? Urgency);

/// <summary>Turns what was found into one figure a category.</summary>
internal static class Scores
{
    /// <summary>What a category needs to be answered.</summary>
    public const double Enough = 2.5;

    /// <summary>From here on a title is taken to say what the report is about.</summary>
    private const double TitleSpeaks = 2.0;

    private const double Background = 0.6;

    /// <summary>How much the learned voice's logarithm of odds counts, and how far it can go against and for a category.</summary>
    private const double LearnedShare = 1.2;
    private const double MostAgainst = 0.5;
    private const double MostFor = 3.0;

    private static readonly CategoryId Disaster = new("large-scale-disaster");
    private static readonly CategoryId DisasterAbroad = new("international-disaster-relief");
    private static readonly CategoryId Exercise = new("training-exercise");

    public static IReadOnlyList<Score> Of(Findings findings, CodeEvidence codes, Places place, IReadOnlyList<ReadableLanguage> languages, bool played, Heard? heard)
    {
        var byCategory = new Dictionary<CategoryId, (List<Finding> Findings, List<CodeArgument> Codes)>();
        foreach (var argument in codes.Arguments)
        {
            ListsOf(byCategory, argument.Category).Codes.Add(argument);
        }

        foreach (var finding in findings.All)
        {
            if (!InPlace(finding, place, findings.Leading, languages.Contains(ReadableLanguage.Japanese)))
                continue;
            // Where codes grade the event, words only illustrate what the codes already say.
            if (codes.Settles && !byCategory.ContainsKey(finding.Rule.Category) && finding.Rule.Category.Value is "large-scale-disaster" or "international-disaster-relief" or "cyber-incident" or "cyber-threat-information" && codes.Settles)
                continue;
            if (played && finding.Rule.Category == Exercise)
                continue;
            ListsOf(byCategory, finding.Rule.Category).Findings.Add(finding);
        }

        // What the title reports is the subject; what only the body mentions beside it is background.
        var subject = byCategory.Values.SelectMany(lists => lists.Findings).Where(finding => finding.InTitle).Select(finding => finding.Strength).DefaultIfEmpty().Max();
        if (subject >= TitleSpeaks)
        {
            foreach (var lists in byCategory.Values.Where(lists => !lists.Findings.Exists(finding => finding.InTitle && finding.Strength >= 1)))
            {
                for (var at = 0; at < lists.Findings.Count; at++)
                {
                    lists.Findings[at] = lists.Findings[at] with { Strength = lists.Findings[at].Strength * Background };
                }
            }
        }

        for (var at = 0; heard is not null && at < heard.Odds.Length; at++)
        {
            if (at != heard.Model.None && heard.Model.Classes[at] != LearnedModel.Other && heard.Odds[at] > 0)
            {
                ListsOf(byCategory, heard.Model.Classes[at]);
            }
        }

        return
        [
            .. byCategory
                .Select(pair => ScoreOf(pair.Key, pair.Value.Findings, pair.Value.Codes, HeardOf(pair.Key, heard, place, played)))
                .OrderByDescending(score => score.Value)
                .ThenBy(score => score.Category.Value, StringComparer.Ordinal),
        ];
    }

    private static (List<Finding> Findings, List<CodeArgument> Codes) ListsOf(
        Dictionary<CategoryId, (List<Finding> Findings, List<CodeArgument> Codes)> lists, CategoryId category)
    {
        if (!lists.TryGetValue(category, out var found))
        {
            lists[category] = found = ([], []);
        }

        return found;
    }

    /// <summary>The learned voice's share: its logarithm of odds against none, within bounds that leave the last word to rules.</summary>
    private static double HeardOf(CategoryId category, Heard? heard, Places place, bool played)
    {
        if (heard?.Of(category) is not { } odds)
            return 0;
        var elsewhere = (category == Disaster && place == Places.Abroad) || (category == DisasterAbroad && place == Places.Japan) || (category == Exercise && played);
        return elsewhere ? Math.Min(0, LearnedShare * odds) : Math.Clamp(LearnedShare * odds, -MostAgainst, MostFor);
    }

    private static Score ScoreOf(CategoryId category, List<Finding> findings, List<CodeArgument> codes, double heard)
    {
        var share = 1.0;
        var value = codes.Count > 0 ? 0 : heard;
        foreach (var weight in findings.Select(finding => finding.Strength).Concat(codes.Select(code => code.Weight)).OrderDescending())
        {
            value += weight * share;
            share *= 0.45;
        }

        Urgency? urgency = null;
        foreach (var asked in codes.Select(code => code.Urgency).Concat(findings.Where(finding => finding.Strength >= 0.5 * finding.Rule.Weight).Select(finding => finding.Rule.Urgency)))
        {
            urgency = asked is { } one && (urgency is not { } best || one > best) ? one : urgency;
        }

        return new Score(category, value, findings, codes, urgency);
    }

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
