using AllianceNotify.Classification.Text;

namespace AllianceNotify.Classification.Learned;

/// <summary>Notes for the learned voice what title and first sentences hold: their words, and the concepts that are not negated.</summary>
internal sealed class LeadReader(LexiconIndex index, LearnedFeatures features)
{
    private const int LeadSentences = 3;
    private const float AfterTitle = 0.6f;

    /// <summary>More concepts than this in one sentence tell nothing by their pairs.</summary>
    private const int MostConcepts = 12;

    private readonly int[] concepts = new int[MostConcepts];
    private readonly int[] tokenOf = new int[MostConcepts];
    private float value;

    public bool Listens { get; set; } = true;

    public LearnedReading Reading { get; } = new(features);

    /// <summary>Whether the sentence is of the lead.</summary>
    public bool Begins(bool isTitle, int sentence, bool titleSpoke)
    {
        value = !Listens ? 0 : isTitle || (sentence == 0 && !titleSpoke) ? 1 : sentence < LeadSentences ? AfterTitle : 0;
        return value > 0;
    }

    public void ReadWords(ref SentenceScanner scanner, ref FoldedText text, TextPart part)
    {
        foreach (var word in scanner.Words)
        {
            var feature = word.Feature == Word.OfStem ? index.FeatureOfStem(text.Characters, word.Start, word.End) : word.Feature;
            if (feature == 0)
            {
                Reading.NoteUnknown(word.End - word.Start < 2 ? 0 : value);
            }
            else if (feature != LearnedFeatures.Little && Reading.Wants(feature))
            {
                Reading.Note(feature, value, StretchOf(ref text, word.Start, word.End, part));
            }
        }

        if (!text.IsPlain)
        {
            ReadPairs(scanner.Start, scanner.End, ref text, part);
        }
    }

    private void ReadPairs(int start, int end, ref FoldedText text, TextPart part)
    {
        var characters = text.Characters;
        var wasScript = false;
        for (var at = start - 1; at + 1 < end; at++)
        {
            var (follows, isScript) = (wasScript, CharacterClass.Of(characters[at + 1]) == CharacterClass.Script);
            wasScript = isScript;
            if (!follows || !isScript || IsHiragana(characters[at], characters[at + 1]))
                continue;
            var feature = features.Learning ? features.OfBigram(characters[at], characters[at + 1]) : index.Find(characters[at], characters[at + 1]).Feature;
            if (feature == 0)
            {
                Reading.NoteUnknown(value);
            }
            else if (Reading.Wants(feature))
            {
                Reading.Note(feature, value, StretchOf(ref text, at, at + 2, part));
            }
        }
    }

    public void ReadConcepts(ReadOnlySpan<Token> tokens, ReadOnlySpan<bool> negated, ref FoldedText text, TextPart part)
    {
        if (value == 0)
            return;
        var count = 0;
        for (var at = 0; at < tokens.Length && count < MostConcepts; at++)
        {
            if (tokens[at].Meaning == 0 || negated[at])
                continue;
            foreach (var concept in index.Meanings[tokens[at].Meaning - 1].Heard)
            {
                if (concepts.AsSpan(0, count).Contains(concept) || count == MostConcepts)
                    continue;
                tokenOf[count] = at;
                concepts[count++] = concept;
            }
        }

        for (var one = 0; one < count; one++)
        {
            Note(features.OfConcept(concepts[one]), tokens[tokenOf[one]], ref text, part);
            for (var other = 0; other < one; other++)
            {
                // The concepts of one word always come together.
                if (tokenOf[other] == tokenOf[one])
                    continue;
                Note(features.OfPair(concepts[one], concepts[other]), tokens[tokenOf[one]], ref text, part);
            }
        }
    }

    private void Note(int feature, in Token token, ref FoldedText text, TextPart part)
    {
        if (feature != 0 && Reading.Wants(feature))
        {
            Reading.Note(feature, value, StretchOf(ref text, token.Start, token.End, part));
        }
    }

    /// <summary>Two hiragana are grammar and tell nothing.</summary>
    private static bool IsHiragana(char first, char second) => first is >= 'ぁ' and <= 'ゟ' && second is >= 'ぁ' and <= 'ゟ';

    private static Stretch StretchOf(ref FoldedText text, int from, int to, TextPart part)
    {
        var start = text.OriginOf(from);
        return new Stretch(part, start, text.OriginOf(to) - start);
    }
}
