using AllianceNotify.Classification.Rules;

namespace AllianceNotify.Classification.Text;

[Flags]
internal enum Places
{
    None = 0,
    Japan = 1,
    Abroad = 2,
}

/// <summary>A stretch of the original text, in UTF-16 units.</summary>
internal readonly record struct Stretch(string Field, int Offset, int Length);

/// <summary>A rule that held in a sentence, with how strongly and where its words stand.</summary>
internal sealed record Finding(EventRule Rule, double Strength, Places Places, Stretch[] Words)
{
    /// <summary>Every word of it stands in the title.</summary>
    public bool InTitle => Words[0].Field[0] == 't';
}

/// <summary>A context, a negation or another word that argues against, for the evidence.</summary>
internal readonly record struct Objection(string Signal, double Weight, Stretch Words);

/// <summary>Words that say outright whether a message is a drill; the sentence is −1 for a title.</summary>
internal sealed record Marker(Stretch Words, int Sentence);

/// <summary>What reading a report's texts found. Used again from report to report.</summary>
internal sealed class Findings(RuleBook rules)
{
    /// <summary>Enough to show; a hostile text cannot make the list grow beyond it.</summary>
    public const int Most = 64;

    private readonly Finding?[] byRule = new Finding?[rules.Rules.Count];
    private readonly List<int> held = [];
    private readonly double[] inTitle = new double[rules.Categories.Count];
    private bool sorted;

    /// <summary>The indices of the rules that held, in order.</summary>
    public List<int> Held
    {
        get
        {
            if (!sorted)
            {
                held.Sort();
                sorted = true;
            }

            return held;
        }
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
        foreach (var rule in held)
        {
            byRule[rule] = null;
        }

        held.Clear();
        inTitle.AsSpan().Clear();
        Objections.Clear();
        Leading = Places.None;
        Faint = Places.None;
        Left = 1;
        Drill = null;
        Real = null;
        TitleMayPlay = false;
    }

    public Finding Of(int rule) => byRule[rule]!;

    /// <summary>Whether a finding of this strength would be news.</summary>
    public bool Wants(EventRule rule, double strength) => byRule[rule.Index] is not { } known || known.Strength < strength;

    public void Add(Finding finding)
    {
        if (!Wants(finding.Rule, finding.Strength))
            return;
        if (byRule[finding.Rule.Index] is null)
        {
            held.Add(finding.Rule.Index);
            sorted = false;
        }

        byRule[finding.Rule.Index] = finding;
        if (finding.InTitle)
        {
            inTitle[finding.Rule.CategoryIndex] = Math.Max(inTitle[finding.Rule.CategoryIndex], finding.Strength);
        }
    }

    /// <summary>Weakens what a title seemed to say once the text shows what it is about.</summary>
    public void Weaken(int context, double factor)
    {
        inTitle.AsSpan().Clear();
        foreach (var rule in held)
        {
            var finding = byRule[rule]!;
            if (finding.InTitle)
            {
                finding = finding.Rule.Despite.Has(context) ? finding : finding with { Strength = finding.Strength * factor };
                byRule[rule] = finding;
                inTitle[finding.Rule.CategoryIndex] = Math.Max(inTitle[finding.Rule.CategoryIndex], finding.Strength);
            }
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
}
