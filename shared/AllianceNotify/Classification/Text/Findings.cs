using System.Numerics;
using AllianceNotify.Classification.Rules;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification.Text;

[Flags]
internal enum Places
{
    None = 0,
    Japan = 1,
    Abroad = 2,
}

/// <summary>The title or the body of one of a report's texts.</summary>
internal readonly record struct TextPart(int Text, bool IsTitle)
{
    /// <summary>Its name in evidence: that of a further text carries the language.</summary>
    public string NameIn(SituationReport report)
    {
        var name = IsTitle ? "title" : "body";
        return Text == 0 ? name : $"{name}[{report.Texts[Text].Language}]";
    }

    public string WordsIn(SituationReport report) => IsTitle ? report.Texts[Text].Title : report.Texts[Text].Body;
}

/// <summary>A stretch of the original text, in UTF-16 units.</summary>
internal readonly record struct Stretch(TextPart Part, int Offset, int Length)
{
    public string In(SituationReport report) => Part.WordsIn(report).Substring(Offset, Length);
}

/// <summary>How strongly a rule held in a sentence, and whether every word of it stands in the title.</summary>
internal readonly record struct Finding(double Strength, Places Places, bool InTitle);

/// <summary>A context, a negation or another word that argues against, for the evidence.</summary>
internal readonly record struct Objection(string Signal, double Weight, Stretch Words);

/// <summary>Words that say outright whether a message is a drill; the sentence is −1 for a title.</summary>
internal sealed record Marker(Stretch Words, int Sentence);

/// <summary>What reading a report's texts found. Used again from report to report.</summary>
internal sealed class Findings
{
    /// <summary>Enough to show; a hostile text cannot make the list grow beyond it.</summary>
    public const int Most = 64;

    private readonly RuleBook rules;
    private readonly ulong[] held;
    private readonly Finding[] byRule;
    private readonly int[] firstWord;
    private readonly Stretch[] words;
    private readonly double[] inTitle;

    public Findings(RuleBook rules)
    {
        this.rules = rules;
        held = new ulong[(rules.Rules.Count + 63) / 64];
        byRule = new Finding[rules.Rules.Count];
        inTitle = new double[rules.Categories.Count];
        firstWord = new int[rules.Rules.Count];
        for (var rule = 1; rule < firstWord.Length; rule++)
        {
            firstWord[rule] = firstWord[rule - 1] + rules.Rules[rule - 1].Groups.Length;
        }

        words = new Stretch[rules.Rules.Sum(rule => rule.Groups.Length)];
    }

    public List<Objection> Objections { get; } = [];

    /// <summary>Places named in titles and first sentences.</summary>
    public Places Leading { get; set; }

    /// <summary>Places that are only hinted at (a dateline, "Japanese"): they count where nothing else names one.</summary>
    public Places Faint { get; set; }

    /// <summary>How much the contexts of the title (of the first sentence, where there is none) leave of what it says; 1 where it has none.</summary>
    public double Left { get; set; } = 1;

    /// <summary>First words that call the message itself a drill or a test.</summary>
    public Marker? Drill { get; set; }

    /// <summary>First words that insist that it is none.</summary>
    public Marker? Real { get; set; }

    /// <summary><see cref="ModeCheck.MayPlay"/> holds for a title.</summary>
    public bool TitleMayPlay { get; set; }

    public void Clear()
    {
        held.AsSpan().Clear();
        inTitle.AsSpan().Clear();
        Objections.Clear();
        Leading = Places.None;
        Faint = Places.None;
        Left = 1;
        Drill = null;
        Real = null;
        TitleMayPlay = false;
    }

    /// <summary>The first rule from <paramref name="rule"/> on that held, by index; −1 where there is none.</summary>
    public int NextHeld(int rule)
    {
        if (rule >= byRule.Length)
            return -1;
        var bits = held[rule >> 6] & (ulong.MaxValue << (rule & 63));
        for (var at = rule >> 6; ; bits = held[at])
        {
            if (bits != 0)
                return (at << 6) + BitOperations.TrailingZeroCount(bits);
            if (++at == held.Length)
                return -1;
        }
    }

    public Finding Of(int rule) => byRule[rule];

    /// <summary>Where the words of the rule stand, one a group; to be filled by whoever adds a finding.</summary>
    public Span<Stretch> WordsOf(EventRule rule) => words.AsSpan(firstWord[rule.Index], rule.Groups.Length);

    /// <summary>Whether a finding of this strength would be news.</summary>
    public bool Wants(EventRule rule, double strength) => !Holds(rule.Index) || byRule[rule.Index].Strength < strength;

    public void Add(EventRule rule, Finding finding)
    {
        held[rule.Index >> 6] |= 1UL << (rule.Index & 63);
        byRule[rule.Index] = finding;
        if (finding.InTitle)
        {
            inTitle[rule.CategoryIndex] = Math.Max(inTitle[rule.CategoryIndex], finding.Strength);
        }
    }

    /// <summary>Weakens what a title seemed to say once the text shows what it is about.</summary>
    public void Weaken(int context, double factor)
    {
        inTitle.AsSpan().Clear();
        for (var at = NextHeld(0); at >= 0; at = NextHeld(at + 1))
        {
            if (!byRule[at].InTitle)
                continue;
            var rule = rules.Rules[at];
            if (!rule.Despite.Has(context))
            {
                byRule[at] = byRule[at] with { Strength = byRule[at].Strength * factor };
            }

            inTitle[rule.CategoryIndex] = Math.Max(inTitle[rule.CategoryIndex], byRule[at].Strength);
        }
    }

    /// <summary>How strongly a title alone argues for a category.</summary>
    public double TitleStrength(int category) => inTitle[category];

    public void Object(string signal, double weight, Stretch words)
    {
        if (Objections.Count < Most)
        {
            Objections.Add(new Objection(signal, weight, words));
        }
    }

    private bool Holds(int rule) => (held[rule >> 6] & (1UL << (rule & 63))) != 0;
}
