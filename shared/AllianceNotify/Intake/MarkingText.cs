using System.Text;
using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>Reads marks as senders write them. Only text that stands in a marking is given to it, never a report's own words.</summary>
internal static partial class MarkingText
{
    /// <summary>What the hub answers to a report that it must not hold.</summary>
    public const string AboveUnclassified = "The report is marked above unclassified. This hub is for unclassified traffic only; the body was not stored.";

    private static readonly HashSet<string> Classified = new(StringComparer.Ordinal)
    {
        "CONFIDENTIAL", "SECRET", "機密", "極秘", "秘", "特定秘密", "特別防衛秘密", "防衛秘密",
    };

    /// <summary>FIRST TLP 2.0 colours, with or without <c>TLP:</c>, in any case; WHITE is TLP 1.0's CLEAR.</summary>
    public static bool TryTlp(string text, out Tlp colour)
    {
        var name = text.Trim().ToUpperInvariant();
        name = name.StartsWith("TLP:", StringComparison.Ordinal) ? name[4..].Trim() : name;
        (var known, colour) = name switch
        {
            "CLEAR" or "WHITE" => (true, Tlp.Clear),
            "GREEN" => (true, Tlp.Green),
            "AMBER" => (true, Tlp.Amber),
            "AMBER+STRICT" or "AMBER-STRICT" or "AMBER STRICT" => (true, Tlp.AmberStrict),
            "RED" => (true, Tlp.Red),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The strictest colour that stands in the text as <c>TLP:…</c>; null where none does.</summary>
    public static Tlp? FindTlp(string text)
    {
        Tlp? strictest = null;
        foreach (var match in TlpLabel().EnumerateMatches(text))
        {
            if (TryTlp(text.Substring(match.Index, match.Length), out var colour) && (strictest is null || colour > strictest))
            {
                strictest = colour;
            }
        }

        return strictest;
    }

    /// <summary>
    /// Whether a classification of any government above unclassified stands in the mark: as a word of its own
    /// (<c>SECRET//REL TO USA, JPN</c>, <c>極秘</c>), or as the letters that begin a U.S. banner (<c>S//NF</c>, <c>(TS)</c>).
    /// </summary>
    public static bool IsAboveUnclassified(string text)
    {
        if (TryTlp(text, out _))
        {
            return false;
        }

        var mark = text.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Trim();
        if (Abbreviated().IsMatch(mark))
        {
            return true;
        }

        foreach (var word in Words().EnumerateMatches(mark))
        {
            if (Classified.Contains(mark.Substring(word.Index, word.Length)))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"TLP:\s?(RED|AMBER[+ -]STRICT|AMBER|GREEN|CLEAR|WHITE)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TlpLabel();

    [GeneratedRegex(@"^\(?(TS|S|C|NS|NC|CTS)(\)|//|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Abbreviated();

    [GeneratedRegex(@"[\p{L}\p{Nd}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
