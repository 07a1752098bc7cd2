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
    private readonly LexiconIndex index;
    private readonly ConcurrentBag<WorkingMemory> idle = [];
    private WorkingMemory? latest;

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
        if (!this.features.Learning)
        {
            this.features.Settle();
        }

        index = new LexiconIndex(lexicon, rules, this.features);
    }

    internal Lexicon Lexicon => lexicon;

    public ClassificationResult Classify(SituationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var memory = Borrow();
        var result = memory.Verdict.Of(Judge(report, memory));
        Return(memory);
        return result;
    }

    /// <summary>
    /// The urgency of <see cref="Classify"/>'s answer and nothing else of it: no confidence is computed and no evidence written.
    /// For the lane of intake, which needs no more.
    /// </summary>
    public Urgency UrgencyOf(SituationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var memory = Borrow();
        var urgency = memory.Verdict.UrgencyOf(Judge(report, memory));
        Return(memory);
        return urgency;
    }

    /// <summary>The answer with what its confidence is read from.</summary>
    internal (ClassificationResult Result, Standing Standing) Weigh(SituationReport report)
    {
        var memory = NewMemory();
        return (memory.Verdict.Of(Judge(report, memory)), memory.Verdict.Standing);
    }

    /// <summary>What the learned voice would look at in the report.</summary>
    internal LearnedReading ReadLead(SituationReport report)
    {
        var memory = NewMemory();
        Read(report, memory.Reader, memory.First, playsExercise: report.Mode != ReportMode.Actual);
        return memory.Reader.Learned;
    }

    private WorkingMemory Borrow() => Interlocked.Exchange(ref latest, null) ?? (idle.TryTake(out var rested) ? rested : NewMemory());

    private void Return(WorkingMemory memory)
    {
        if (Interlocked.CompareExchange(ref latest, memory, null) is not null)
        {
            idle.Add(memory);
        }
    }

    private WorkingMemory NewMemory()
    {
        var reader = new SentenceReader(lexicon, index, rules, measures, features);
        var scores = new Scores(rules);
        return new WorkingMemory(
            reader,
            new Findings(rules),
            new Findings(rules),
            scores,
            learned is null ? null : new Heard(learned, reader.Learned, rules),
            new Verdict(taxonomy, calibration, rules, scores));
    }

    /// <summary>Reads the report and leaves in the memory's scores what argues for each category.</summary>
    private static Reading Judge(SituationReport report, WorkingMemory memory)
    {
        var codes = CodeEvidence.Of(report);
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
        var heard = codes.Settles || unread ? null : memory.Heard;
        heard?.Listen();
        var place = codes.Place != Places.None ? codes.Place : PlaceOf(report, memory, findings);
        memory.Scores.Weigh(findings, codes, place, read.HasFlag(ReadLanguages.Japanese), played, heard);
        return new Reading(report, findings, codes, heard, unread, mode.Doubt, played);
    }

    private static ReadLanguages Read(SituationReport report, SentenceReader reader, Findings findings, bool playsExercise)
    {
        findings.Clear();
        reader.Learned.Begin();
        var read = ReadLanguages.None;
        for (var at = 0; at < report.Texts.Count; at++)
        {
            var text = report.Texts[at];
            // Where only the words tell the language, they are read first and forgotten if it is another.
            var waits = at == 0 && LanguageGuess.WordsTell(text.Language, text.Title, text.Body);
            var language = waits ? ReadableLanguage.English : LanguageGuess.Of(text.Language, text.Title, text.Body);
            if (language == ReadableLanguage.Other)
                continue;
            reader.Read(text.Title, text.Body, at, report.ObservedAt.Year, playsExercise, report.Action != ReportAction.New, findings);
            if (waits && IsForeign(text, reader.Counts))
            {
                findings.Clear();
                reader.Learned.Begin();
                continue;
            }

            read |= language == ReadableLanguage.Japanese ? ReadLanguages.Japanese : ReadLanguages.English;
        }

        return read;
    }

    private static bool IsForeign(ReportText text, WordCounts counts) => counts.Mixed
        ? LanguageGuess.Of(text.Language, text.Title, text.Body) == ReadableLanguage.Other
        : LanguageGuess.IsForeign(counts.Words, counts.English, counts.Foreign);

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
    private sealed record WorkingMemory(SentenceReader Reader, Findings First, Findings Second, Scores Scores, Heard? Heard, Verdict Verdict);
}
