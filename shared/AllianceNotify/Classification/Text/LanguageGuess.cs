namespace AllianceNotify.Classification.Text;

internal enum ReadableLanguage
{
    English,
    Japanese,

    /// <summary>Neither: its words are not read.</summary>
    Other,
}

/// <summary>Which of the two languages a text is in, by its script and its little words; a declared language is only a hint.</summary>
internal static class LanguageGuess
{
    private const int Sample = 2000;

    private static readonly HashSet<string> ForeignWords = new(StringComparer.Ordinal)
    {
        "la", "el", "los", "las", "del", "que", "una", "por", "para", "con", "se", "le", "les", "des", "une", "est", "dans", "sur", "pour", "qui", "der", "die", "das", "und", "ist", "ein",
        "eine", "mit", "von", "den", "dem", "auf", "il", "di", "che", "della", "per", "sono", "nel", "os", "em", "uma", "na", "dos", "ao", "het", "een", "van", "niet", "yang", "dan", "dengan",
        "untuk", "pada", "ini", "ang", "ng", "mga", "sa", "ve", "bir", "ile", "och", "att", "som", "det", "av", "nie", "jest", "nao", "du", "au", "es", "y", "et", "au", "lo",
    };

    private static readonly HashSet<string> LittleWords = new(StringComparer.Ordinal)
    {
        "the", "of", "and", "to", "in", "is", "are", "was", "were", "for", "on", "at", "by", "with", "from", "that", "this", "has", "have", "had", "after", "near", "off",
        "as", "it", "its", "be", "been", "an", "or", "into", "over", "not", "no", "will", "their", "his", "her", "they", "we", "you", "all", "out", "up", "about", "than",
        "a", "says", "said", "who", "which", "when", "while", "over", "under", "more", "new", "if", "but", "so", "our", "your", "us", "now", "this", "there", "being", "during", "off", "against",
    };

    /// <summary>Articles, pronouns, prepositions: they tell nothing of the subject.</summary>
    public static bool IsLittle(ReadOnlySpan<char> word) => word.Length <= 8 && LittleWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    public static ReadableLanguage Of(ReportTextSpan text)
    {
        int kana = 0, han = 0, latin = 0, other = 0, words = 0, little = 0, foreign = 0;
        Span<char> word = stackalloc char[8];
        var length = 0;
        foreach (var part in text)
        {
            foreach (var c in part.Length > Sample ? part[..Sample] : part)
            {
                var folded = TextFolding.Simple(c);
                if (folded is >= 'a' and <= 'z')
                {
                    latin++;
                    if (length < word.Length)
                    {
                        word[length] = folded;
                    }

                    length++;
                    continue;
                }

                if (length > 0)
                {
                    words++;
                    if (length <= word.Length)
                    {
                        little += LittleWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word[..length]) ? 1 : 0;
                        foreign += ForeignWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word[..length]) ? 1 : 0;
                    }

                    length = 0;
                }

                switch (folded)
                {
                    case >= '\u3041' and <= '\u30FF':
                        kana++;
                        break;
                    case >= '\u4E00' and <= '\u9FFF':
                        han++;
                        break;
                    default:
                        if (char.IsLetter(c))
                        {
                            other++;
                        }

                        break;
                }
            }

            if (length > 0)
            {
                words++;
                length = 0;
            }
        }

        if (kana > 0 && other <= kana + han)
            return ReadableLanguage.Japanese;
        if (han > 0 && latin < han * 4)
            return han > 60 && kana == 0 ? ReadableLanguage.Other : ReadableLanguage.Japanese;
        if (other > latin)
            return ReadableLanguage.Other;
        // Latin letters with more little words of other languages than English ones; names and headlines have few of either.
        return words >= 6 && foreign > little && foreign * 12 >= words ? ReadableLanguage.Other : ReadableLanguage.English;
    }
}

/// <summary>The parts of a text, to be looked at one after the other.</summary>
internal readonly ref struct ReportTextSpan(ReadOnlySpan<char> title, ReadOnlySpan<char> body)
{
    private readonly ReadOnlySpan<char> title = title;
    private readonly ReadOnlySpan<char> body = body;

    public Enumerator GetEnumerator() => new(title, body);

    public ref struct Enumerator(ReadOnlySpan<char> title, ReadOnlySpan<char> body)
    {
        private readonly ReadOnlySpan<char> title = title;
        private readonly ReadOnlySpan<char> body = body;
        private int part;

        public readonly ReadOnlySpan<char> Current => part == 1 ? title : body;

        public bool MoveNext() => ++part <= 2;
    }
}
