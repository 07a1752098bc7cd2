using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>What was read of one report, and what it plays.</summary>
/// <param name="Heard">What the learned voice says; null where it is not asked.</param>
/// <param name="Unread">No text is in one of the two languages.</param>
/// <param name="Doubt">What contradicts the report's mode.</param>
/// <param name="Played">The report is an exercise or a test, or says so.</param>
internal readonly record struct Reading(SituationReport Report, Findings Findings, CodeEvidence Codes, Heard? Heard, bool Unread, string? Doubt, bool Played);

/// <summary>
/// Makes the answer out of the scores: which categories, how sure, how urgent, and whether a person must look. Working memory for one report at a time.
/// </summary>
internal sealed class Verdict
{
    /// <summary>A second category must reach this share of the first.</summary>
    private const double Company = 0.62;

    /// <summary>A none that is less sure than this is for a person to look at.</summary>
    private const double EvenChance = 0.5;

    /// <summary>The confidence of "unclassified": it says that nobody knows.</summary>
    private const double Unsure = 0.5;

    /// <summary>Where a code says that there is no situation, as sure as the surest text.</summary>
    private const double SettledAgainstNone = -6;

    /// <summary>A category with less is not shown as an alternative, and its words not as evidence.</summary>
    private const double WorthShowing = 0.8;

    /// <summary>Below this a person decides.</summary>
    private const double Sure = 0.7;

    private const int MostChosen = 4;
    private const int MostAlternatives = 3;

    /// <summary>Categories that a stronger one of the list makes superfluous: it, over those.</summary>
    private static readonly (string Over, string[] Under)[] Covers =
    [
        ("missile-launch", ["threat-indication", "communications-disruption", "facility-area-protection", "aerial-incursion"]),
        ("armed-attack-japan-missile", ["threat-indication", "armed-attack-third-country", "armed-attack-japan-air"]),
        ("large-scale-disaster", ["international-disaster-relief", "communications-disruption", "search-and-rescue"]),
        ("international-disaster-relief", ["large-scale-disaster", "search-and-rescue"]),
        ("cyber-incident", ["cyber-threat-information", "facility-area-protection", "communications-disruption"]),
        ("cyber-threat-information", ["cyber-incident"]),
        ("asset-protection", ["aerial-incursion", "maritime-security", "search-and-rescue"]),
        ("armed-attack-third-country", ["counter-piracy-terrorism", "facility-area-protection", "aerial-incursion"]),
        ("aerial-incursion", ["maritime-security", "threat-indication"]),
        ("noncombatant-evacuation", ["facility-area-protection", "armed-attack-third-country"]),
        ("threat-indication", ["training-exercise", "maritime-security"]),
        ("sea-lane-mines", ["maritime-security"]),
        ("search-and-rescue", ["maritime-security"]),
        ("counter-piracy-terrorism", ["maritime-security"]),
    ];

    private readonly Calibration calibration;
    private readonly RuleBook rules;
    private readonly Scores scores;
    private readonly EvidenceList evidence = new();
    private readonly TaxonomyCategory?[] entries;
    private readonly (int Over, int[] Under)[] covers;
    private readonly int parent;
    private readonly bool[] isChild;
    private readonly int unclassified;
    private readonly int[] chosen;
    private int count;

    public Verdict(Taxonomy taxonomy, Calibration calibration, RuleBook rules, Scores scores)
    {
        this.calibration = calibration;
        this.rules = rules;
        this.scores = scores;
        entries = [.. rules.Categories.Select(taxonomy.Find)];
        covers = [.. Covers.Select(cover => (rules.IndexOf(new(cover.Over)), cover.Under.Select(under => rules.IndexOf(new(under))).ToArray()))];
        parent = rules.IndexOf(new("armed-attack-japan"));
        isChild = [.. rules.Categories.Select(category => category.Value.StartsWith("armed-attack-japan-", StringComparison.Ordinal))];
        unclassified = rules.IndexOf(CategoryId.Unclassified);
        chosen = new int[rules.Categories.Count];
    }

    /// <summary>What the last answer's confidence was read from.</summary>
    public Standing Standing { get; private set; }

