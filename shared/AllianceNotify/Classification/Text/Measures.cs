namespace AllianceNotify.Classification.Text;

/// <summary>
/// Joins numbers to the words that give them a meaning (magnitude, seismic intensity, deaths, people moved, homes without
/// power) and adds what they amount to as further tokens of the sentence. Thresholds: <c>docs/classification.md</c>.
/// </summary>
internal sealed class Measures
{
    /// <summary>A sign as short as "M" or "Mw" speaks of the number right beside it only: "M&amp;S saw a 6.7 % rise" is no magnitude.</summary>
    private const int ShortSign = 2;
    private const int BesideSign = 4;

    private readonly Lexicon lexicon;
    private readonly int magnitude, quake, shindo, dead, toll, climbs, moved, hurt, ruined, outage, people, leak;
    private readonly int magnitudeStrong, magnitudeMajor, magnitudeModerate, magnitudeWeak, shindoStrong, shindoWeak, deathsMany, deathsSome, movedMany, hurtMany, housesMany, rounds, outageMany, recordsMany;

    public Measures(Lexicon lexicon)
    {
        this.lexicon = lexicon;
        magnitude = lexicon.ConceptOf("w-magnitude");
        quake = lexicon.ConceptOf("quake");
        shindo = lexicon.ConceptOf("w-shindo");
        hurt = lexicon.ConceptOf("w-hurt");
        ruined = lexicon.ConceptOf("w-ruined");
        dead = lexicon.ConceptOf("w-dead");
        toll = lexicon.ConceptOf("w-toll");
        climbs = lexicon.ConceptOf("w-climbs");
        leak = lexicon.ConceptOf("w-leak");
        moved = lexicon.ConceptOf("w-moved");
        outage = lexicon.ConceptOf("w-outage");
        people = lexicon.ConceptOf("w-people");
        magnitudeMajor = lexicon.MeaningOfDerived("magnitude-7-up");
        magnitudeStrong = lexicon.MeaningOfDerived("magnitude-6-up");
        magnitudeModerate = lexicon.MeaningOfDerived("magnitude-5-up");
        magnitudeWeak = lexicon.MeaningOfDerived("magnitude-below-5");
        shindoStrong = lexicon.MeaningOfDerived("shindo-5-up");
        shindoWeak = lexicon.MeaningOfDerived("shindo-4-down");
        deathsMany = lexicon.MeaningOfDerived("deaths-10-up");
        deathsSome = lexicon.MeaningOfDerived("deaths-some");
        movedMany = lexicon.MeaningOfDerived("moved-1000-up");
        hurtMany = lexicon.MeaningOfDerived("hurt-20-up");
        housesMany = lexicon.MeaningOfDerived("houses-20-up");
        rounds = lexicon.MeaningOfDerived("rounds-fired");
        outageMany = lexicon.MeaningOfDerived("outage-1000-up");
        recordsMany = lexicon.MeaningOfDerived("records-1000-up");
        OldYear = lexicon.MeaningOfDerived("old-year");
    }

    /// <summary>The meaning of a year long past.</summary>
    public int OldYear { get; }

    /// <summary>Appends derived tokens to <paramref name="tokens"/>; answers the new count.</summary>
    public int Derive(Span<Token> tokens, int count)
    {
        Multiply(tokens[..count]);
        var found = count;
        for (var at = 0; at < count && found < tokens.Length; at++)
        {
            if (!tokens[at].IsNumber)
                continue;
            if (MeaningOf(tokens[..count], at) is > 0 and var meaning)
            {
                tokens[found++] = tokens[at] with { Meaning = meaning, Number = double.NaN };
            }
        }

        return found;
    }

    /// <summary>Two million, 5 thousand: the number takes the word in.</summary>
    private static void Multiply(Span<Token> tokens)
    {
        for (var at = 0; at + 1 < tokens.Length; at++)
        {
            if (tokens[at].IsNumber && tokens[at + 1].Number is 100 or 1_000 or 1_000_000 && tokens[at + 1].Meaning > 0 && tokens[at + 1].Start - tokens[at].End <= 1)
            {
                tokens[at] = tokens[at] with { Number = tokens[at].Number * tokens[at + 1].Number, End = tokens[at + 1].End };
                tokens[at + 1] = tokens[at];
            }
        }
    }

