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

    private static readonly HashSet<string> LittleWords = new(StringComparer.Ordinal)
    {
        "the", "of", "and", "to", "in", "is", "are", "was", "were", "for", "on", "at", "by", "with", "from", "that", "this", "has", "have", "had", "after", "near", "off",
        "as", "it", "its", "be", "been", "an", "or", "into", "over", "not", "no", "will", "their", "his", "her", "they", "we", "you", "all", "out", "up", "about", "than",
    };

    public static ReadableLanguage Of(ReportTextSpan text)
    {
        int kana = 0, han = 0, latin = 0, other = 0, words = 0, little = 0, marked = 0;
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
                    if (c > '\u007F' && c < '\u0250')
                    {
                        marked++;
                    }

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
                    if (length <= word.Length && LittleWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word[..length]))
                    {
                        little++;
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

        if (kana + han > 0 && other <= kana + han)
            return kana > 0 || han <= 40 || latin > han ? kana > 0 || han > 0 && latin < han * 4 ? ReadableLanguage.Japanese : ReadableLanguage.English : ReadableLanguage.Other;
        if (other > latin)
            return ReadableLanguage.Other;
        // A long text in Latin letters with hardly an English little word, or many marked letters, is another language.
        if (words >= 12 && little * 14 < words)
            return ReadableLanguage.Other;
        return marked * 20 > latin && little * 8 < words ? ReadableLanguage.Other : ReadableLanguage.English;
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
