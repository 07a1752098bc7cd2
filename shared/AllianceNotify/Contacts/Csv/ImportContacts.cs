using System.Globalization;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Intake;
using AllianceNotify.Storage;

namespace AllianceNotify.Contacts.Csv;

/// <summary>
/// Contacts from CSV. Every good row is imported and every bad row is refused whole, with all its reasons; a dry run answers
/// the same and changes nothing.
/// </summary>
/// <remarks>
/// Columns that the header does not have stay as they are stored. Where there is a column <c>lists</c>, the contact is in
/// exactly these lists afterwards; they must exist. A row is written contact first, then the lists it joins, then those it leaves:
/// cut off anywhere, the file imported again completes it.
/// </remarks>
public sealed class ImportContacts(DirectoryTables tables)
{
    /// <summary>The largest file, in bytes: some 150,000 contacts.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private const int ConcurrentRows = 32;
    private const int Attempts = 5;

    /// <param name="file">At most <see cref="MaxBytes"/>, or it is not read; UTF-8, or what <paramref name="charset"/> says.</param>
    /// <param name="charset">As the sender declares it (<c>shift_jis</c>); null: UTF-8.</param>
    /// <param name="dryRun">Answer what would become of each row and change nothing.</param>
    /// <param name="cancellationToken">Ends the import between rows.</param>
    public async Task<ImportResult> RunAsync(ReadOnlyMemory<byte> file, string? charset, bool dryRun, CancellationToken cancellationToken)
    {
        if (file.Length > MaxBytes)
        {
            return new ImportResult.NotRead(string.Create(CultureInfo.InvariantCulture, $"A file is at most {MaxBytes} bytes: import it in parts."));
        }

        var (text, unreadable) = CsvText.Decode(file.Span, charset);
        if (text is null)
        {
            return new ImportResult.NotRead(unreadable!);
        }

        var (rows, refusal) = ContactRows.Read(text);
        if (refusal is not null)
        {
            return new ImportResult.NotRead(refusal);
        }

        var lists = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var list in tables.Lists.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            lists.Add(list.Row);
        }

        var fates = new ImportRow[rows.Count];
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        var fresh = new List<int>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Id is { } id && !firstLines.TryAdd(id, rows[i].Line))
            {
                fates[i] = new ImportRow(rows[i].Line, id, ImportFate.Duplicate) { FirstLine = firstLines[id] };
            }
            else
            {
                fresh.Add(i);
            }
        }

        await Parallel.ForEachAsync(
            fresh,
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentRows, CancellationToken = cancellationToken },
            async (i, token) => fates[i] = await ImportAsync(rows[i], lists, dryRun, token).ConfigureAwait(false)).ConfigureAwait(false);
        return new ImportResult.Done(new ImportReport(dryRun, fates));
    }

    private async Task<ImportRow> ImportAsync(ContactRow row, HashSet<string> lists, bool dryRun, CancellationToken cancellationToken)
    {
        if (row.Fault is not null)
        {
            return Refused(row, [new FieldError("row", row.Fault)]);
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await TryImportAsync(row, lists, dryRun, cancellationToken).ConfigureAwait(false) is { } fate)
            {
                return fate;
            }
        }

        return Refused(row, [new FieldError("row", "The contact was changed by others all the while.")]);
    }

    /// <summary>Null: the contact or one of its lists changed between reading and writing it.</summary>
    private async Task<ImportRow?> TryImportAsync(ContactRow row, HashSet<string> lists, bool dryRun, CancellationToken cancellationToken)
    {
        var stored = row.Id is { } id && IsPossibleKey(id)
            ? await tables.Contacts.GetAsync(new ContactId(id), cancellationToken).ConfigureAwait(false)
            : null;
        var form = row.Cells.Aggregate(
            stored is { } known ? ContactForm.Of(known.Value) : new ContactForm(), (read, cell) => ContactColumns.Read(read, cell.Key, cell.Value));
        var result = form.Check();
        var wanted = row.Cells.Where(cell => cell.Key == ContactColumns.Lists).Select(cell => ContactColumns.ReadLists(cell.Value)).FirstOrDefault();
        var noSuchList = (wanted ?? []).Where(list => !lists.Contains(list)).Select(list => new FieldError(ContactColumns.Lists, $"There is no list '{list}'."));
        var errors = (result is FormResult<Contact>.Invalid invalid ? invalid.Errors.Select(ContactColumns.InColumn) : []).Concat(noSuchList).ToList();
        if (errors.Count > 0 || result is not FormResult<Contact>.Valid { Value: var contact })
        {
            return Refused(row, errors);
        }

        var before = stored is null || wanted is null ? [] : await MembershipsAsync(contact.Id, cancellationToken).ConfigureAwait(false);
        var after = wanted?.Select(ListId.Of).ToList() ?? before;
        var changed = stored is { } old ? Differences(ContactColumns.Write(old.Value, before), ContactColumns.Write(contact, after)) : [];
        if (stored is not null && changed.Count == 0)
        {
            return new ImportRow(row.Line, row.Id, ImportFate.Unchanged);
        }

        if (!dryRun && !await WriteAsync(contact, stored?.ETag, changed, before, after, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return new ImportRow(row.Line, row.Id, stored is null ? ImportFate.Created : ImportFate.Updated) { Changed = changed };
    }

    private async Task<bool> WriteAsync(
        Contact contact, ETag? stored, IReadOnlyList<string> changed, IReadOnlyList<ListId> before, IReadOnlyList<ListId> after, CancellationToken cancellationToken)
    {
        if (stored is null || changed.Any(column => column != ContactColumns.Lists))
        {
            var written = stored is { } etag
                ? await tables.Contacts.ReplaceAsync(contact, etag, cancellationToken).ConfigureAwait(false)
                : await tables.Contacts.InsertAsync(contact, cancellationToken).ConfigureAwait(false);
            if (written is not WriteResult.Applied)
            {
                return false;
            }
        }

        foreach (var list in after.Except(before))
        {
            if (!await tables.Lists.AddMembersAsync(list, [contact.Id], cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        foreach (var list in before.Except(after))
        {
            await tables.Lists.RemoveMembersAsync(list, [contact.Id], cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<IReadOnlyList<ListId>> MembershipsAsync(ContactId contact, CancellationToken cancellationToken)
    {
        var lists = new List<ListId>();
        await foreach (var list in tables.Lists.ListsOfAsync(contact, cancellationToken).ConfigureAwait(false))
        {
            lists.Add(list);
        }

        return lists;
    }

    private static IReadOnlyList<string> Differences(IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        [.. ContactColumns.All.Where((_, i) => before[i] != after[i])];

    /// <summary>What the store takes as a key at all; whether it is a good id is the form's to say.</summary>
    private static bool IsPossibleKey(string id) => id.Length <= 100 && id.All(char.IsAscii) && !id.Any(char.IsControl);

    private static ImportRow Refused(ContactRow row, IReadOnlyList<FieldError> errors) =>
        new(row.Line, row.Id, ImportFate.Refused) { Errors = errors };
}
