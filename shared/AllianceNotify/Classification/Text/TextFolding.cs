using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AllianceNotify.Classification.Text;

/// <summary>
/// Folds what looks alike to one form before matching: the part of NFKC (Unicode Standard Annex #15) that occurs in reports
/// (full-width forms, half-width kana with their marks, circled and Roman numerals, unit squares, ligatures), lower case,
/// Latin letters without accents, one kind of quote, hyphen and space. Carried as data because <c>string.Normalize</c> is a
/// silent no-op where ICU is missing.
/// </summary>
internal static class TextFolding
{
    /// <summary>Half-width katakana U+FF61 to U+FF9F in the order of the block.</summary>
    private const string HalfWidthKana =
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

    private const string VoicedFrom = "かきくけこさしすせそたちつてとはひふへほうカキクケコサシスセソタチツテトハヒフヘホウ";
    private const string VoicedTo = "がぎぐげござじずぜぞだぢづでどばびぶべぼゔガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
    private const string HalfVoicedFrom = "はひふへほハヒフヘホ";
    private const string HalfVoicedTo = "ぱぴぷぺぽパピプペポ";

    /// <summary>Latin letters with marks, by the letter they stand on.</summary>
    private static readonly (char Base, string Marked)[] Accents =
    [
        ('a', "àáâãäåāăą"), ('c', "çćĉċč"), ('d', "ďđ"), ('e', "èéêëēĕėęě"), ('g', "ĝğġģ"), ('h', "ĥħ"), ('i', "ìíîïĩīĭįı"),
        ('j', "ĵ"), ('k', "ķ"), ('l', "ĺļľŀł"), ('n', "ñńņňŉ"), ('o', "òóôõöøōŏő"), ('r', "ŕŗř"), ('s', "śŝşšș"), ('t', "ţťŧț"),
        ('u', "ùúûüũūŭůűų"), ('w', "ŵ"), ('y', "ýÿŷ"), ('z', "źżž"),
    ];

    /// <summary>Characters that fold to more than one.</summary>
    private static readonly Dictionary<char, string> Expansions = new()
    {
        ['ﬀ'] = "ff",
        ['ﬁ'] = "fi",
        ['ﬂ'] = "fl",
        ['ﬃ'] = "ffi",
        ['ﬄ'] = "ffl",
        ['æ'] = "ae",
        ['œ'] = "oe",
        ['ß'] = "ss",
        ['…'] = "...",
        ['㌔'] = "キロ",
        ['㍍'] = "メートル",
        ['㌢'] = "センチ",
        ['㌧'] = "トン",
        ['㌘'] = "グラム",
        ['㌫'] = "パーセント",
        ['㌦'] = "ドル",
        ['㎞'] = "km",
        ['㎝'] = "cm",
        ['㎜'] = "mm",
        ['㎏'] = "kg",
        ['㎡'] = "m2",
        ['㏋'] = "hp",
        ['№'] = "no",
        ['℡'] = "tel",
        ['㍻'] = "平成",
        ['㍼'] = "昭和",
        ['㍽'] = "大正",
        ['㋿'] = "令和",
        ['㈱'] = "(株)",
        ['㈲'] = "(有)",
        ['™'] = "tm",
        ['Ⅱ'] = "ii",
        ['Ⅲ'] = "iii",
        ['Ⅳ'] = "iv",
        ['Ⅵ'] = "vi",
        ['Ⅶ'] = "vii",
        ['Ⅷ'] = "viii",
        ['Ⅸ'] = "ix",
    };

    private static readonly char[] Table = BuildTable();

    /// <summary>One character for one; <paramref name="expansion"/> is set where there are several.</summary>
    public static char Fold(char c, out string? expansion)
    {
        var folded = Table[c];
        expansion = null;
        if (folded == Expanding)
        {
            expansion = ExpansionOf(c);
            return expansion[0];
        }

        return folded;
    }

    public static char Simple(char c) => Table[c];

    /// <summary>Kana and Han characters that fold to themselves and join with nothing.</summary>
    public static bool IsItself(char c) => (uint)(c - 0x4E00) < 0x5200 || (uint)(c - 0x3041) <= 0x3096 - 0x3041 || (uint)(c - 0x30A1) <= 0x30FE - 0x30A1;

