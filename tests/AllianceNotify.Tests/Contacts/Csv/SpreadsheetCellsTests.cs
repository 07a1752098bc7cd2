using System.Text;
using AllianceNotify.Contacts.Csv;
using Xunit;

namespace AllianceNotify.Tests.Contacts.Csv;

public sealed class SpreadsheetCellsTests
{
    private const string FormulaStarts = "=+-@＝＋－＠\t\r\n";

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+81 3 0000 0000", "'+81 3 0000 0000")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＋81", "'＋81")]
    [InlineData("－1", "'－1")]
    [InlineData("＠SUM(A1)", "'＠SUM(A1)")]
    [InlineData("\t=1+1", "'\t'=1+1")]
    [InlineData("\r=1+1", "'\r'=1+1")]
    [InlineData("'=1+1", "''=1+1")]
    [InlineData("a;=1+1", "a;'=1+1")]
    [InlineData("O'Neill", "O'Neill")]
    [InlineData("'quoted'", "'quoted'")]
    [InlineData("a=b", "a=b")]
    [InlineData("2026-11-24T05:49:00+09:00", "2026-11-24T05:49:00+09:00")]
    [InlineData("", "")]
    public void What_a_spreadsheet_would_run_is_written_behind_an_apostrophe(string text, string cell)
    {
        Assert.Equal(cell, SpreadsheetCells.Neutralise(text));
        Assert.Equal(text, SpreadsheetCells.Restore(cell));
    }

    [Fact]
    public void Every_text_comes_back_and_no_cell_begins_a_formula_whatever_separates_cells()
    {
        const string Alphabet = "=+-@＝＋－＠\t\r\n';, \"\\ab見";
        var random = new Random(20261124);
        for (var i = 0; i < 50_000; i++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(0, 12); length > 0; length--)
            {
                text.Append(Alphabet[random.Next(Alphabet.Length)]);
            }

            var cell = SpreadsheetCells.Neutralise(text.ToString());

            Assert.Equal(text.ToString(), SpreadsheetCells.Restore(cell));
            Assert.All(cell.Split(';', '\n').Where(part => part.Length > 0), part => Assert.DoesNotContain(part[0], "=+-@＝＋－＠"));
            Assert.True(cell.Length == 0 || !FormulaStarts.Contains(cell[0], StringComparison.Ordinal));
        }
    }
}
