namespace AllianceNotify.Classification.Text;

/// <summary>
/// One word, phrase or number found. Positions are in the folded text. <see cref="Meaning"/> is an index into
/// <see cref="Lexicon.Meanings"/> plus one, or 0 for a plain number.
/// </summary>
internal readonly record struct Token(int Start, int End, int Meaning, double Number, char Unit)
{
    public bool IsNumber => !double.IsNaN(Number);
}

/// <summary>A word in Latin letters with its number in the lexicon's table, 0 where it is not there; positions in the folded text.</summary>
internal readonly record struct Word(int Start, int End, int Id);

/// <summary>
/// Walks a folded text once, sentence by sentence, and finds the lexicon's words in it: the longest form that begins at a
/// place wins and hides what is inside it. English at word boundaries, Japanese anywhere.
/// </summary>
internal ref struct SentenceScanner
{
    public const int MaxTokens = 96;
    private const int MaxSentence = 600;
    private const int MaxPhrase = 24;

    private readonly Lexicon lexicon;
    private readonly ReadOnlySpan<char> text;
    private readonly Token[] tokens;
    private int position;
    private int count;

    // The run of adjacent lexicon words that a phrase may still be made of.
    private readonly int[] runIds;
    private readonly int[] runStarts;
    private readonly int[] runEnds;
    private int run;

    // Every word of the sentence, known or not.
    private readonly Word[] words;
    private int wordCount;

    public SentenceScanner(Lexicon lexicon, ReadOnlySpan<char> text, ScanBuffers buffers)
    {
        this.lexicon = lexicon;
        this.text = text;
        tokens = buffers.Tokens;
        runIds = buffers.RunIds;
        runStarts = buffers.RunStarts;
        runEnds = buffers.RunEnds;
        words = buffers.Words;
    }

    /// <summary>All words in Latin letters.</summary>
    public readonly ReadOnlySpan<Word> Words => words.AsSpan(0, wordCount);

    public readonly ReadOnlySpan<Token> Tokens => tokens.AsSpan(0, count);

    public int Start { get; private set; }

    public readonly int End => position;

    /// <summary>Reads the next sentence; false at the end of the text.</summary>
    public bool Next()
    {
        count = 0;
        run = 0;
        wordCount = 0;
        if (position >= text.Length)
            return false;
        Start = position;
        var limit = position + MaxSentence;
        while (position < text.Length)
        {
            switch (CharacterClass.Of(text[position]))
            {
                case CharacterClass.Letter:
                    ReadWord();
                    break;
                case CharacterClass.Digit:
                    ReadNumber();
                    break;
                case CharacterClass.Script:
                    ReadScript();
                    break;
                case CharacterClass.Joiner:
                    position++;
                    break;
                case CharacterClass.Stop:
                    if (EndsSentence(position++))
                    {
                        FlushRun();
                        return true;
                    }

                    break;
                default:
                    FlushRun();
                    position++;
                    break;
            }

            if (count >= MaxTokens - 1 || (position >= limit && position < text.Length && CharacterClass.Of(text[position]) != CharacterClass.Letter))
                break;
        }

        FlushRun();
        return true;
    }

    private void ReadWord()
    {
        var start = position;
        var hash = WordTable.Seed;
        var at = start;
        while (at < text.Length && text[at] is >= 'a' and <= 'z')
        {
            hash = WordTable.Hash(hash, text[at++]);
        }

        if (at < text.Length)
        {
            // Words such as Jアラート begin in Latin letters and belong to the Japanese forms.
            if (CharacterClass.Of(text[at]) == CharacterClass.Script && lexicon.Characters.Root(text[start]) != 0 && TakeLongest(start, at))
                return;
            if (text[at] is >= '0' and <= '9')
            {
                var (longer, longerHash) = (at, hash);
                while (longer < text.Length && text[longer] is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                {
                    longerHash = WordTable.Hash(longerHash, text[longer++]);
                }

                if (longer - start <= WordTable.LongestWord && lexicon.Words.Find(longerHash, text[start..longer]) != 0)
                {
                    (at, hash) = (longer, longerHash);
                }
            }
        }

        position = at;
        var id = at - start <= WordTable.LongestWord ? lexicon.Words.Find(hash, text[start..at]) : 0;
        if (wordCount < words.Length)
        {
            words[wordCount++] = new Word(start, at, id);
        }

        if (id == 0 || (run == 0 && lexicon.Phrases.RootOf(id) == 0))
        {
            FlushRun();
            return;
        }

        if (run == runIds.Length)
        {
            FlushRun();
        }

        runIds[run] = id;
        runStarts[run] = start;
        runEnds[run++] = at;
    }

    private void ReadScript()
    {
        if (lexicon.Characters.Root(text[position]) == 0 || !TakeLongest(position, position))
        {
            if (run > 0)
            {
                FlushRun();
            }

            position++;
        }
    }

    /// <summary>Takes the longest Japanese form at <paramref name="start"/> that reaches beyond <paramref name="least"/>.</summary>
    private bool TakeLongest(int start, int least)
    {
        var trie = lexicon.Characters;
        var node = trie.Root(text[start]);
        var (best, end) = (trie.ValueAt(node), start + 1);
        var last = Math.Min(text.Length, start + MaxPhrase);
        for (var at = start + 1; at < last; at++)
        {
            node = trie.Step(node, text[at]);
            if (node == 0)
                break;
            if (trie.ValueAt(node) != 0)
            {
                (best, end) = (trie.ValueAt(node), at + 1);
            }
        }

        if (best == 0 || end <= least)
            return false;
        FlushRun();
        Emit(start, end, best);
        position = end;
        return true;
    }

    private void ReadNumber()
    {
        var start = position;
        TakeDigitsAsWord();
        double value = 0;
        while (position < text.Length)
        {
            var c = text[position];
            if (c is >= '0' and <= '9')
            {
                value = Math.Min((value * 10) + (c - '0'), 1e15);
                position++;
            }
            else if (c == ',' && GroupFollows(position + 1))
            {
                position++;
            }
            else
            {
                break;
            }
        }

        if (position + 1 < text.Length && text[position] == '.' && text[position + 1] is >= '0' and <= '9')
        {
            double scale = 0.1;
            for (position++; position < text.Length && text[position] is >= '0' and <= '9'; position++, scale /= 10)
            {
                value += (text[position] - '0') * scale;
            }

            value = Math.Round(value, 6);
        }

        while (position < text.Length && Multiplier(text[position]) is > 1 and var by)
        {
            position++;
            value *= by;

            // 1万2千: the rest is added.
            var rest = 0.0;
            while (position < text.Length && text[position] is >= '0' and <= '9')
            {
                rest = Math.Min((rest * 10) + (text[position++] - '0'), 1e15);
            }

            if (rest > 0)
            {
                value += position < text.Length && Multiplier(text[position]) is > 1 and var smaller && smaller < by ? rest * smaller : rest;
            }
        }

        if (count < MaxTokens)
        {
            tokens[count++] = new Token(start, position, 0, value, UnitAt(position));
        }
    }

    /// <summary>A short number may also be a word of a phrase: level 5 evacuation.</summary>
    private void TakeDigitsAsWord()
    {
        var end = position;
        var hash = WordTable.Seed;
        while (end < text.Length && end - position < 3 && text[end] is >= '0' and <= '9')
        {
            hash = WordTable.Hash(hash, text[end++]);
        }

        var id = end - position <= 2 && run < runIds.Length ? lexicon.Words.Find(hash, text[position..end]) : 0;
        if (id == 0)
        {
            FlushRun();
            return;
        }

        runIds[run] = id;
        runStarts[run] = position;
        runEnds[run++] = end;
    }

    private readonly char UnitAt(int at)
    {
        while (at < text.Length && at < position + 3 && text[at] is '余' or '以' or '上' or '超' or '数' or ' ' or '-')
        {
            at++;
        }

        return at < text.Length ? text[at] : '\0';
    }

    private readonly bool GroupFollows(int at) =>
        at + 2 < text.Length && char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1]) && char.IsAsciiDigit(text[at + 2])
        && (at + 3 >= text.Length || !char.IsAsciiDigit(text[at + 3]));

    private static double Multiplier(char c) => c switch
    {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '億' => 100_000_000,
        _ => 1,
    };

    private void FlushRun()
    {
        if (run == 0)
            return;
        var words = run;
        run = 0;
        for (var first = 0; first < words;)
        {
            int node = lexicon.Phrases.RootOf(runIds[first]), best = 0, length = 0;
            for (var at = first; node != 0; node = lexicon.Phrases.Step(node, runIds[at]))
            {
                if (lexicon.Phrases.ValueAt(node) is > 0 and var meaning)
                {
                    (best, length) = (meaning, at - first + 1);
                }

                if (++at == words)
                    break;
            }

            if (best > 0)
            {
                Emit(runStarts[first], runEnds[first + length - 1], best);
            }

            first += Math.Max(length, 1);
        }
    }

    private void Emit(int start, int end, int meaning)
    {
        var known = lexicon.Meanings[meaning - 1];
        if (count < MaxTokens && (known.Concepts.Length > 0 || known.Number is not null))
        {
            // A phrase with a number in it is complete only after the number was noted: tokens stay in the order of the text.
            var at = count++;
            for (; at > 0 && tokens[at - 1].Start > start; at--)
            {
                tokens[at] = tokens[at - 1];
            }

            tokens[at] = new Token(start, end, meaning, known.Number ?? double.NaN, known.Number is null ? '\0' : UnitAt(end));
        }
    }

    private readonly bool EndsSentence(int at)
    {
        switch (text[at])
        {
            case '.':
                if (at + 1 < text.Length && CharacterClass.Of(text[at + 1]) is CharacterClass.Letter or CharacterClass.Digit or CharacterClass.Script)
                    return false;
                return !AfterAbbreviation(at);
            case '\n':
                var next = at + 1;
                while (next < text.Length && text[next] is ' ' or '\r')
                {
                    next++;
                }

                if (next >= text.Length || text[next] is '\n' or '*' or '-' or '・' or '●' or '○' or '◆' or '◇' or '■' or '□' or '▼' or '▽' or '※' or '【' or '(' or '<' or '[' or '#')
                    return true;
                return at > 0 && text[at - 1] is '.' or '。' or '!' or '?' or ':' or '】' or ')' or '>';
            default:
                return true;
        }
    }

    private readonly bool AfterAbbreviation(int at)
    {
        var start = at;
        while (start > 0 && at - start < 6 && text[start - 1] is >= 'a' and <= 'z')
        {
            start--;
        }

        return text[start..at] is { Length: 1 } or "mr" or "mrs" or "ms" or "dr" or "st" or "mt" or "gen" or "lt" or "col" or "sgt" or "adm" or "sen" or "rep" or "gov"
            or "capt" or "cmdr" or "maj" or "no" or "nos" or "vs" or "inc" or "co" or "corp" or "ltd" or "jr" or "sr" or "ft" or "approx" or "est" or "jan" or "feb" or "aug"
            or "sept" or "oct" or "nov" or "dec";
    }
}

