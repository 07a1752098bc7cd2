using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>Makes the answer out of the scores: which categories, how sure, how urgent, and whether a person must look.</summary>
internal sealed class Verdict(
    Taxonomy taxonomy,
    Calibration calibration,
    SituationReport report,
    Findings findings,
    CodeEvidence codes,
    List<Score> scores,
    Heard? heard,
    bool unread,
    string? doubt,
    bool played)
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

    /// <summary>What the confidence was read from, once there is a result.</summary>
    public Standing Standing { get; private set; }

    public ClassificationResult Result()
    {
        var chosen = Choose();
        var category = chosen.Count > 0 ? chosen[0].Category : scores.Count > 0 && scores[0].Category == CategoryId.Unclassified && scores[0].Value >= Scores.Enough
            ? CategoryId.Unclassified
            : unread && scores.Count == 0 ? CategoryId.Unclassified : CategoryId.None;
        var entry = chosen.Count > 0 ? taxonomy.Find(category) : null;
        Standing = chosen.Count > 0 ? StandingOf(chosen[0], Rival(chosen)) : new Standing(IsNone: true, Strongest(), 0, heard?.AgainstNone ?? (codes.Settles ? SettledAgainstNone : 0));
        var confidence = category == CategoryId.Unclassified ? Unsure : calibration.Of(Standing);
        var reason = ReviewReason(category, confidence, chosen);
        return new ClassificationResult
        {
            Category = category,
            Confidence = Math.Round(confidence, 3),
            Urgency = entry is null ? category == CategoryId.Unclassified ? Urgency.Urgent : Urgency.Info : UrgencyOf(entry, chosen[0]),
            Categories = chosen.Count == 0 ? [] : [.. chosen.Select(score => new CategoryScore(score.Category, Math.Round(score == chosen[0] ? confidence : calibration.Of(StandingOf(score, 0)), 3)))],
            Guidelines = entry?.Guidelines,
            Evidence = Evidence(chosen),
            Alternatives = Alternatives(chosen, category),
            NeedsReview = reason is not null || doubt is not null,
            ReviewReason = reason ?? (doubt is null ? null : "the report contradicts its own mode"),
            ModeDoubt = doubt,
        };
    }

    private List<CategoryScore> Alternatives(List<Score> chosen, CategoryId category)
    {
        List<CategoryScore>? alternatives = null;
        foreach (var score in scores)
        {
            if (score.Value >= WorthShowing && score.Category != category && !chosen.Contains(score) && (alternatives ??= []).Count < 3)
            {
                alternatives.Add(new CategoryScore(score.Category, Math.Round(Math.Min(0.49, calibration.Of(StandingOf(score, 0))), 3)));
            }
        }

        return alternatives ?? [];
    }

    private List<Score> Choose()
    {
        if (scores.Count == 0 || scores[0].Value < Scores.Enough)
            return [];
        var candidates = scores.FindAll(score => score.Value >= Scores.Enough && score.Category != CategoryId.Unclassified);
        for (var at = 0; candidates.Count > 1 && at < Covers.Length; at++)
        {
            var (over, under) = Covers[at];
            if (candidates.Find(score => score.Category.Value == over) is { } stronger)
            {
                candidates.RemoveAll(score => under.Contains(score.Category.Value) && score.Value <= stronger.Value);
            }
        }

        // The parent says nothing that its child does not say better.
        if (candidates.Count > 1 && candidates.Exists(score => score.Category.Value.StartsWith("armed-attack-japan-", StringComparison.Ordinal)))
        {
            candidates.RemoveAll(score => score.Category.Value == "armed-attack-japan");
        }

        var least = candidates.Count > 0 ? candidates[0].Value * Company : 0;
        candidates.RemoveAll(score => score.Value < least);
        return candidates.Count > 4 ? candidates[..4] : candidates;
    }

    private static Standing StandingOf(Score score, double rival) => new(IsNone: false, score.Value, rival, 0);

    private double Rival(List<Score> chosen) => scores.Find(score => !chosen.Contains(score))?.Value ?? 0;

    private double Strongest() => scores.Count > 0 ? scores[0].Value : 0;

    private Urgency UrgencyOf(TaxonomyCategory entry, Score score)
    {
        var urgency = score.Urgency ?? entry.DefaultUrgency;
        if (entry.DefaultUrgency > Urgency.Info)
        {
            var grave = Code("cap:severity") == "Extreme" && Code("cap:urgency") is "Immediate" or "Expected" && Code("cap:certainty") is "Observed" or "Likely";
            if (grave && Code("cap:severity") == "Extreme" && Code("cap:urgency") == "Immediate")
            {
                urgency = Urgency.Flash;
            }
            else if (Code("cap:severity") == "Minor" || Code("cap:certainty") == "Unlikely" || Code("cap:urgency") == "Past")
            {
                urgency = urgency > Urgency.Routine ? urgency - 1 : urgency;
            }
        }

        return urgency < entry.UrgencyFloor ? entry.UrgencyFloor : urgency;
    }

    private string? Code(string scheme) => report.Codes.FirstOrDefault(code => code.Scheme == scheme)?.Value;

    private string? ReviewReason(CategoryId category, double confidence, List<Score> chosen)
    {
        if (category == CategoryId.Unclassified)
            return unread ? "the text is in neither of the two languages" : "alarming words that fit no category";
        if (unread)
            return "the text is in neither of the two languages: only its codes were read";
        if (category == CategoryId.None)
            return Strongest() >= 0.8 * Scores.Enough ? "close to the threshold of " + scores[0].Category : confidence < EvenChance ? "no rule holds, but its words are those of a situation" : null;
        if (taxonomy.Find(category) is { OfficialStatementOnly: true })
            return "only a government recognises this situation: check the official statement";
        if (confidence < Sure)
            return "low confidence";
        return chosen.Count > 1 && chosen[1].Value > 0.97 * chosen[0].Value && played ? "two categories are equally likely" : null;
    }

    private List<Evidence> Evidence(List<Score> chosen)
    {
        var evidence = new List<Evidence>();
        for (var at = 0; at < (chosen.Count > 0 ? chosen.Count : Math.Min(1, scores.Count)); at++)
        {
            var score = chosen.Count > 0 ? chosen[at] : scores[0];
            foreach (var code in score.Codes)
            {
                AddNew(evidence, code.Evidence);
            }

            foreach (var finding in score.Findings)
            {
                foreach (var words in finding.Words)
                {
                    AddNew(evidence, Of(words, finding.Rule.Signal, finding.Strength / finding.Words.Length));
                }
            }
        }

        if (heard is not null && scores.Count > 0 && scores[0].Value >= WorthShowing)
        {
            foreach (var (seen, signal, weight) in heard.WordsFor(chosen.Count > 0 ? chosen[0].Category : scores[0].Category))
            {
                AddNew(evidence, Of(seen.Words, signal, weight));
            }
        }

        if (codes.TestCode is { } test)
        {
            AddNew(evidence, test with { Signal = "test-code", Weight = 1 });
        }

        foreach (var objection in findings.Objections)
        {
            if (objection.Weight < 0)
            {
                AddNew(evidence, Of(objection.Words, objection.Signal, objection.Weight));
            }
        }

        if (evidence.Count == 0)
            return [];
        var strongest = evidence.OrderByDescending(one => Math.Abs(one.Weight)).ToList();
        return strongest.Count > ReportClassifier.MostEvidence ? strongest[..ReportClassifier.MostEvidence] : strongest;
    }

    private static void AddNew(List<Evidence> evidence, Evidence one)
    {
        if (!evidence.Exists(known => known.Offset == one.Offset && known.Length == one.Length && known.Field == one.Field && known.Signal == one.Signal && known.Text == one.Text))
        {
            evidence.Add(one);
        }
    }

    private Evidence Of(Stretch words, string signal, double weight)
    {
        var text = words.Field[^1] == ']' ? TextIn(words.Field[(words.Field.IndexOf('[', StringComparison.Ordinal) + 1)..^1]) : report.Texts[0];
        var source = words.Field[0] == 't' ? text.Title : text.Body;
        return new Evidence(words.Field, words.Offset, words.Length, source.Substring(words.Offset, words.Length), signal, Math.Round(weight, 2));
    }

    private ReportText TextIn(string language)
    {
        for (var at = 1; at < report.Texts.Count; at++)
        {
            if (report.Texts[at].Language == language)
                return report.Texts[at];
        }

        return report.Texts[0];
    }
}
