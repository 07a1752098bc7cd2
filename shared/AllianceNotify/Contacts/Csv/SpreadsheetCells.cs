using System.Text.RegularExpressions;

namespace AllianceNotify.Contacts.Csv;

/// <summary>
/// Cells that a spreadsheet would run as a formula are written with an apostrophe before them, and read without it. What was
/// written is read as it was, for every text: where a text already has apostrophes there, one more is written and one read off.
/// </summary>
/// <remarks>
/// A formula begins with = + - @, their full-width forms, a tab or a line break (OWASP, CSV injection). It may begin inside
/// our cell too: a program that takes <c>;</c> or tab for the separator, as many regions' do, begins a cell after it.
/// </remarks>
internal static partial class SpreadsheetCells
{
    public static string Neutralise(string text) => FormulaStart().Replace(text, "'");

    public static string Restore(string cell) => NeutralisedStart().Replace(cell, "");

    [GeneratedRegex(@"(?:\A|(?<=[;\t\r\n]))(?='*[=+\-@＝＋－＠\t\r\n])", RegexOptions.CultureInvariant)]
    private static partial Regex FormulaStart();

    [GeneratedRegex(@"(?:\A|(?<=[;\t\r\n]))'(?='*[=+\-@＝＋－＠\t\r\n])", RegexOptions.CultureInvariant)]
    private static partial Regex NeutralisedStart();
}