    /// <summary>The categories that were chosen, as places among the scores.</summary>
    private ReadOnlySpan<int> Chosen => chosen.AsSpan(0, count);

    /// <summary>How urgent the report is, of what the scores say; the same as the whole answer's.</summary>
    public Urgency UrgencyOf(in Reading reading)
    {
        Choose();
        return UrgencyOf(CategoryOf(reading), reading);
    }

    public ClassificationResult Of(in Reading reading)
    {
        Choose();
        var category = CategoryOf(reading);
        var entry = EntryOf();
        Standing = count > 0
            ? new Standing(IsNone: false, Score(0).Value, Rival(), 0)
            : new Standing(IsNone: true, Strongest(), 0, reading.Heard?.AgainstNone ?? (reading.Codes.Settles ? SettledAgainstNone : 0));
        var confidence = category == CategoryId.Unclassified ? Unsure : calibration.Of(Standing);
        var reason = ReviewReason(category, confidence, reading);
        return new ClassificationResult
        {
            Category = category,
            Confidence = Math.Round(confidence, 3),
            Urgency = UrgencyOf(category, reading),
            Categories = Categories(confidence),
            Guidelines = entry?.Guidelines,
            Evidence = Evidence(reading),
            Alternatives = Alternatives(category),
            NeedsReview = reason is not null || reading.Doubt is not null,
            ReviewReason = reason ?? (reading.Doubt is null ? null : "the report contradicts its own mode"),
            ModeDoubt = reading.Doubt,
        };
    }

    private Score Score(int at) => scores.All[chosen[at]];

    private TaxonomyCategory? EntryOf() => count > 0 ? entries[Score(0).Category] : null;

    private CategoryId CategoryOf(in Reading reading)
    {
        if (count > 0)
            return rules.Categories[Score(0).Category];
        if (scores.All is [var first, ..])
            return first.Category == unclassified && first.Value >= Scores.Enough ? CategoryId.Unclassified : CategoryId.None;
        return reading.Unread ? CategoryId.Unclassified : CategoryId.None;
    }

    private CategoryScore[] Categories(double confidence)
    {
        if (count == 0)
            return [];
        var categories = new CategoryScore[count];
        for (var at = 0; at < count; at++)
        {
            categories[at] = new CategoryScore(rules.Categories[Score(at).Category], Math.Round(at == 0 ? confidence : ConfidenceOf(Score(at)), 3));
        }

        return categories;
    }

    private CategoryScore[] Alternatives(CategoryId category)
    {
        CategoryScore[] alternatives = [];
        for (var at = 0; at < scores.All.Length && scores.All[at].Value >= WorthShowing && alternatives.Length < MostAlternatives; at++)
        {
            var score = scores.All[at];
            if (!Chosen.Contains(at) && rules.Categories[score.Category] != category)
            {
                alternatives = [.. alternatives, new CategoryScore(rules.Categories[score.Category], Math.Round(Math.Min(0.49, ConfidenceOf(score)), 3))];
            }
        }

        return alternatives;
    }

    private void Choose()
    {
        count = 0;
        var all = scores.All;
        for (var at = 0; at < all.Length && all[at].Value >= Scores.Enough; at++)
        {
            if (all[at].Category != unclassified)
            {
                chosen[count++] = at;
            }
        }

        for (var at = 0; count > 1 && at < covers.Length; at++)
        {
            var (over, under) = covers[at];
            if (ValueOf(over) is { } stronger)
            {
                Keep(score => !under.Contains(score.Category) || score.Value > stronger);
            }
        }

        // The parent says nothing that its child does not say better.
        if (count > 1 && HasChild())
        {
            Keep(score => score.Category != parent);
        }

        if (count > 1)
        {
            var least = Score(0).Value * Company;
            Keep(score => score.Value >= least);
        }

        count = Math.Min(count, MostChosen);
    }

    private bool HasChild()
    {
        for (var at = 0; at < count; at++)
        {
            if (isChild[Score(at).Category])
                return true;
        }

        return false;
    }

    private double? ValueOf(int category)
    {
        for (var at = 0; at < count; at++)
        {
            if (Score(at).Category == category)
                return Score(at).Value;
        }

        return null;
    }

