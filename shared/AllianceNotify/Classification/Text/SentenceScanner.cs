namespace AllianceNotify.Classification.Text;

/// <summary>
/// One word, phrase or number found. Positions are in the folded text. <see cref="Meaning"/> is an index into
/// <see cref="Lexicon.Meanings"/> plus one, or 0 for a plain number.
/// </summary>
internal readonly record struct Token(int Start, int End, int Meaning, double Number, char Unit)
{
    public bool IsNumber => !double.IsNaN(Number);
}

/// <summary>A word in Latin letters with its number for the learned voice; positions in the folded text.</summary>
internal readonly record struct Word(int Start, int End, int Feature)
{
    /// <summary>The lexicon does not have the word: its stem may be a feature.</summary>
    public const int OfStem = int.MinValue;
}

/// <summary>A word of the lexicon that a phrase may be made of.</summary>
internal readonly record struct RunWord(int Start, int End, int Id, int Root, int Single);

/// <summary>How many words a text has, and how many little ones of which language.</summary>
internal struct WordCounts
{
    /// <summary>Some word was no run of plain letters: the counts do not tell the language.</summary>
    public bool Mixed;

    public int Words, English, Foreign;
}

/// <summary>
/// Walks a folded text once, sentence by sentence, and finds the lexicon's words in it: the longest form that begins at a
/// place wins and hides what is inside it. English at word boundaries, Japanese anywhere.
/// </summary>
internal ref struct SentenceScanner
{
    public const int MaxTokens = 96;
    private const int MaxSentence = 600;
    private const int MaxPhrase = 24;

    private readonly LexiconIndex index;
    private readonly HashTrie phrases;
    private readonly HashTrie characters;
    private readonly ReadOnlySpan<char> text;
    private readonly Token[] tokens;
    private int position;
    private int count;

    // The run of adjacent lexicon words that a phrase may still be made of.
    private readonly RunWord[] runWords;
    private int run;

    // Every word of the sentence, known or not.
    private readonly Word[] words;
    private int wordCount;
    private WordCounts counts;

    /// <summary><paramref name="text"/> must be folded; <paramref name="tokens"/> takes those of one sentence after the other.</summary>
    public SentenceScanner(Lexicon lexicon, LexiconIndex index, ReadOnlySpan<char> text, Token[] tokens, ScanBuffers buffers)
    {
        this.index = index;
        this.text = text;
        this.tokens = tokens;
        phrases = lexicon.Phrases;
        characters = lexicon.Characters;
        runWords = buffers.Run;
        words = buffers.Words;
    }

    /// <summary>All words in Latin letters.</summary>
    public readonly ReadOnlySpan<Word> Words => words.AsSpan(0, wordCount);

    /// <summary>How many tokens the sentence has.</summary>
    public readonly int Count => count;

    /// <summary>Whether a number is among them.</summary>
    public bool HasNumbers { get; private set; }

    /// <summary>Counts of all sentences read so far.</summary>
    public readonly WordCounts Counts => counts;

    public int Start { get; private set; }

    public readonly int End => position;

    /// <summary>Reads the next sentence; false at the end of the text.</summary>
    public bool Next()
    {
        count = 0;
        run = 0;
        wordCount = 0;
        HasNumbers = false;
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
                    while (position + 1 < limit && position + 1 < text.Length && count < MaxTokens - 1 && text[position] == ' ' && text[position + 1] is >= 'a' and <= 'z')
                    {
                        position++;
                        ReadWord();
                    }

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
        var key = LexiconIndex.KeyAt(text, start, out var length);
        var at = start + length;
        counts.Words++;
        if (at < text.Length && CharacterClass.Of(text[at]) is CharacterClass.Letter or CharacterClass.Digit or CharacterClass.Script)
        {
            ReadOddWord(start);
            return;
        }

        ref readonly var entry = ref index.Find(key);
        counts.English += entry.Little & 1;
        counts.Foreign += entry.Little >> 1;
        TakeWord(start, at, entry);
    }

    /// <summary>A word of many letters, or one that digits or Japanese characters follow.</summary>
    private void ReadOddWord(int start)
    {
        var at = start;
        while (at < text.Length && text[at] is >= 'a' and <= 'z')
        {
            at++;
        }

        if (at < text.Length)
        {
            // Words such as Jアラート begin in Latin letters and belong to the Japanese forms.
            if (CharacterClass.Of(text[at]) == CharacterClass.Script && characters.Root(text[start]) is > 0 and var root && TakeLongest(start, at, root, 0, start + 1))
                return;
            if (text[at] is >= '0' and <= '9')
            {
                counts.Mixed = true;
                var longer = at;
                while (longer < text.Length && text[longer] is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                {
                    longer++;
                }

                if (index.FindLong(text[start..longer]) is { Id: > 0 } entry)
                {
                    TakeWord(start, longer, entry);
                    return;
                }
            }
        }

        TakeWord(start, at, index.FindLong(text[start..at]));
    }

    private void TakeWord(int start, int at, in WordEntry entry)
    {
        position = at;
        var id = entry.Id;
        if (wordCount < words.Length)
        {
            words[wordCount++] = new Word(start, at, id != 0 ? entry.Feature : at - start > 3 ? Word.OfStem : 0);
        }

        if (id == 0 || (run == 0 && (entry.Root | entry.Single) == 0))
        {
            FlushRun();
            return;
        }

        if (run == runWords.Length)
        {
            FlushRun();
        }

        runWords[run++] = new RunWord(start, at, id, entry.Root, entry.Single);
    }

    private void ReadScript()
    {
        if (position + 1 < text.Length && index.Find(text[position], text[position + 1]) is { Node: > 0 } pair)
        {
            if (TakeLongest(position, position, pair.Node, pair.Value, position + 2))
                return;
        }
        else if (index.IsForm(text[position]))
        {
            FlushRun();
            Emit(position, position + 1, characters.RootValueOf(text[position]));
            position++;
            return;
        }

        FlushRun();
        position++;
    }

    /// <summary>Takes the longest Japanese form at <paramref name="start"/> that reaches beyond <paramref name="least"/>; up to <paramref name="at"/> it is at the node.</summary>
    private bool TakeLongest(int start, int least, int node, int value, int at)
    {
        var (best, end) = (value, at);
        if (best == 0 && index.IsForm(text[start]))
        {
            (best, end) = (characters.RootValueOf(text[start]), start + 1);
        }

        var last = Math.Min(text.Length, start + MaxPhrase);
        for (; at < last; at++)
        {
            var edge = characters.Step(node, text[at]);
            if (edge.Target == 0)
                break;
            node = edge.Target;
            if (edge.Value != 0)
            {
                (best, end) = (edge.Value, at + 1);
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
            HasNumbers = true;
            tokens[count++] = new Token(start, position, 0, value, UnitAt(position));
        }
    }

    /// <summary>A short number may also be a word of a phrase: level 5 evacuation.</summary>
    private void TakeDigitsAsWord()
    {
        var end = position;
        while (end < text.Length && end - position < 3 && text[end] is >= '0' and <= '9')
        {
            end++;
        }

        if (end - position > 2 || run == runWords.Length || index.FindLong(text[position..end]) is not { Id: > 0 } entry)
        {
            FlushRun();
            return;
        }

        runWords[run++] = new RunWord(position, end, entry.Id, entry.Root, entry.Single);
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
        if (run > 0)
        {
            EmitRun();
        }
    }

    private void EmitRun()
    {
        var taken = runWords.AsSpan(0, run);
        run = 0;
        for (var first = 0; first < taken.Length;)
        {
            ref readonly var word = ref taken[first];
            var (best, length) = (word.Single, 1);
            var node = word.Root;
            for (var at = first + 1; node != 0 && at < taken.Length; at++)
            {
                var edge = phrases.Step(node, taken[at].Id);
                node = edge.Target;
                if (edge.Value > 0)
                {
                    (best, length) = (edge.Value, at - first + 1);
                }
            }

            if (best > 0)
            {
                Emit(word.Start, taken[first + length - 1].End, best);
            }

            first += length;
        }
    }

    private void Emit(int start, int end, int meaning)
    {
        ref readonly var known = ref index.Meanings[meaning - 1];
        if (count < MaxTokens && (known.Concepts.Length > 0 || !double.IsNaN(known.Number)))
        {
            // A phrase with a number in it is complete only after the number was noted: tokens stay in the order of the text.
            var at = count++;
            for (; at > 0 && tokens[at - 1].Start > start; at--)
            {
                tokens[at] = tokens[at - 1];
            }

            var isNumber = !double.IsNaN(known.Number);
            HasNumbers |= isNumber;
            tokens[at] = new Token(start, end, meaning, known.Number, isNumber ? UnitAt(end) : '\0');
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
    public Word[] Words { get; } = new Word[160];

    public RunWord[] Run { get; } = new RunWord[64];
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

    public static byte Of(char c) => (uint)(c - 0x4E00) < 0x5200 ? Script : Table[c];

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
