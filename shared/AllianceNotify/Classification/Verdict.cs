using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>Makes the answer out of the scores: which categories, how sure, how urgent, and whether a person must look.</summary>
internal sealed class Verdict(
    Taxonomy taxonomy,
    SituationReport report,
    Findings findings,
    CodeEvidence codes,
    IReadOnlyList<Score> scores,
    Heard? heard,
    bool unread,
    string? doubt,
    bool played)
{
    /// <summary>A second category must reach this share of the first.</summary>
    private const double Company = 0.62;

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

    public ClassificationResult Result()
    {
        var chosen = Choose();
        var category = chosen.Count > 0 ? chosen[0].Category : scores.Count > 0 && scores[0].Category == CategoryId.Unclassified && scores[0].Value >= Scores.Enough
            ? CategoryId.Unclassified
            : unread && scores.Count == 0 ? CategoryId.Unclassified : CategoryId.None;
        var entry = taxonomy.Find(category);
        var confidence = chosen.Count > 0 ? Calibration.OfCategory(chosen[0], Rival(chosen)) : category == CategoryId.None ? Calibration.OfNone(Strongest()) : 0.5;
        var reason = ReviewReason(category, confidence, chosen);
        return new ClassificationResult
        {
            Category = category,
            Confidence = Math.Round(confidence, 3),
            Urgency = entry is null ? category == CategoryId.Unclassified ? Urgency.Urgent : Urgency.Info : UrgencyOf(entry, chosen[0]),
            Categories = [.. chosen.Select(score => new CategoryScore(score.Category, Math.Round(score == chosen[0] ? confidence : Calibration.OfCategory(score, 0), 3)))],
            Guidelines = entry?.Guidelines,
            Evidence = Evidence(chosen),
            Alternatives =
            [
                .. scores.Where(score => !chosen.Contains(score) && score.Value >= 0.8 && score.Category != category).Take(3)
                    .Select(score => new CategoryScore(score.Category, Math.Round(Math.Min(0.49, Calibration.OfCategory(score, 0)), 3))),
            ],
            NeedsReview = reason is not null || doubt is not null,
            ReviewReason = reason ?? (doubt is null ? null : "the report contradicts its own mode"),
            ModeDoubt = doubt,
        };
    }

    private List<Score> Choose()
    {
        var candidates = scores.Where(score => score.Value >= Scores.Enough && score.Category != CategoryId.Unclassified).ToList();
        foreach (var (over, under) in Covers)
        {
            if (candidates.Find(score => score.Category.Value == over) is { } stronger)
            {
                candidates.RemoveAll(score => under.Contains(score.Category.Value) && score.Value <= stronger.Value);
            }
        }

        // The parent says nothing that its child does not say better.
        if (candidates.Exists(score => score.Category.Value.StartsWith("armed-attack-japan-", StringComparison.Ordinal)))
        {
            candidates.RemoveAll(score => score.Category.Value == "armed-attack-japan");
        }

        var least = candidates.Count > 0 ? candidates[0].Value * Company : 0;
        return [.. candidates.Where(score => score.Value >= least).Take(4)];
    }

    private double Rival(List<Score> chosen) => scores.FirstOrDefault(score => !chosen.Contains(score))?.Value ?? 0;

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
            return Strongest() >= 0.8 * Scores.Enough ? "close to the threshold of " + scores[0].Category : null;
        if (taxonomy.Find(category) is { OfficialStatementOnly: true })
            return "only a government recognises this situation: check the official statement";
        if (confidence < Sure)
            return "low confidence";
        return chosen.Count > 1 && chosen[1].Value > 0.97 * chosen[0].Value && played ? "two categories are equally likely" : null;
    }

    private IReadOnlyList<Evidence> Evidence(List<Score> chosen)
    {
        var shown = chosen.Count > 0 ? chosen : [.. scores.Take(1)];
        var forIt = shown.SelectMany(score => score.Codes.Select(code => code.Evidence)
            .Concat(score.Findings.SelectMany(finding => finding.Words.Select(words => Of(words, finding.Rule.Signal, finding.Strength / finding.Words.Length)))));
        var against = findings.Objections.Select(objection => Of(objection.Words, objection.Signal, objection.Weight)).Where(evidence => evidence.Weight < 0);
        if (heard is not null && shown.Count > 0)
        {
            forIt = forIt.Concat(heard.WordsFor(shown[0].Category).Select(one => Of(one.Seen.Words, one.Signal, one.Weight)));
        }

        if (codes.TestCode is { } test)
        {
            forIt = forIt.Append(test with { Signal = "test-code", Weight = 1 });
        }

        return
        [
            .. forIt.Concat(against)
                .DistinctBy(evidence => (evidence.Field, evidence.Offset, evidence.Length, evidence.Signal, evidence.Text))
                .OrderByDescending(evidence => Math.Abs(evidence.Weight))
                .Take(ReportClassifier.MostEvidence),
        ];
    }

    private Evidence Of(Stretch words, string signal, double weight)
    {
        var language = words.Field.IndexOf('[', StringComparison.Ordinal) is >= 0 and var at ? words.Field[(at + 1)..^1] : null;
        var text = report.Texts.Skip(1).FirstOrDefault(text => language is not null && text.Language == language) ?? report.Texts[0];
        var source = words.Field.StartsWith("title", StringComparison.Ordinal) ? text.Title : text.Body;
        return new Evidence(words.Field, words.Offset, words.Length, source.Substring(words.Offset, words.Length), signal, Math.Round(weight, 2));
    }
}
