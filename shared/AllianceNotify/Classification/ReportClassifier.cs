using System.Collections.Concurrent;
using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;
using AllianceNotify.Classification.Text;
using AllianceNotify.Reports;

namespace AllianceNotify.Classification;

/// <summary>
/// Says what kind of situation a report is about, and why. Codes and stated facts come first, then the title, then the body.
/// Pure: the same report always gives the same answer; any number of threads may ask at once.
/// </summary>
public sealed class ReportClassifier
{
    /// <summary>At most this many arguments are shown; the strongest.</summary>
    public const int MostEvidence = 24;

    private readonly Taxonomy taxonomy;
    private readonly Lexicon lexicon;
    private readonly RuleBook rules;
    private readonly Measures measures;
    private readonly LearnedModel? learned;
    private readonly LearnedFeatures features;
    private readonly ConcurrentBag<SentenceReader> idle = [];

    /// <summary>Throws <see cref="InvalidDataException"/> where lexicon, rules and taxonomy do not fit together.</summary>
    public ReportClassifier(Taxonomy taxonomy)
        : this(taxonomy, Lexicon.Load())
    {
    }

    internal ReportClassifier(Taxonomy taxonomy, Lexicon lexicon)
        : this(taxonomy, lexicon, LearnedModel.Load(lexicon, taxonomy), null)
    {
    }

    /// <summary>With another model, or none: then <paramref name="features"/> collects what a model could be learned of.</summary>
    internal ReportClassifier(Taxonomy taxonomy, Lexicon lexicon, LearnedModel? learned, LearnedFeatures? features)
    {
        this.taxonomy = taxonomy;
        this.lexicon = lexicon;
        this.learned = learned;
        this.features = features ?? learned?.Features ?? new LearnedFeatures(lexicon);
        measures = new Measures(lexicon);
        rules = RuleBook.Load(lexicon, taxonomy);
    }

    internal Lexicon Lexicon => lexicon;

    public ClassificationResult Classify(SituationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var reader = idle.TryTake(out var rested) ? rested : NewReader();
        var result = Classify(report, reader);
        idle.Add(reader);
        return result;
    }

    /// <summary>What the learned voice would look at in the report.</summary>
    internal LearnedReading ReadLead(SituationReport report)
    {
        var reader = NewReader();
        Read(report, reader, new Findings(), playsExercise: report.Mode != ReportMode.Actual);
        return reader.Learned;
    }

    private SentenceReader NewReader() => new(lexicon, rules, measures, features);

    private ClassificationResult Classify(SituationReport report, SentenceReader reader)
    {
        var codes = new CodeEvidence(report);
        var findings = new Findings();
        var languages = Read(report, reader, findings, playsExercise: report.Mode != ReportMode.Actual);
        var played = report.Mode != ReportMode.Actual;
        if (!played && ModeCheck.CallsItselfPlayed(report, findings, codes))
        {
            // Held for a person by its mode doubt; what it plays is still worth saying.
            played = true;
            var again = new Findings();
            Read(report, reader, again, playsExercise: true);
            again.Drill = findings.Drill;
            again.Real = findings.Real;
            findings = again;
        }

        var heard = learned is null || codes.Settles || languages.TrueForAll(language => language == ReadableLanguage.Other) ? null : new Heard(learned, reader.Learned);
        var doubt = ModeCheck.DoubtOf(report, findings, codes);
        var unread = languages.TrueForAll(language => language == ReadableLanguage.Other);
        var place = codes.Place != Places.None ? codes.Place : PlaceOf(report, reader);
        var scores = Scores.Of(findings, codes, place, languages, played, heard);
        return new Verdict(taxonomy, report, findings, codes, scores, heard, unread, doubt, played).Result();
    }

    private static List<ReadableLanguage> Read(SituationReport report, SentenceReader reader, Findings findings, bool playsExercise)
    {
        reader.Learned.Begin();
        var languages = new List<ReadableLanguage>(report.Texts.Count);
        for (var at = 0; at < report.Texts.Count; at++)
        {
            var text = report.Texts[at];
            var language = LanguageGuess.Of(new ReportTextSpan(text.Title, text.Body));
            languages.Add(language);
            if (language != ReadableLanguage.Other)
            {
                reader.Read(text.Title, text.Body, at == 0 ? "" : $"[{text.Language}]", report.ObservedAt.Year, playsExercise, report.Action != ReportAction.New, findings);
            }
        }

        return languages;
    }

    private static Places PlaceOf(SituationReport report, SentenceReader reader)
    {
        if (report.Location?.Name is not { Length: > 0 } name)
            return Places.None;
        var named = new Findings();
        reader.ReadPlace(name.Length > 400 ? name[..400] : name, report.ObservedAt.Year, named);
        return named.Leading is Places.Japan or Places.Abroad ? named.Leading : Places.None;
    }
}