/// <summary>Working memory of a scan, used again from text to text.</summary>
internal sealed class ScanBuffers
{
    public Token[] Tokens { get; } = new Token[SentenceScanner.MaxTokens];

    public Word[] Words { get; } = new Word[160];

    public int[] RunIds { get; } = new int[64];

    public int[] RunStarts { get; } = new int[64];

    public int[] RunEnds { get; } = new int[64];
}

/// <summary>What a folded character is to the scanner.</summary>
internal static class CharacterClass
{
    public const byte Other = 0;
    public const byte Letter = 1;
    public const byte Digit = 2;
    public const byte Script = 3;
    public const byte Joiner = 4;
    public const byte Stop = 5;

    private static readonly byte[] Table = Build();

    public static byte Of(char c) => Table[c];

    private static byte[] Build()
    {
        var table = new byte[char.MaxValue + 1];
        Array.Fill(table, Letter, 'a', 26);
        Array.Fill(table, Digit, '0', 10);
        Array.Fill(table, Script, 0x3005, 3);
        Array.Fill(table, Script, 0x3041, 0x3100 - 0x3041);
        Array.Fill(table, Script, 0x3400, 0xA000 - 0x3400);
        Array.Fill(table, Script, 0xF900, 0xFB00 - 0xF900);
        table['・'] = Other;
        foreach (var c in " -'/_")
        {
            table[c] = Joiner;
        }

        foreach (var c in ".。!?\n|")
        {
            table[c] = Stop;
        }

        return table;
    }
}
