using AllianceNotify.Classification.Learned;
using AllianceNotify.Classification.Rules;

namespace AllianceNotify.Classification.Text;

/// <summary>
/// Reads one text of a report sentence by sentence and notes which rules hold, how strongly and where. Working memory for one
/// text at a time: one reader a thread.
/// </summary>
internal sealed class SentenceReader
{
    private const double LeadCarry = 0.6;

    /// <summary>What may happen counts less than half of what has happened.</summary>
    private const double Hedge = 0.45;

    /// <summary>A word that only the title holds counts a little less than one in the sentence.</summary>
    private const double FromTitle = 0.85;

    /// <summary>A context that leaves less than this of a sentence also takes from the learned voice.</summary>
    private const double StrongContext = 0.4;

    /// <summary>A longer title is the text itself.</summary>
    private const int LongestQuestion = 140;

    private readonly Lexicon lexicon;
    private readonly LexiconIndex index;
    private readonly Measures measures;
    private readonly LeadReader lead;
    private readonly ScanBuffers buffers = new();
    private readonly char[] folded = new char[FoldedText.Common];
    private readonly Token[] tokens = new Token[2 * SentenceScanner.MaxTokens];
    private readonly bool[] negated = new bool[2 * SentenceScanner.MaxTokens];
    private readonly bool[] hedged = new bool[2 * SentenceScanner.MaxTokens];
    private readonly ContextFile?[] contextByConcept;
    private readonly double[] contextWeights;
    private readonly List<int> contexts = [];
    private readonly List<int> carried = [];
    private readonly ConceptSet present;
    private readonly ConceptSet titled;
    private readonly List<(int Concept, Stretch Words)> titleWords = [];
    private readonly int negatesNext, negatesLast, hedgesNext, hedgesLast, placeJapan, placeAbroad, faintJapan, exercise, ended, month, drillMarker, realMarker, quoted, comparison, feature;
    private int count;
    private WordCounts counts;

    // The text at hand.
    private Findings findings;
    private bool exerciseIsPlayed;
    private bool isFollowUp;
    private bool titleSpoke;
    private Places lastPlaces;
    private int yearOfReport;
    private int dateline;
    private int touched;

    public SentenceReader(Lexicon lexicon, LexiconIndex index, RuleBook rules, Measures measures, LearnedFeatures features)
    {
        lead = new LeadReader(index, features);
        this.lexicon = lexicon;
        this.index = index;
        this.measures = measures;
        findings = new Findings(rules);
        present = new ConceptSet(lexicon.ConceptCount);
        titled = new ConceptSet(lexicon.ConceptCount);
        contextByConcept = new ContextFile?[lexicon.ConceptCount];
        contextWeights = new double[lexicon.ConceptCount];
        foreach (var (concept, context) in rules.Contexts)
        {
            contextByConcept[concept] = context;
            contextWeights[concept] = Math.Round(Math.Log2(context.Factor), 1);
        }

        negatesNext = lexicon.ConceptOf("negates-next");
        negatesLast = lexicon.ConceptOf("negates-last");
        hedgesNext = lexicon.ConceptOf("hedges-next");
        hedgesLast = lexicon.ConceptOf("hedges-last");
        placeJapan = lexicon.ConceptOf("place-japan");
        placeAbroad = lexicon.ConceptOf("place-abroad");
        faintJapan = lexicon.ConceptOf("faint-japan");
        exercise = lexicon.ConceptOf("exercise");
        ended = lexicon.ConceptOf("ended");
        feature = lexicon.ConceptOf("feature");
        comparison = lexicon.ConceptOf("comparison");
        month = lexicon.ConceptOf("month");
        drillMarker = lexicon.ConceptOf("drill-marker");
        realMarker = lexicon.ConceptOf("real-marker");
        quoted = lexicon.ConceptOf("quotes-a-message");
    }

    /// <summary>What the learned voice noted since <see cref="LearnedReading.Begin"/>.</summary>
    public LearnedReading Learned => lead.Reading;

    /// <summary>The words of the text read last.</summary>
    public WordCounts Counts => counts;

    /// <summary>
    /// Reads title and body into <paramref name="into"/>. In an exercise's own report, exercise words are no argument; in an
    /// update or a cancel, neither is that something has ended.
    /// </summary>
    public void Read(string title, string body, int number, int year, bool playsExercise, bool followsUp, Findings into)
    {
        isFollowUp = followsUp;
        findings = into;
        exerciseIsPlayed = playsExercise;
        yearOfReport = year;
        titleSpoke = false;
        lastPlaces = Places.None;
        carried.Clear();
        titled.Clear();
        titleWords.Clear();
        counts = default;
        ReadPart(title, new TextPart(number, IsTitle: true));
        titleSpoke = title.Length > 0;
        ReadPart(body, new TextPart(number, IsTitle: false));
    }

