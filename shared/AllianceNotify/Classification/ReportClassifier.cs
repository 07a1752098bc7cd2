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
    private readonly Calibration calibration = Calibration.Load();
    private readonly LearnedFeatures features;
    private readonly ConcurrentBag<WorkingMemory> idle = [];

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
        var memory = idle.TryTake(out var rested) ? rested : NewMemory();
        var verdict = Judge(report, memory);
        var result = verdict.Result();
        idle.Add(memory);
        return result;
    }

    /// <summary>The answer with what its confidence is read from.</summary>
    internal (ClassificationResult Result, Standing Standing) Weigh(SituationReport report)
    {
        var verdict = Judge(report, NewMemory());
        return (verdict.Result(), verdict.Standing);
    }

    /// <summary>What the learned voice would look at in the report.</summary>
    internal LearnedReading ReadLead(SituationReport report)
    {
        var memory = NewMemory();
        Read(report, memory.Reader, memory.First, playsExercise: report.Mode != ReportMode.Actual);
        return memory.Reader.Learned;
    }

    private WorkingMemory NewMemory() => new(new SentenceReader(lexicon, rules, measures, features), new Findings(rules), new Findings(rules), new Scores(rules));

    private Verdict Judge(SituationReport report, WorkingMemory memory)
    {
        var codes = new CodeEvidence(report);
        var findings = memory.First;
        var read = Read(report, memory.Reader, findings, playsExercise: report.Mode != ReportMode.Actual);
        var played = report.Mode != ReportMode.Actual;
        var mode = ModeCheck.Of(report, findings, codes);
        if (!played && mode.CallsItselfPlayed)
        {
            // Held for a person by its mode doubt; what it plays is still worth saying.
            played = true;
            Read(report, memory.Reader, memory.Second, playsExercise: true);
            memory.Second.Drill = findings.Drill;
            memory.Second.Real = findings.Real;
            findings = memory.Second;
        }

        var unread = read == ReadLanguages.None;
        var heard = learned is null || codes.Settles || unread ? null : new Heard(learned, memory.Reader.Learned);
        var place = codes.Place != Places.None ? codes.Place : PlaceOf(report, memory, findings);
        var scores = memory.Scores.Of(findings, codes, place, read.HasFlag(ReadLanguages.Japanese), played, heard);
        return new Verdict(taxonomy, calibration, report, findings, codes, scores, heard, unread, mode.Doubt, played);
    }

    private static ReadLanguages Read(SituationReport report, SentenceReader reader, Findings findings, bool playsExercise)
    {
        findings.Clear();
        reader.Learned.Begin();
        var read = ReadLanguages.None;
        for (var at = 0; at < report.Texts.Count; at++)
        {
            var text = report.Texts[at];
            var language = LanguageGuess.Of(text.Language, text.Title, text.Body);
            if (language != ReadableLanguage.Other)
            {
                read |= language == ReadableLanguage.Japanese ? ReadLanguages.Japanese : ReadLanguages.English;
                reader.Read(text.Title, text.Body, at == 0 ? "" : $"[{text.Language}]", report.ObservedAt.Year, playsExercise, report.Action != ReportAction.New, findings);
            }
        }

        return read;
    }

    /// <summary>The place that the location's name speaks of.</summary>
    private static Places PlaceOf(SituationReport report, WorkingMemory memory, Findings inUse)
    {
        if (report.Location?.Name is not { Length: > 0 } name)
            return Places.None;
        var named = inUse == memory.First ? memory.Second : memory.First;
        named.Clear();
        memory.Reader.ReadPlace(name.Length > 400 ? name[..400] : name, report.ObservedAt.Year, named);
        return named.Leading is Places.Japan or Places.Abroad ? named.Leading : Places.None;
    }

    /// <summary>Which of the two languages a report's texts were read in.</summary>
    [Flags]
    private enum ReadLanguages
    {
        None = 0,
        English = 1,
        Japanese = 2,
    }

    /// <summary>What one report at a time is classified with.</summary>
    private sealed record WorkingMemory(SentenceReader Reader, Findings First, Findings Second, Scores Scores);
}
