namespace AllianceNotify.Classification.Text;

/// <summary>
/// The beginning of an agency's report that says where it was written, not what it is about: <c>TOKYO, March 5 (Agency) -</c>,
/// <c>【ソウル時事】</c>.
/// </summary>
internal static class Dateline
{
    private const int Longest = 60;

    private const int LongestInJapanese = 24;

    /// <summary>The length of the dateline that the text begins with; 0 where it begins with none.</summary>
    public static int EndOf(ReadOnlySpan<char> text)
    {
        if (text.Length > 3 && text[0] is '【' or '［')
            return EndOfBracketed(text);
        var capitals = 0;
        while (capitals < text.Length && text[capitals] is (>= 'A' and <= 'Z') or ' ' or '.' or '-' or '\'' or '/')
        {
            capitals++;
        }

        // "TOKYO, March" or "TOKYO (Agency)": at least three capitals, then something that is no plain word.
        if (capitals < 3 || capitals > 30 || capitals == text.Length || text[capitals] is not (',' or '(' or '-' or '–' or '—' or ':') || !Capital(text[0]) || !Capital(text[1]) || !Capital(text[2]))
            return 0;
        for (var at = capitals; at < Math.Min(text.Length - 1, Longest); at++)
        {
            if (text[at] is '–' or '—' || (text[at] == '-' && text[at - 1] == ' '))
                return at + 1;
            if (text[at] is '\n' || (text[at] == '.' && text[at + 1] == ' ' && at > capitals + 24))
                break;
        }

        return 0;
    }

    /// <summary>【ソウル時事】 and 【ワシントン共同】 name a place and an agency; 【速報】 and 【訓練】 do not.</summary>
    private static int EndOfBracketed(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(text.Length, LongestInJapanese)].IndexOfAny('】', '］');
        if (end < 0)
            return 0;
        var within = text[1..end];
        return within.Contains("時事", StringComparison.Ordinal) || within.Contains("共同", StringComparison.Ordinal) || within.Contains("AFP", StringComparison.Ordinal)
            || within.Contains("ロイター", StringComparison.Ordinal) || within.IndexOfAny('＝', '=') >= 0
            ? end + 1
            : 0;
    }

    private static bool Capital(char c) => c is >= 'A' and <= 'Z';
}
