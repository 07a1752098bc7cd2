using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>What argues for one category (by its place in <see cref="RuleBook.Categories"/>), summed so that further arguments add less and less.</summary>
internal readonly record struct Score(int Category, double Value, Urgency? Urgency);

/// <summary>Turns what was found into one figure a category. Working memory for one report at a time.</summary>
internal sealed class Scores
{
    /// <summary>What a category needs to be answered.</summary>
    public const double Enough = 2.5;

    /// <summary>From here on a title is taken to say what the report is about.</summary>
    private const double TitleSpeaks = 2.0;

    private const double Background = 0.6;

    /// <summary>How much the learned voice's logarithm of odds counts, and how far it can go against and for a category.</summary>
    private const double LearnedShare = 1.2;
    private const double MostAgainst = 0.5;
    private const double MostFor = 2.4;

    /// <summary>A context of the title takes no more of the learned voice than this leaves.</summary>
    private const double LeastLeft = 0.3;

    /// <summary>More arguments than this for one category add nothing.</summary>
    private const int MostSummed = 32;

    private const int Nothing = -1;

    private readonly RuleBook rules;
    private readonly int disaster, disasterAbroad, incident, threat, exercise;

    // By category: whether anything speaks for it, and the first and the last of its rules; by rule: the next of its category and its strength.
    private readonly bool[] spoken;
    private readonly int[] firstRule;
    private readonly int[] lastRule;
    private readonly int[] nextRule;
    private readonly double[] strengths;

    private readonly int[] found;
    private readonly Score[] scores;
    private int count;

    public Scores(RuleBook rules)
    {
        this.rules = rules;
        disaster = rules.IndexOf(new("large-scale-disaster"));
        disasterAbroad = rules.IndexOf(new("international-disaster-relief"));
        incident = rules.IndexOf(new("cyber-incident"));
        threat = rules.IndexOf(new("cyber-threat-information"));
        exercise = rules.IndexOf(new("training-exercise"));
        spoken = new bool[rules.Categories.Count];
        firstRule = new int[rules.Categories.Count];
        lastRule = new int[rules.Categories.Count];
        found = new int[rules.Categories.Count];
        scores = new Score[rules.Categories.Count];
        nextRule = new int[rules.Rules.Count];
        strengths = new double[rules.Rules.Count];
    }

    /// <summary>Strongest first; empty where nothing argues for anything.</summary>
    public ReadOnlySpan<Score> All => scores.AsSpan(0, count);

    public void Weigh(Findings findings, CodeEvidence codes, Places place, bool japaneseRead, bool played, Heard? heard)
    {
        spoken.AsSpan().Clear();
        firstRule.AsSpan().Fill(Nothing);
        count = 0;
        foreach (var argument in codes.Arguments)
        {
            if (rules.IndexOf(argument.Category) is >= 0 and var category)
            {
                Speak(category);
            }
        }

        var subject = 0.0;
        var leading = findings.Leading != Places.None ? findings.Leading : findings.Faint;
        for (var at = findings.NextHeld(0); at >= 0; at = findings.NextHeld(at + 1))
        {
            var rule = rules.Rules[at];
            var finding = findings.Of(at);
            var category = rule.CategoryIndex;
            if (!InPlace(rule, finding, place, leading, japaneseRead) || (played && category == exercise))
                continue;
            // Where codes grade the event, words only illustrate what the codes already say.
            if (codes.Settles && !spoken[category] && (category == disaster || category == disasterAbroad || category == incident || category == threat))
                continue;
            Speak(category);
            strengths[at] = finding.Strength;
            nextRule[at] = Nothing;
            if (firstRule[category] == Nothing)
            {
                firstRule[category] = at;
            }
            else
            {
                nextRule[lastRule[category]] = at;
            }

            lastRule[category] = at;
            subject = finding.InTitle ? Math.Max(subject, finding.Strength) : subject;
        }

        if (subject >= TitleSpeaks)
        {
            KeepToTheSubject(findings);
        }

        if (heard is not null)
        {
            for (var at = 0; at < heard.Odds.Length; at++)
            {
                if (heard.Odds[at] > 0 && heard.CategoryOf(at) is >= 0 and var category)
                {
                    Speak(category);
                }
            }
        }

        var toScore = count;
        count = 0;
        for (var at = 0; at < toScore; at++)
        {
            Insert(ScoreOf(found[at], codes, HeardOf(found[at], heard, place, played, findings.Left)));
        }
    }

