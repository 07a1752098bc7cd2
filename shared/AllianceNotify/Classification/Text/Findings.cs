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
    public bool InTitle => Words[0].Field.StartsWith("title", StringComparison.Ordinal);
}

/// <summary>A context, a negation or another word that argues against, for the evidence.</summary>
internal sealed record Objection(string Signal, double Weight, Stretch Words);

/// <summary>Words that say outright whether a message is a drill; the sentence is −1 for a title.</summary>
internal sealed record Marker(Stretch Words, int Sentence);

/// <summary>What reading a report's texts found.</summary>
internal sealed class Findings
{
    /// <summary>Enough to decide and to show; a hostile text cannot make the list grow beyond it.</summary>
    public const int Most = 256;

    private readonly Dictionary<int, Finding> byRule = [];

    public IEnumerable<Finding> All => byRule.Values.OrderBy(finding => finding.Rule.Index);

    public List<Objection> Objections { get; } = [];

    /// <summary>Places named in titles and first sentences.</summary>
    public Places Leading { get; set; }

    /// <summary>First words that call the message itself a drill or a test.</summary>
    public Marker? Drill { get; set; }

    /// <summary>First words that insist that it is none.</summary>
    public Marker? Real { get; set; }

    public void Add(Finding finding)
    {
        if (!byRule.TryGetValue(finding.Rule.Index, out var known) || known.Strength < finding.Strength)
        {
            byRule[finding.Rule.Index] = finding;
        }
    }

    /// <summary>Weakens what a title seemed to say once the text shows what it is about.</summary>
    public void Weaken(int context, double factor)
    {
        foreach (var (rule, finding) in byRule.ToList())
        {
            if (finding.InTitle && !finding.Rule.Despite.Has(context))
            {
                byRule[rule] = finding with { Strength = finding.Strength * factor };
            }
        }
    }

    /// <summary>How strongly a title alone argues for a category.</summary>
    public double TitleStrength(CategoryId category) =>
        byRule.Values.Where(finding => finding.InTitle && finding.Rule.Category == category).Select(finding => finding.Strength).DefaultIfEmpty().Max();

    public void Object(string signal, double weight, Stretch words)
    {
        if (Objections.Count < Most)
        {
            Objections.Add(new Objection(signal, weight, words));
        }
    }
}
