using CsvHelper;

namespace AllianceNotify.Contacts.Csv;

/// <summary>
/// All contacts with their lists, in the order of their ids, as CSV (RFC 4180) that <see cref="ImportContacts"/> reads back to
/// the same contacts: UTF-8 with a byte order mark, by which Excel knows it. Streams; memory does not grow with the directory.
/// </summary>
public sealed class ExportContacts(DirectoryTables tables)
{
    public async Task WriteAsync(Stream destination, CancellationToken cancellationToken)
    {
        var csv = CsvWriter.Create(destination, new CsvWriterOptions { Quoting = CsvQuoting.Always, WriteByteOrderMark = true }, leaveOpen: true);
        await using var csvScope = csv.ConfigureAwait(false);
        await WriteRowAsync(csv, ContactColumns.All, cancellationToken).ConfigureAwait(false);

        var lists = new List<ListId>();
        await foreach (var list in tables.Lists.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            lists.Add(list.Value.Id);
        }

        // Both sides come in the order of contact ids: one pass joins them.
        var members = MergedMembers.ReadAsync([.. lists.Select(list => tables.Lists.MembersAsync(list, cancellationToken))], cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using var membersScope = members.ConfigureAwait(false);
        var more = await members.MoveNextAsync().ConfigureAwait(false);
        await foreach (var (contact, _, row) in tables.Contacts.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            while (more && string.CompareOrdinal(members.Current.Contact.Value, row) < 0)
            {
                more = await members.MoveNextAsync().ConfigureAwait(false);
            }

            var memberOf = more && members.Current.Contact == contact.Id ? members.Current.Streams.Select(stream => lists[stream]) : [];
            await WriteRowAsync(csv, ContactColumns.Write(contact, memberOf), cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task WriteRowAsync(CsvWriter csv, IReadOnlyList<string> cells, CancellationToken cancellationToken)
    {
        foreach (var cell in cells)
        {
            csv.WriteField(SpreadsheetCells.Neutralise(cell));
        }

        return csv.EndRecordAsync(cancellationToken).AsTask();
    }
}