    /// <summary>The rules that argue for the category, in order; begin with <see cref="FirstRuleOf"/>, −1 ends.</summary>
    public int FirstRuleOf(int category) => firstRule[category];

    public int NextRule(int rule) => nextRule[rule];

    /// <summary>How strongly a rule argues, with what the title is about taken into account.</summary>
    public double StrengthOf(int rule) => strengths[rule];

    private void Speak(int category)
    {
        if (!spoken[category])
        {
            spoken[category] = true;
            found[count++] = category;
        }
    }

    /// <summary>What the title reports is the subject; what only the body mentions beside it is background.</summary>
    private void KeepToTheSubject(Findings findings)
    {
        foreach (var category in found.AsSpan(0, count))
        {
            var isSubject = false;
            for (var rule = firstRule[category]; rule >= 0 && !isSubject; rule = nextRule[rule])
            {
                isSubject = findings.Of(rule).InTitle && strengths[rule] >= 1;
            }

            for (var rule = firstRule[category]; rule >= 0 && !isSubject; rule = nextRule[rule])
            {
                strengths[rule] *= Background;
            }
        }
    }

    /// <summary>The learned voice's share: its logarithm of odds against none, within bounds that leave the last word to rules.</summary>
    private double HeardOf(int category, Heard? heard, Places place, bool played, double left)
    {
        if (heard?.Of(category) is not { } odds)
            return 0;
        var elsewhere = (category == disaster && place == Places.Abroad) || (category == disasterAbroad && place == Places.Japan) || (category == exercise && played);
        return elsewhere ? Math.Min(0, LearnedShare * odds) : Math.Clamp(LearnedShare * odds, -MostAgainst, category == exercise ? MostFor : MostFor * Math.Max(LeastLeft, left));
    }

    private Score ScoreOf(int category, CodeEvidence codes, double heard)
    {
        Span<double> weights = stackalloc double[MostSummed];
        var summed = 0;
        Urgency? urgency = null;
        foreach (var code in codes.Arguments)
        {
            if (code.Category == rules.Categories[category])
            {
                Insert(weights, ref summed, code.Weight);
                urgency = Later(urgency, code.Urgency);
            }
        }

        var value = summed > 0 ? 0 : heard;
        for (var at = firstRule[category]; at >= 0; at = nextRule[at])
        {
            var rule = rules.Rules[at];
            Insert(weights, ref summed, strengths[at]);
            urgency = strengths[at] >= 0.5 * rule.Weight ? Later(urgency, rule.Urgency) : urgency;
        }

        var share = 1.0;
        foreach (var weight in weights[..summed])
        {
            value += weight * share;
            share *= 0.45;
        }

        return new Score(category, value, urgency);
    }

    /// <summary>Strongest first, and by name where two are equally strong.</summary>
    private void Insert(Score score)
    {
        var at = count++;
        for (; at > 0 && Precedes(score, scores[at - 1]); at--)
        {
            scores[at] = scores[at - 1];
        }

        scores[at] = score;
    }

    private bool Precedes(Score one, Score other) => one.Value > other.Value
        || (one.Value.Equals(other.Value) && string.CompareOrdinal(rules.Categories[one.Category].Value, rules.Categories[other.Category].Value) < 0);

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
    private static bool InPlace(EventRule rule, Finding finding, Places stated, Places leading, bool japaneseRead)
    {
        if (rule.Where == RulePlace.Any)
            return true;
        var wanted = rule.Where == RulePlace.Abroad ? Places.Abroad : Places.Japan;
        if (stated is Places.Japan or Places.Abroad)
            return stated == wanted;
        var actual = finding.Places != Places.None ? finding.Places : leading;
        return actual != Places.None ? (actual & wanted) != 0 : rule.Where switch
        {
            RulePlace.JapanUnlessSaid => true,
            RulePlace.Japan => japaneseRead,
            _ => !japaneseRead,
        };
    }
}
