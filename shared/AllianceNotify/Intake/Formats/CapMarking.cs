using System.Text.RegularExpressions;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake.Formats;

/// <summary>
/// Who may read a CAP alert (§3.2.1): scope Public is open; Restricted is what the restriction says where it names a colour (<c>TLP:GREEN</c>,
/// <c>TLP:RED REL TO USA</c>), else the strict default, narrowed by the nations that it names; Private is for the addresses alone.
/// </summary>
internal static partial class CapMarking
{
    public static Marking Of(string? scope, string? restriction, IReadOnlyList<string> handling, string? addresses)
    {
        var marking = scope switch
        {
            "Public" => Marking.Public,
            "Private" => new Marking(Tlp.Red, [.. CapReferences.Words(addresses).Take(300).Select(Reader)]),
            "Restricted" => Stated(restriction ?? "") ?? Marking.Default,
            _ => Marking.Default,
        };
        foreach (var text in scope == "Restricted" && Stated(restriction ?? "") is not null ? handling : [.. handling, restriction ?? ""])
        {
            var named = Named(text);
            if (MarkingText.FindTlp(text) is { } colour)
            {
                marking = marking.Strictest(new Marking(colour, named.Count > 0 || colour <= Tlp.Green ? named : Marking.Default.ReleasableTo));
            }
            else if (named.Count > 0)
            {
                marking = marking.Strictest(new Marking(marking.Tlp, named));
            }
        }

        return marking;
    }

    /// <summary>The marking in full; null where no colour is named, and where "open to all" contradicts that it is restricted.</summary>
    private static Marking? Stated(string restriction)
    {
        var named = Named(restriction);
        return MarkingText.FindTlp(restriction) is { } colour && (colour > Tlp.Clear || named.Count > 0)
            ? new Marking(colour, named.Count > 0 || colour <= Tlp.Green ? named : Marking.Default.ReleasableTo)
            : null;
    }

    private static string Reader(string address) => address.Contains(':', StringComparison.Ordinal) || IsNation(address) ? address : $"contact:{address}";

    private static bool IsNation(string address) => address.Length == 3 && address.All(char.IsAsciiLetterUpper);

    private static List<string> Named(string text) => ReleasableTo().Match(text) is { Success: true } match
        ? [.. Nation().Matches(match.Groups["list"].Value).Select(nation => nation.Value)]
        : [];

    [GeneratedRegex(@"\bREL(EASABLE)? TO (?<list>[A-Z]{3}(\s*,\s*[A-Z]{3})*)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ReleasableTo();

    [GeneratedRegex("[A-Z]{3}", RegexOptions.CultureInvariant)]
    private static partial Regex Nation();
}
