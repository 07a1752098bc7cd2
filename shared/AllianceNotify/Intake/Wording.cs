using System.Buffers;
using System.Text;

namespace AllianceNotify.Intake;

/// <summary>
/// Makes text from outside fit to be shown, mailed and searched without changing its words: no control characters, no
/// direction overrides, line breaks as LF, a title on one line.
/// </summary>
internal static class Wording
{
    public const int MaxTitle = 500;

    /// <summary>Far above any real message; what a sender adds beyond it is cut, and says so.</summary>
    public const int MaxBody = 100_000;

    public const int MaxFact = 4_000;

    // What a title, and a line of a body, may not keep as it is; a space is looked at by itself.
    private static readonly SearchValues<char> LooseInTitle = Loose(c => c != ' ' && (char.IsWhiteSpace(c) || char.IsControl(c) || IsOverride(c)));
    private static readonly SearchValues<char> LooseInBody = Loose(c => c is not ('\t' or '\n') && (char.IsControl(c) || IsOverride(c) || c is '\u2028' or '\u2029'));

    /// <summary>Whether a text has control characters (C0, DEL, C1).</summary>
    public static bool HasControls(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', '\u001F') || text.ContainsAnyInRange('\u007F', '\u009F');

    /// <summary>One line; white space runs become one space; at most <see cref="MaxTitle"/> UTF-16 units.</summary>
    public static string Title(string text)
    {
        if (IsTidyTitle(text))
        {
            return text;
        }

        var line = new StringBuilder(Math.Min(text.Length, MaxTitle + 1));
        var gap = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                gap = line.Length > 0;
            }
            else if (!IsOverride(c))
            {
                if (gap)
                {
                    line.Append(' ');
                    gap = false;
                }

                line.Append(c);
            }
        }

        return Cut(line.ToString(), MaxTitle);
    }

    /// <summary>Lines as sent, without trailing space; at most <see cref="MaxBody"/> UTF-16 units.</summary>
    public static string Body(string text)
    {
        if (IsTidyBody(text))
        {
            return text;
        }

        var body = new StringBuilder(text.Length);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            foreach (var c in line.TrimEnd())
            {
                if ((c == '\t' || !char.IsControl(c)) && !IsOverride(c))
                {
                    body.Append(c);
                }
            }

            body.Append('\n');
        }

        return Cut(body.ToString().Trim('\n'), MaxBody);
    }

    /// <summary>A fact's text: as a body, at most <see cref="MaxFact"/> UTF-16 units.</summary>
    public static string Fact(string text) => Cut(Body(text.Length > 2 * MaxFact ? text[..(2 * MaxFact)] : text).Trim(), MaxFact);

    /// <summary>Parts that say something, a blank line between them.</summary>
    public static string Paragraphs(params ReadOnlySpan<string?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (!string.IsNullOrWhiteSpace(part))
            {
                text.Append(text.Length > 0 ? "\n\n" : "").Append(part.Trim());
            }
        }

        return Body(text.ToString());
    }

    /// <summary>
    /// The language of a text by its script: Japanese where there are kana or han, English where the letters are Latin (or there
    /// are none), else <c>und</c> (BCP 47, undetermined): this hub classifies no third language by its words.
    /// </summary>
    public static string LanguageOf(string text)
    {
        int latin = 0, other = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsJapanese(rune.Value))
            {
                return "ja";
            }

            if (Rune.IsLetter(rune))
            {
                _ = rune.Value < 0x250 || rune.Value is >= 0xFF21 and <= 0xFF5A or >= 0x1E00 and < 0x1F00 ? latin++ : other++;
            }
        }

        return other > latin ? "und" : "en";
    }

    /// <summary>Whether <see cref="Title"/> would change nothing, as it does for nearly every title.</summary>
    private static bool IsTidyTitle(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxTitle && text[0] != ' ' && text[^1] != ' ' && !text.ContainsAny(LooseInTitle) && !text.Contains("  ", StringComparison.Ordinal);

    /// <summary>Whether <see cref="Body"/> would change nothing.</summary>
    private static bool IsTidyBody(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxBody || text[0] == '\n' || char.IsWhiteSpace(text[^1]) || text.ContainsAny(LooseInBody))
        {
            return false;
        }

        for (int at = 0, next; (next = text[at..].IndexOf('\n')) >= 0; at += next + 1)
        {
            if (next > 0 && char.IsWhiteSpace(text[at + next - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private static SearchValues<char> Loose(Predicate<char> isLoose) =>
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => (char)unit).Where(c => isLoose(c))]);

    private static bool IsJapanese(int rune) =>
        rune is >= 0x3041 and <= 0x30FF or >= 0x31F0 and <= 0x31FF or >= 0x3400 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0xFF66 and <= 0xFF9F or >= 0x20000 and <= 0x323AF;

    private static bool IsOverride(char c) => c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\uFEFF';

    private static string Cut(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var end = max - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }
}
