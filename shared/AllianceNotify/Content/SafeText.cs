using System.Buffers;
using System.Globalization;
using System.Text;

namespace AllianceNotify.Content;

/// <summary>
/// Foreign text made harmless to look at: what a sender wrote can neither hide itself, nor turn round the words beside it,
/// nor stand in for the hub's own. Encoding for HTML and JSON is the writers' business and comes after this.
/// </summary>
public static class SafeText
{
    private const int MaxMarksInARow = 4;

    /// <summary>One line: line breaks become spaces, runs of white space one space. At most <paramref name="max"/> UTF-16 units.</summary>
    public static string Line(string text, int max) => Cut(Neutralise(text, keepLines: false), max);

    /// <summary>Lines kept (<c>\n</c> only), never more than one empty line in a row, none at either end.</summary>
    public static string Block(string text) => Neutralise(text, keepLines: true);

    /// <summary>
    /// At most <paramref name="max"/> UTF-16 units, the last of them <c>…</c> where something was cut. Splits neither a
    /// surrogate pair nor a letter from its marks.
    /// </summary>
    public static string Cut(string text, int max) => text.Length <= max ? text : string.Concat(Head(text, max - 1).TrimEnd(), "…");

    /// <summary>The longest beginning of at most <paramref name="max"/> UTF-16 units that ends between two letters.</summary>
    public static ReadOnlySpan<char> Head(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var end = Math.Max(max, 0);
        while (end > 0 && (char.IsLowSurrogate(text[end]) || IsMark(CharUnicodeInfo.GetUnicodeCategory(text, end))))
        {
            end--;
        }

        return text.AsSpan(0, end);
    }

    private static string Neutralise(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        var marks = 0;
        var breaks = 0;
        var space = false;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var status = Rune.DecodeFromUtf16(rest, out var rune, out var used);
            rest = rest[used..];
            if (status != OperationStatus.Done)
            {
                rune = Rune.ReplacementChar;
            }

            if (IsLineBreak(rune.Value))
            {
                // A carriage return with its line feed is one break.
                if (rune.Value != '\r' || rest.IsEmpty || rest[0] != '\n')
                {
                    breaks++;
                }

                continue;
            }

            var category = Rune.GetUnicodeCategory(rune);
            if (category == UnicodeCategory.SpaceSeparator || rune.Value == '\t')
            {
                space = true;
                // An indented Japanese paragraph begins with an ideographic space.
                if (rune.Value == 0x3000 && keepLines && (breaks > 0 || clean.Length == 0))
                {
                    Separate(clean, keepLines, ref breaks, ref space);
                    clean.Append('\u3000');
                    space = false;
                }

                continue;
            }

            if (IsUnseen(rune.Value, category))
            {
                continue;
            }

            marks = IsMark(category) ? marks + 1 : 0;
            if (marks > MaxMarksInARow)
            {
                continue;
            }

            Separate(clean, keepLines, ref breaks, ref space);
            clean.Append(status == OperationStatus.Done ? text.AsSpan(text.Length - rest.Length - used, used) : "\uFFFD");
        }

        // Only the hub may say where a recipient's own link stands.
        return clean.ToString().Replace(PlaceholderHost, "acknowledge[.]invalid", StringComparison.OrdinalIgnoreCase);
    }

    private static readonly string PlaceholderHost = new Uri(RenderedAlert.AcknowledgeUrlPlaceholder).Host;

    private static void Separate(StringBuilder clean, bool keepLines, ref int breaks, ref bool space)
    {
        if (clean.Length > 0)
        {
            if (breaks > 0 && keepLines)
            {
                clean.Append('\n', Math.Min(breaks, 2));
            }
            else if (breaks > 0 || space)
            {
                clean.Append(' ');
            }
        }

        breaks = 0;
        space = false;
    }

    /// <summary>Unicode 16 §5.8: CR, LF, VT, FF, NEL, line and paragraph separator.</summary>
    private static bool IsLineBreak(int rune) => rune is (>= 0x0A and <= 0x0D) or 0x85 or 0x2028 or 0x2029;

    /// <summary>
    /// Characters that show nothing: controls, bidirectional and other format controls (category Cf), tags, fillers that
    /// render as nothing though they count as letters, and code points that are no characters. Variation selectors stay:
    /// names of people and places need them.
    /// </summary>
    private static bool IsUnseen(int rune, UnicodeCategory category) =>
        category is UnicodeCategory.Control or UnicodeCategory.Format
        || rune is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2065 or 0x2800 or 0x3164 or 0xFFA0
            or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xFDD0 and <= 0xFDEF) or (>= 0xE0000 and <= 0xE00FF) or (>= 0xE01F0 and <= 0xE0FFF)
        || (rune & 0xFFFE) == 0xFFFE;

    private static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
}