    private int MeaningOf(ReadOnlySpan<Token> tokens, int at)
    {
        var value = tokens[at].Number;
        var unit = tokens[at].Unit;
        var before = Neighbour(tokens, at, -1, out var gapBefore);
        var after = Neighbour(tokens, at, 1, out var gapAfter);

        if (value is >= 2 and < 9.95 && ((Has(before, magnitude) && gapBefore <= (before.End - before.Start <= ShortSign ? BesideSign : 14)) || (Has(after, magnitude) && gapAfter <= 2 && after.End - after.Start > 2) || (value >= 4 && Has(after, quake) && gapAfter <= 1)))
        {
            return value switch
            {
                >= 7 => magnitudeMajor,
                >= 6 => magnitudeStrong,
                >= 5 => magnitudeModerate,
                _ => magnitudeWeak,
            };
        }

        if (value is >= 1 and <= 7 && value == Math.Floor(value) && ((Has(before, shindo) && gapBefore <= 22) || (Has(after, shindo) && gapAfter <= 30)))
            return value >= 5 ? shindoStrong : shindoWeak;

        if (unit == '発' && value is >= 1 and < 1000)
            return rounds;
        var isYear = value is >= 1900 and <= 2100 && tokens[at].End - tokens[at].Start == 4 && gapAfter > 1 && unit is not ('人' or '名') && !Has(after, people);
        var counted = unit is '人' or '名' or '体' || Has(after, people);
        if (!isYear && value >= 1)
        {
            if (Near(tokens, at, dead, counted) || (Has(before, climbs) && gapBefore <= 12 && Before(tokens, at, toll)))
                return value >= 10 ? deathsMany : deathsSome;
            if (Near(tokens, at, moved, counted || unit is '世') && value >= (unit is '世' ? 400 : 1000))
                return movedMany;
            if (value >= 20 && Near(tokens, at, hurt, counted))
                return hurtMany;
            if (value >= 20 && (unit is '棟' or '戸' or '軒' || Has(after, people)) && Near(tokens, at, ruined, counted: true))
                return housesMany;
            if (value >= 1000 && Near(tokens, at, outage, unit is '戸' or '軒' or '世' || Has(after, people)))
                return outageMany;
            if (value >= 1000 && Near(tokens, at, leak, counted: true))
                return recordsMany;
        }

        return 0;
    }

    /// <summary>Whether the word stands beside the number, past at most the word for what is counted and one more.</summary>
    private bool Near(ReadOnlySpan<Token> tokens, int at, int concept, bool counted)
    {
        var reach = counted ? 34 : 16;
        for (var other = at + 1; other < tokens.Length && tokens[other].Start - tokens[at].End <= reach; other++)
        {
            if (Has(tokens[other], concept))
                return true;
            if (tokens[other].IsNumber && !Has(tokens[other], people))
                break;
        }

        for (var other = at - 1; other >= 0 && tokens[at].Start - tokens[other].End <= 30; other--)
        {
            if (Has(tokens[other], concept))
                return true;
            if (tokens[other].IsNumber)
                break;
        }

        return false;
    }

    /// <summary>"The death toll from … has risen to 13": the toll stands before the number, at any distance.</summary>
    private bool Before(ReadOnlySpan<Token> tokens, int at, int concept)
    {
        for (var other = at - 1; other >= 0; other--)
        {
            if (Has(tokens[other], concept))
                return true;
        }

        return false;
    }

    private static Token Neighbour(ReadOnlySpan<Token> tokens, int at, int step, out int gap)
    {
        var other = at + step;
        if (other < 0 || other >= tokens.Length)
        {
            gap = int.MaxValue;
            return default;
        }

        gap = step < 0 ? tokens[at].Start - tokens[other].End : tokens[other].Start - tokens[at].End;
        return tokens[other];
    }

    private bool Has(Token token, int concept) => token.Meaning > 0 && lexicon.Meanings[token.Meaning - 1].Concepts.AsSpan().Contains(concept);
}