    /// <summary>Folds the plain characters (U+0000 to U+007F) that the text begins with, sixteen at a time; answers how many it folded.</summary>
    public static int FoldPlain(ReadOnlySpan<char> text, Span<char> into)
    {
        var at = 0;
        ref var from = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        ref var to = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(into));
        for (; at + Vector256<ushort>.Count <= text.Length && at + Vector256<ushort>.Count <= into.Length; at += Vector256<ushort>.Count)
        {
            var characters = Vector256.LoadUnsafe(ref from, (nuint)at);
            if ((characters & Vector256.Create((ushort)0xFF80)) != Vector256<ushort>.Zero)
                break;
            var capitals = Vector256.LessThan(characters - Vector256.Create((ushort)'A'), Vector256.Create((ushort)26));
            characters |= capitals & Vector256.Create((ushort)0x20);
            characters = Vector256.ConditionalSelect(Vector256.Equals(characters, Vector256.Create((ushort)'\t')), Vector256.Create((ushort)' '), characters);
            characters = Vector256.ConditionalSelect(Vector256.Equals(characters, Vector256.Create((ushort)'`')), Vector256.Create((ushort)'\''), characters);
            characters.StoreUnsafe(ref to, (nuint)at);
        }

        for (; at < text.Length && at < into.Length && text[at] < 0x80; at++)
        {
            into[at] = Table[text[at]];
        }

        return at;
    }

    /// <summary>Marks a character that folds to several; a noncharacter, so no text means it.</summary>
    public const char Expanding = '\uFFFF';

    public static string ExpansionOf(char c) => Expansions.TryGetValue(c, out var text) || Expansions.TryGetValue(char.ToLowerInvariant(c), out text)
        ? text
        : c is >= '⑩' and <= '⑳' ? (c - '⑩' + 10).ToString(System.Globalization.CultureInfo.InvariantCulture) : " ";

    /// <summary>The letter that a kana and the sound mark after it make, or NUL.</summary>
    public static char Compose(char kana, char mark) => mark switch
    {
        '゛' or '\u3099' => Pick(VoicedFrom, VoicedTo, kana),
        '゜' or '\u309A' => Pick(HalfVoicedFrom, HalfVoicedTo, kana),
        _ => '\0',
    };

    /// <summary>Folds a whole string; for words of the lexicon, whose offsets do not matter.</summary>
    public static string Fold(string text)
    {
        var folded = FoldedText.Of(text);
        try
        {
            return new string(folded.Characters);
        }
        finally
        {
            folded.Return();
        }
    }

    private static char Pick(string from, string to, char kana) => from.IndexOf(kana, StringComparison.Ordinal) is >= 0 and var at ? to[at] : '\0';

    private static char[] BuildTable()
    {
        var table = new char[char.MaxValue + 1];
        for (var c = 0; c < table.Length; c++)
        {
            table[c] = char.ToLowerInvariant((char)c);
        }

        for (var c = 0xFF01; c <= 0xFF5E; c++)
        {
            table[c] = char.ToLowerInvariant((char)(c - 0xFEE0));
        }

        for (var at = 0; at < HalfWidthKana.Length; at++)
        {
            table[0xFF61 + at] = HalfWidthKana[at];
        }

        foreach (var (letter, marked) in Accents)
        {
            foreach (var c in marked)
            {
                table[c] = letter;
                table[char.ToUpperInvariant(c)] = letter;
            }
        }

        Map(table, " ", "\u00A0\u2002\u2003\u2009\u200A\u202F\u3000\t");
        Map(table, "'", "\u2018\u2019\u201B\u02BC\u0060\u00B4");
        Map(table, "\"", "\u201C\u201D\u201E\u301D\u301F");
        Map(table, "-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uFE63\u2500");
        Map(table, "~", "\u301C\uFF5E\u223C");
        for (var at = 0; at < 9; at++)
        {
            table['①' + at] = (char)('1' + at);
        }

        Map(table, "i", "Ⅰⅰ");
        Map(table, "v", "Ⅴⅴ");
        Map(table, "x", "Ⅹⅹ");
        foreach (var c in Expansions.Keys)
        {
            table[c] = Expanding;
            table[char.ToUpperInvariant(c)] = Expanding;
        }

        for (var c = '⑩'; c <= '⑳'; c++)
        {
            table[c] = Expanding;
        }

        // What cannot be part of any word: lone surrogates, the noncharacter used as a mark, invisible joiners.
        for (var c = 0xD800; c <= 0xDFFF; c++)
        {
            table[c] = '\u0001';
        }

        table[0xFFFF] = '\u0001';
        return table;
    }

    private static void Map(char[] table, string to, string from)
    {
        foreach (var c in from)
        {
            table[c] = to[0];
        }
    }
}
