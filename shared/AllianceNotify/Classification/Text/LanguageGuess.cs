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
    /// <summary>So many characters of title and body tell.</summary>
    private const int Sample = 800;

    /// <summary>Longer words are none of the little ones.</summary>
    private const int LongestLittle = 8;

    private const byte English = 1;
    private const byte Foreign = 2;

    private const string ForeignWords =
        "la el los las del que una por para con se le les des une est dans sur pour qui der die das und ist ein eine mit von den dem auf il di che della per"
        + " sono nel os em uma na dos ao het een van niet yang dan dengan untuk pada ini ang ng mga sa ve bir ile och att som det av nie jest nao du au es y et lo";

    private const string LittleWords =
        "the of and to in is are was were for on at by with from that this has have had after near off as it its be been an or into over not no will their his"
        + " her they we you all out up about than a says said who which when while under more new if but so our your us now there being during against";

    private static readonly (ulong Word, byte Kind)[] Table = BuildTable();

    /// <summary>Articles, pronouns, prepositions: they tell nothing of the subject.</summary>
    public static IEnumerable<string> EnglishLittleWords => LittleWords.Split(' ');

    public static ReadableLanguage Of(ReadOnlySpan<char> title, ReadOnlySpan<char> body)
    {
        var counts = default(Counts);
        Count(title.Length > Sample ? title[..Sample] : title, ref counts);
        Count(body.Length > Sample ? body[..Sample] : body, ref counts);
        if (counts.Kana > 0 && counts.Other <= counts.Kana + counts.Han)
            return ReadableLanguage.Japanese;
        if (counts.Han > 0 && counts.Latin < counts.Han * 4)
            return counts.Han > 60 && counts.Kana == 0 ? ReadableLanguage.Other : ReadableLanguage.Japanese;
        if (counts.Other > counts.Latin)
            return ReadableLanguage.Other;
        // Latin letters with more little words of other languages than English ones; names and headlines have few of either.
        return counts.Words >= 6 && counts.Foreign > counts.Little && counts.Foreign * 12 >= counts.Words ? ReadableLanguage.Other : ReadableLanguage.English;
    }

    private static void Count(ReadOnlySpan<char> text, ref Counts counts)
    {
        var word = 0UL;
        var length = 0;
        foreach (var c in text)
        {
            var folded = TextFolding.Simple(c);
            if (folded is >= 'a' and <= 'z')
            {
                counts.Latin++;
                word = (word << 8) | folded;
                length++;
                continue;
            }

            if (length > 0)
            {
                EndWord(word, length, ref counts);
                (word, length) = (0, 0);
            }

            if (folded < 0x80)
                continue;
            switch (folded)
            {
                case >= '\u3041' and <= '\u30FF':
                    counts.Kana++;
                    break;
                case >= '\u4E00' and <= '\u9FFF':
                    counts.Han++;
                    break;
                default:
                    counts.Other += char.IsLetter(c) ? 1 : 0;
                    break;
            }
        }

        if (length > 0)
        {
            EndWord(word, length, ref counts);
        }
    }

    private static void EndWord(ulong word, int length, ref Counts counts)
    {
        counts.Words++;
        if (length > LongestLittle)
            return;
        for (var slot = SlotOf(word); Table[slot].Kind != 0; slot = (slot + 1) & (Table.Length - 1))
        {
            if (Table[slot].Word == word)
            {
                counts.Little += Table[slot].Kind & English;
                counts.Foreign += (Table[slot].Kind & Foreign) >> 1;
                return;
            }
        }
    }

    private static (ulong Word, byte Kind)[] BuildTable()
    {
        var table = new (ulong Word, byte Kind)[1024];
        foreach (var (words, kind) in new[] { (LittleWords, English), (ForeignWords, Foreign) })
        {
            foreach (var text in words.Split(' '))
            {
                var word = 0UL;
                foreach (var c in text)
                {
                    word = (word << 8) | c;
                }

                var slot = (int)((word * 11400714819323198485UL) >> 54);
                while (table[slot].Kind != 0 && table[slot].Word != word)
                {
                    slot = (slot + 1) & (table.Length - 1);
                }

                table[slot] = (word, (byte)(table[slot].Kind | kind));
            }
        }

        return table;
    }

    private static int SlotOf(ulong word) => (int)((word * 11400714819323198485UL) >> 54);

    private struct Counts
    {
        public int Kana, Han, Latin, Other, Words, Little, Foreign;
    }
}