    /// <summary>Reads the name of a place; the learned voice does not listen.</summary>
    public void ReadPlace(string name, int year, Findings into)
    {
        lead.Listens = false;
        Read(name, "", 0, year, playsExercise: false, followsUp: false, into);
        lead.Listens = true;
    }

    private void ReadPart(string original, TextPart part)
    {
        var isTitle = part.IsTitle;
        var text = FoldedText.Of(original, folded);
        try
        {
            if (isTitle && ModeCheck.MayPlay(text.Characters))
            {
                findings.TitleMayPlay = true;
            }

            if (text.IsPlain)
            {
                touched = index.Fetch(text.Characters);
            }

            dateline = Dateline.EndOf(original);
            var scanner = new SentenceScanner(lexicon, index, text.Characters, tokens, buffers);
            for (var sentence = 0; scanner.Next(); sentence++)
            {
                count = scanner.Count;
                if (lead.Begins(isTitle, sentence, titleSpoke))
                {
                    lead.ReadWords(ref scanner, ref text, part);
                }

                if (count == 0)
                    continue;
                ReadSentence(ref text, part, isTitle, sentence, scanner.HasNumbers);
                lead.ReadConcepts(tokens.AsSpan(0, count), negated, ref text, part);
            }

            counts.Mixed |= scanner.Counts.Mixed;
            counts.Words += scanner.Counts.Words;
            counts.English += scanner.Counts.English;
            counts.Foreign += scanner.Counts.Foreign;
        }
        finally
        {
            text.Return();
        }
    }

    private void ReadSentence(ref FoldedText text, TextPart part, bool isTitle, int sentence, bool hasNumbers)
    {
        Survey(text.Characters, isTitle || sentence == 0, hasNumbers);
        if (isTitle && sentence == 0)
        {
            NoteQuestion(text.Characters);
        }

        var position = PositionFactor(isTitle, sentence);
        for (var at = 0; at < count; at++)
        {
            if (tokens[at].Meaning == 0)
                continue;
            ref readonly var meaning = ref index.Meanings[tokens[at].Meaning - 1];
            foreach (var rule in meaning.Rules)
            {
                if ((!rule.TitleOnly || isTitle) && MayHold(rule))
                {
                    Try(rule, at, 0, position, ref text, part);
                }
            }

            if (isTitle || titleWords.Count == 0)
                continue;
            foreach (var rule in meaning.Later)
            {
                if (titled.Meets(rule.Groups[0]) && !present.Meets(rule.Groups[0]))
                {
                    Try(rule, at, 1, position * FromTitle, ref text, part);
                }
            }
        }

        if (isTitle || (sentence == 0 && !titleSpoke))
        {
            carried.AddRange(contexts);
            foreach (var concept in contexts)
            {
                findings.Left *= contextByConcept[concept]!.Factor is < StrongContext and var factor ? factor : 1;
            }
        }
        else if (titleSpoke && sentence < 2)
        {
            foreach (var concept in contexts)
            {
                if (!contextByConcept[concept]!.LooksBack)
                    continue;
                findings.Weaken(concept, Math.Pow(contextByConcept[concept]!.Factor, LeadCarry));
            }
        }

        if (isTitle)
        {
            NoteTitle(ref text, part);
        }

        NoteMarkers(ref text, part, isTitle, sentence);
        if (isTitle || sentence < 2)
        {
            foreach (var concept in contexts)
            {
                var at = IndexOf(concept);
                findings.Object(lexicon.NameOf(concept), contextWeights[concept], HasConcept(at, concept) ? StretchOf(ref text, tokens[at], part) : new Stretch(part, 0, text.OriginOf(text.Length)));
            }
        }
    }

    /// <summary>A title that asks or explains ("Why …", "… ?") is a feature about the thing, not news of it.</summary>
    private void NoteQuestion(ReadOnlySpan<char> title)
    {
        title = title.TrimEnd();
        var asks = title.Length is > 0 and < LongestQuestion
            && (title[^1] == '?' || title.StartsWith("how ", StringComparison.Ordinal) || title.StartsWith("why ", StringComparison.Ordinal)
                || title.StartsWith("what ", StringComparison.Ordinal) || title.StartsWith("when ", StringComparison.Ordinal));
        if (asks && !present.Has(feature))
        {
            present.Add(feature);
            contexts.Add(feature);
        }
    }