    private void Keep(Func<Score, bool> worth)
    {
        var kept = 0;
        for (var at = 0; at < count; at++)
        {
            if (worth(Score(at)))
            {
                chosen[kept++] = chosen[at];
            }
        }

        count = kept;
    }

    private double ConfidenceOf(Score score) => calibration.Of(new Standing(IsNone: false, score.Value, 0, 0));

    /// <summary>The strongest that was not chosen.</summary>
    private double Rival()
    {
        for (var at = 0; at < scores.All.Length; at++)
        {
            if (!Chosen.Contains(at))
                return scores.All[at].Value;
        }

        return 0;
    }

    private double Strongest() => scores.All is [var first, ..] ? first.Value : 0;

    private Urgency UrgencyOf(CategoryId category, in Reading reading)
    {
        if (EntryOf() is not { } entry)
            return category == CategoryId.Unclassified ? Urgency.Urgent : Urgency.Info;
        var codes = reading.Codes;
        var urgency = Score(0).Urgency ?? entry.DefaultUrgency;
        if (entry.DefaultUrgency > Urgency.Info && codes.HasCodes)
        {
            var grave = codes.ValueOf("cap:severity") == "Extreme" && codes.ValueOf("cap:urgency") is "Immediate" or "Expected" && codes.ValueOf("cap:certainty") is "Observed" or "Likely";
            if (grave && codes.ValueOf("cap:severity") == "Extreme" && codes.ValueOf("cap:urgency") == "Immediate")
            {
                urgency = Urgency.Flash;
            }
            else if (codes.ValueOf("cap:severity") == "Minor" || codes.ValueOf("cap:certainty") == "Unlikely" || codes.ValueOf("cap:urgency") == "Past")
            {
                urgency = urgency > Urgency.Routine ? urgency - 1 : urgency;
            }
        }

        return urgency < entry.UrgencyFloor ? entry.UrgencyFloor : urgency;
    }

    private string? ReviewReason(CategoryId category, double confidence, in Reading reading)
    {
        if (category == CategoryId.Unclassified)
            return reading.Unread ? "the text is in neither of the two languages" : "alarming words that fit no category";
        if (reading.Unread)
            return "the text is in neither of the two languages: only its codes were read";
        if (category == CategoryId.None)
        {
            return Strongest() >= 0.8 * Scores.Enough
                ? "close to the threshold of " + rules.Categories[scores.All[0].Category]
                : confidence < EvenChance ? "no rule holds, but its words are those of a situation" : null;
        }

        if (EntryOf() is { OfficialStatementOnly: true })
            return "only a government recognises this situation: check the official statement";
        if (confidence < Sure)
            return "low confidence";
        return count > 1 && Score(1).Value > 0.97 * Score(0).Value && reading.Played ? "two categories are equally likely" : null;
    }

    private Evidence[] Evidence(in Reading reading)
    {
        evidence.Clear();
        if (count == 0 && scores.All is [var strongest, ..])
        {
            AddFor(strongest, reading);
        }

        for (var at = 0; at < count; at++)
        {
            AddFor(Score(at), reading);
        }

        if (Strongest() >= WorthShowing)
        {
            reading.Heard?.WordsFor(count > 0 ? Score(0).Category : scores.All[0].Category, evidence);
        }

        if (reading.Codes.TestCode is { } test)
        {
            evidence.Add(test with { Signal = "test-code", Weight = 1 });
        }

        foreach (var objection in reading.Findings.Objections)
        {
            if (objection.Weight < 0)
            {
                evidence.Add(objection.Words, objection.Signal, objection.Weight);
            }
        }

        return evidence.Strongest(ReportClassifier.MostEvidence, reading.Report);
    }

    private void AddFor(Score score, in Reading reading)
    {
        foreach (var code in reading.Codes.Arguments)
        {
            if (code.Category == rules.Categories[score.Category])
            {
                evidence.Add(code.Evidence);
            }
        }

        for (var at = scores.FirstRuleOf(score.Category); at >= 0; at = scores.NextRule(at))
        {
            var rule = rules.Rules[at];
            var words = reading.Findings.WordsOf(rule);
            foreach (var one in words)
            {
                evidence.Add(one, rule.Signal, scores.StrengthOf(at) / words.Length);
            }
        }
    }
}
