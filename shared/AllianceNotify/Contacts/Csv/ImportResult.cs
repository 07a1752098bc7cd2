using System.Text.Json.Serialization;
using AllianceNotify.Intake;

namespace AllianceNotify.Contacts.Csv;

public abstract record ImportResult
{
    private ImportResult()
    {
    }

    /// <summary>The file cannot be read as a list of contacts at all; nothing was imported.</summary>
    public sealed record NotRead(string Reason) : ImportResult;

    public sealed record Done(ImportReport Report) : ImportResult;
}

/// <summary>What became of each row, or in a dry run, what would.</summary>
public sealed record ImportReport(bool DryRun, IReadOnlyList<ImportRow> Rows)
{
    public int Created => Count(ImportFate.Created);

    public int Updated => Count(ImportFate.Updated);

    public int Unchanged => Count(ImportFate.Unchanged);

    public int Refused => Count(ImportFate.Refused);

    public int Duplicates => Count(ImportFate.Duplicate);

    private int Count(ImportFate fate) => Rows.Count(row => row.Fate == fate);
}

/// <param name="Line">The line of the file that the row begins on; the header is line 1.</param>
/// <param name="Id">The contact's id as the row gives it; null where it gives none.</param>
/// <param name="Fate">What became of it.</param>
public sealed record ImportRow(int Line, string? Id, ImportFate Fate)
{
    /// <summary>Why it was refused, by column; all reasons.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>For an update: the columns that differ from what was stored.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];

    /// <summary>For a duplicate: the line of the first row with this id, the only one that counts.</summary>
    public int? FirstLine { get; init; }
}

[JsonConverter(typeof(KebabEnumConverter<ImportFate>))]
public enum ImportFate
{
    Created,
    Updated,

    /// <summary>Stored exactly so already.</summary>
    Unchanged,

    /// <summary>Nothing of the row was imported.</summary>
    Refused,

    /// <summary>An earlier row has this id. Nothing of this row was imported.</summary>
    Duplicate,
}