    /// <summary>What the title speaks of, the body need not say again.</summary>
    private void NoteTitle(ref FoldedText text, TextPart part)
    {
        for (var at = 0; at < count; at++)
        {
            if (negated[at] || hedged[at] || !IsThing(at))
                continue;
            foreach (var concept in index.Meanings[tokens[at].Meaning - 1].Things)
            {
                if (!titled.Has(concept))
                {
                    titled.Add(concept);
                    titleWords.Add((concept, StretchOf(ref text, tokens[at], part)));
                }
            }
        }
    }

    /// <summary>Words that say outright whether this message is a drill, and where in the text they stand.</summary>
    private void NoteMarkers(ref FoldedText text, TextPart part, bool isTitle, int sentence)
    {
        // "The siren will say: this is a test" speaks of another message.
        if ((!present.Has(drillMarker) && !present.Has(realMarker)) || (!isTitle && present.Has(quoted)))
            return;
        for (var at = 0; at < count; at++)
        {
            if (HasConcept(at, drillMarker))
            {
                findings.Drill ??= new Marker(StretchOf(ref text, tokens[at], part), isTitle ? -1 : sentence);
            }
            else if (HasConcept(at, realMarker))
            {
                findings.Real ??= new Marker(StretchOf(ref text, tokens[at], part), isTitle ? -1 : sentence);
            }
        }
    }

    /// <summary>Notes what the sentence holds: concepts, places, contexts, and which words are negated or hedged.</summary>
    private void Survey(ReadOnlySpan<char> text, bool leading, bool hasNumbers)
    {
        if (hasNumbers)
        {
            MarkOldYears(text);
            count = measures.Derive(tokens, count);
        }

        negated.AsSpan(0, count).Clear();
        hedged.AsSpan(0, count).Clear();
        present.Clear();
        contexts.Clear();
        var places = Places.None;
        for (var at = 0; at < count; at++)
        {
            if (tokens[at].Meaning == 0)
                continue;
            ref readonly var meaning = ref index.Meanings[tokens[at].Meaning - 1];
            if ((meaning.Traits & ~Traits.Thing) == 0)
            {
                foreach (var concept in meaning.Concepts)
                {
                    present.Add(concept);
                }

                continue;
            }

            foreach (var concept in meaning.Concepts)
            {
                if (!present.Has(concept))
                {
                    present.Add(concept);
                    if (contextByConcept[concept] is not null && !(exerciseIsPlayed && concept == exercise) && !(isFollowUp && concept == ended))
                    {
                        contexts.Add(concept);
                    }
                }

                if (concept == faintJapan)
                {
                    findings.Faint |= Places.Japan;
                }

                places |= PlaceOf(at, concept);
                Mark(at, concept, text);
            }
        }

        if (places != Places.None)
        {
            lastPlaces = places;
        }

        if (leading)
        {
            findings.Leading |= places;
        }
    }

    /// <summary>The place of a word; where it stands in the dateline it is only where the report was written.</summary>
    private Places PlaceOf(int at, int concept)
    {
        var place = concept == placeJapan ? Places.Japan : concept == placeAbroad ? Places.Abroad : Places.None;
        if (place == Places.None || tokens[at].Start >= dateline)
            return place;
        findings.Faint |= place;
        return Places.None;
    }

    private void Mark(int at, int concept, ReadOnlySpan<char> text)
    {
        if (concept == negatesNext)
        {
            MarkNext(at, 45, negated);
        }
        else if (concept == negatesLast)
        {
            MarkLast(at, CharacterClass.Of(text[tokens[at].Start]) == CharacterClass.Letter ? 45 : 12, negated, text);
        }
        else if (concept == hedgesNext)
        {
            MarkNext(at, 60, hedged);
        }
        else if (concept == hedgesLast)
        {
            MarkLast(at, 14, hedged, text);
        }
    }

    private void MarkNext(int from, int reach, bool[] marks)
    {
        for (var at = from + 1; at < count && tokens[at].Start - tokens[from].End <= reach; at++)
        {
            if (IsThing(at))
            {
                marks[at] = true;
                if (marks == negated)
                    return;
            }
        }
    }

