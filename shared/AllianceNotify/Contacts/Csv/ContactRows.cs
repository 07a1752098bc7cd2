using System.Globalization;
using CsvHelper;

namespace AllianceNotify.Contacts.Csv;

/// <summary>One row of the file: its cells by column, or why it has none.</summary>
internal sealed record ContactRow(int Line, IReadOnlyList<KeyValuePair<string, string>> Cells, string? Fault)
{
    public string? Id => Cells.FirstOrDefault(cell => cell.Key == ContactColumns.Id).Value?.Trim() is { Length: > 0 } id ? id : null;
}

/// <summary>A text as rows of contacts (RFC 4180). Columns come in any order; <c>id</c> must be one of them.</summary>
internal static class ContactRows
{
    private const int MaxCell = 20_000;

    private const string BadQuotes =
        "A quotation mark is not closed, or stands in a cell that is not in quotation marks, or is not doubled inside one that is.";

    public static (IReadOnlyList<ContactRow> Rows, string? Refusal) Read(string text)
    {
        CsvMalformedReason? malformed = null;
        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = ',',
            TrackLineNumbers = true,
            OnMalformedRecord = record => malformed = record.Reason,
        });
        reader.ReadHeader();
        if (malformed is not null)
        {
            return ([], $"The first line, which names the columns: {BadQuotes}");
        }

        var (columns, refusal) = ReadHeader(reader.Headers);
        if (refusal is not null)
        {
            return ([], refusal);
        }

        var rows = new List<ContactRow>();
        while (reader.Read())
        {
            var cells = new string[reader.FieldCount];
            for (var i = 0; i < cells.Length; i++)
            {
                cells[i] = reader.GetString(i);
            }

            // Spreadsheets end a sheet with rows of nothing but commas.
            if (!cells.All(string.IsNullOrWhiteSpace))
            {
                rows.Add(new ContactRow(
                    (int)reader.LineNumber,
                    [.. columns.Zip(cells, (column, cell) => KeyValuePair.Create(column, SpreadsheetCells.Restore(cell)))],
                    FaultOf(cells, columns.Count, malformed)));
            }

            malformed = null;
        }

        return (rows, null);
    }

    private static (IReadOnlyList<string> Columns, string? Refusal) ReadHeader(IReadOnlyList<string> names)
    {
        if (names.All(string.IsNullOrWhiteSpace))
        {
            return ([], "The file is empty: its first line names the columns.");
        }

        var columns = new List<string>();
        var unknown = new List<string>();
        foreach (var name in names.Select(name => SpreadsheetCells.Restore(name).Trim()))
        {
            if (ContactColumns.All.FirstOrDefault(column => column.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } column)
            {
                columns.Add(column);
            }
            else
            {
                unknown.Add(name.Length > 80 ? name[..80] + "…" : name);
            }
        }

        var known = string.Join(", ", ContactColumns.All);
        if (unknown.Count > 0)
        {
            return ([], $"Unknown columns: '{string.Join("', '", unknown.Take(20))}'. Known are {known}, separated by commas.");
        }

        return columns.GroupBy(column => column).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? ([], $"The column '{twice.Key}' stands twice in the header.")
            : columns.Contains(ContactColumns.Id) ? (columns, null) : ([], "There is no column 'id', which says whom a row is about.");
    }

    private static string? FaultOf(string[] cells, int columns, CsvMalformedReason? malformed) =>
        malformed is not null ? BadQuotes
        : cells.Length != columns ? string.Create(CultureInfo.InvariantCulture, $"The row has {cells.Length} cells, the header has {columns}.")
        : cells.Any(cell => cell.Length > MaxCell) ? string.Create(CultureInfo.InvariantCulture, $"A cell is longer than {MaxCell} characters.")
        : null;
}