    /// <summary>Japanese says after the word that it is not so; the space between the clauses of a headline ends its reach.</summary>
    private void MarkLast(int from, int reach, bool[] marks, ReadOnlySpan<char> text)
    {
        var inJapanese = CharacterClass.Of(text[tokens[from].Start]) == CharacterClass.Script;
        for (var at = from - 1; at >= 0 && tokens[from].Start - tokens[at].End <= reach; at--)
        {
            if (inJapanese && tokens[at].End < tokens[from].Start && text[tokens[at].End..tokens[from].Start].Contains(' '))
                return;
            if (IsThing(at))
            {
                marks[at] = true;
                return;
            }
        }
    }

    private bool IsThing(int at) => tokens[at].Meaning > 0 && (index.Meanings[tokens[at].Meaning - 1].Traits & Traits.Thing) != 0;

    /// <summary>A bare year well before the report's is history: "in 1995", 1995年の; a full date is a date line.</summary>
    private void MarkOldYears(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < count; at++)
        {
            if (tokens[at] is not { Meaning: 0, Number: >= 1900 and < 2100 } token || token.End - token.Start != 4 || token.Number > yearOfReport - 2)
                continue;
            var dated = token.Unit == '年'
                ? at + 1 < count && tokens[at + 1].IsNumber && tokens[at + 1].Start - token.End <= 3 && tokens[at + 1].Unit == '月'
                : token.Unit is '-' or '/' || (at > 0 && tokens[at - 1].IsNumber && token.Start - tokens[at - 1].End <= 12)
                    || (at > 0 && HasConcept(at - 1, month) && token.Start - tokens[at - 1].End <= 6);
            var stated = token.Unit == '年' || (token.Start >= 3 && text[(token.Start - 3)..token.Start] is "in " or "he " or "ce " or "of ");
            var compares = token.Unit == '年' ? text[token.End..].StartsWith("年以来", StringComparison.Ordinal) : token.Start >= 6 && text[(token.Start - 6)..token.Start] is "since ";
            if (stated && !dated && !(compares && Compares()))
            {
                tokens[at] = token with { Meaning = measures.OldYear, Number = double.NaN };
            }
        }
    }

    /// <summary>"The first since 2005" says how rare something is, not when it was.</summary>
    private bool Compares()
    {
        for (var at = 0; at < count; at++)
        {
            if (HasConcept(at, comparison))
                return true;
        }

        return false;
    }

    private bool HasConcept(int at, int concept) => tokens[at].Meaning > 0 && index.Meanings[tokens[at].Meaning - 1].Concepts.AsSpan().Contains(concept);

    private int IndexOf(int concept)
    {
        for (var at = 0; at < count; at++)
        {
            if (HasConcept(at, concept))
                return at;
        }

        return 0;
    }

    private double PositionFactor(bool isTitle, int sentence) => isTitle
        ? 1.0
        : (titleSpoke, sentence) switch
        {
            (false, 0) => 1.0,
            (_, 0 or 1) => 0.9,
            (_, < 5) => 0.7,
            (_, < 12) => 0.4,
            _ => 0.2,
        };

    /// <summary>Whether a word of the rule's second group is there; most rules end here.</summary>
    private bool MayHold(EventRule rule) => rule.Groups.Length < 2 || present.Meets(rule.Groups[1]) || titled.Meets(rule.Groups[1]);

    private void Try(EventRule rule, int anchor, int anchorGroup, double position, ref FoldedText text, TextPart part)
    {
        // Whatever follows only weakens it.
        if (!findings.Wants(rule, rule.Weight * position))
            return;
        for (var group = 1; group < rule.Groups.Length; group++)
        {
            if (!present.Meets(rule.Groups[group]) && !titled.Meets(rule.Groups[group]))
                return;
        }

        if (present.Meets(rule.Unless))
            return;
        Span<int> picked = stackalloc int[8];
        picked[0] = anchorGroup == 0 ? anchor : -1;
        var strength = rule.Weight * position;
        for (var group = 1; group < rule.Groups.Length; group++)
        {
            if (group == anchorGroup)
            {
                picked[group] = anchor;
                continue;
            }

            picked[group] = present.Meets(rule.Groups[group]) ? Nearest(rule, group, anchor, picked[..group], text.Characters) : -1;
            if (picked[group] < 0)
            {
                if (part.IsTitle || !titled.Meets(rule.Groups[group]))
                    return;
                strength *= FromTitle;
            }
        }

        picked = picked[..rule.Groups.Length];
        foreach (var at in picked)
        {
            if (at >= 0 && negated[at])
                return;
        }

        foreach (var at in picked)
        {
            if (at >= 0 && hedged[at] && !rule.Hedged)
            {
                strength *= Hedge;
                break;
            }
        }

        foreach (var concept in contexts)
        {
            if (!rule.Despite.Has(concept))
            {
                strength *= contextByConcept[concept]!.Factor;
            }
        }

        // A title about something else makes the body background; a title that reports the event itself does not.
        if (carried.Count > 0 && findings.TitleStrength(rule.CategoryIndex) < 2)
        {
            foreach (var concept in carried)
            {
                if (!rule.Despite.Has(concept) && !contexts.Contains(concept))
                {
                    var context = contextByConcept[concept]!;
                    strength *= context.Carries && titleSpoke ? context.Factor : Math.Pow(context.Factor, LeadCarry);
                }
            }
        }

        if (strength < 0.2 || !findings.Wants(rule, strength))
            return;
        var words = findings.WordsOf(rule);
        for (var at = 0; at < words.Length; at++)
        {
            words[at] = picked[at] >= 0 ? StretchOf(ref text, tokens[picked[at]], part) : TitleWord(rule.Groups[at]);
        }

        findings.Add(rule, new Finding(strength, PlacesFor(anchor), words[0].Part.IsTitle));
    }

    /// <summary>Whether the word is none of those picked, and of another stem (another beginning) than they.</summary>
    private bool StandsApart(int at, ReadOnlySpan<int> picked, ReadOnlySpan<char> text)
    {
        foreach (var other in picked)
        {
            if (other >= 0 && (other == at || StemOf(tokens[at], text).SequenceEqual(StemOf(tokens[other], text))))
                return false;
        }

        return true;
    }

    private static ReadOnlySpan<char> StemOf(Token token, ReadOnlySpan<char> text) =>
        text[token.Start..Math.Min(token.End, token.Start + (CharacterClass.Of(text[token.Start]) == CharacterClass.Script ? 2 : 4))];

    private Stretch TitleWord(ConceptSet group)
    {
        foreach (var (concept, words) in titleWords)
        {
            if (group.Has(concept))
                return words;
        }

        throw new InvalidOperationException("The title holds a word of the group.");
    }

    private int Nearest(EventRule rule, int group, int anchor, ReadOnlySpan<int> picked, ReadOnlySpan<char> text)
    {
        var (best, distance) = (-1, int.MaxValue);
        for (var at = 0; at < count; at++)
        {
            if (tokens[at].Meaning == 0 || (rule.Ordered && tokens[at].Start < tokens[anchor].Start))
                continue;
            var gap = at == anchor ? 0 : Gap(anchor, at, text);
            if (gap >= distance || gap > rule.Within)
                continue;
            foreach (var concept in index.Meanings[tokens[at].Meaning - 1].Concepts)
            {
                if (rule.Groups[group].Has(concept) && (!rule.Apart || StandsApart(at, picked, text)))
                {
                    (best, distance) = (at, gap);
                    break;
                }
            }
        }

        return best;
    }

    private int Gap(int one, int other, ReadOnlySpan<char> text)
    {
        var (first, second) = tokens[one].Start < tokens[other].Start ? (tokens[one], tokens[other]) : (tokens[other], tokens[one]);
        var gap = Math.Max(0, second.Start - first.End);
        return gap > 0 && CharacterClass.Of(text[first.End]) == CharacterClass.Script ? gap * 2 : gap;
    }

    /// <summary>The places the words stand by: the nearest one named in the sentence, else those last named before it.</summary>
    private Places PlacesFor(int anchor)
    {
        var (best, distance) = (Places.None, int.MaxValue);
        for (var at = 0; at < count; at++)
        {
            if (tokens[at].Meaning == 0 || (index.Meanings[tokens[at].Meaning - 1].Traits & Traits.Place) == 0)
                continue;
            var place = HasConcept(at, placeJapan) ? Places.Japan : HasConcept(at, placeAbroad) ? Places.Abroad : Places.None;
            if (place == Places.None || tokens[at].Start < dateline)
                continue;
            var gap = Math.Abs(tokens[at].Start - tokens[anchor].Start);
            if (gap < distance)
            {
                (best, distance) = (place, gap);
            }
        }

        return best != Places.None ? best : lastPlaces;
    }

    private static Stretch StretchOf(ref FoldedText text, Token token, TextPart part)
    {
        var start = text.OriginOf(token.Start);
        return new Stretch(part, start, text.OriginOf(token.End) - start);
    }
}
