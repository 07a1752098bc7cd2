using System.Text.Json;
using AllianceNotify.Storage;

namespace AllianceNotify.Audit;

/// <summary>What a check of the audit log found.</summary>
public abstract record AuditVerdict
{
    private AuditVerdict()
    {
    }

    /// <summary>Every entry is there, as written, in its order.</summary>
    /// <param name="Entries">How many.</param>
    /// <param name="LastHash">The last one's hash: kept elsewhere, it proves later that nothing up to here was exchanged.</param>
    public sealed record Unbroken(long Entries, string LastHash) : AuditVerdict;

    /// <summary>The first place where it is not, in a sentence.</summary>
    public sealed record Broken(long Number, string Reason) : AuditVerdict;
}

/// <summary>Follows the chain from its beginning to the head, also while entries are being added.</summary>
internal sealed class VerifyAudit(IEntityStore store, TableName table, string partition, string headRow, Func<long, string> rowOf)
{
    private long number;
    private string previous = AuditEntry.Beginning;
    private DateTimeOffset at = DateTimeOffset.MinValue;

    public async Task<AuditVerdict> RunAsync((long Number, string Hash)? anchor, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = number;
            var range = new RowRange(number == 0 ? null : rowOf(number + 1));
            await foreach (var row in store.QueryAsync(table, partition, range, cancellationToken).ConfigureAwait(false))
            {
                if (row.Row == headRow)
                {
                    continue;
                }

                if (Follow(row) is { } fault)
                {
                    return new AuditVerdict.Broken(number + 1, fault);
                }

                if (anchor is { } kept && kept.Number == number && !string.Equals(kept.Hash, previous, StringComparison.OrdinalIgnoreCase))
                {
                    return new AuditVerdict.Broken(number, $"Entry {number} has another hash than the one that was kept.");
                }
            }

            var head = await store.GetAsync(table, partition, headRow, cancellationToken).ConfigureAwait(false);
            var (last, hash) = head is null ? (0, AuditEntry.Beginning) : Read(head, AuditJson.Default.AuditHead) is { } read ? (read.Number, read.Hash) : (-1, "");
            if (last > number && number > before)
            {
                continue;
            }

            return last switch
            {
                _ when last < 0 => new AuditVerdict.Broken(number, "The head of the log cannot be read."),
                _ when last > number => new AuditVerdict.Broken(number + 1, $"Entry {number + 1} is missing: the log ends before its head, {last}."),
                _ when last < number => new AuditVerdict.Broken(last + 1, $"Entry {last + 1} lies beyond the head of the log."),
                _ when hash != previous => new AuditVerdict.Broken(number, $"The head of the log does not name entry {number} as it is."),
                _ when anchor is { } kept && kept.Number > number => new AuditVerdict.Broken(number + 1, $"Entry {kept.Number}, whose hash was kept, is missing."),
                _ => new AuditVerdict.Unbroken(number, previous),
            };
        }
    }

    private string? Follow(StoredEntity row)
    {
        var expected = number + 1;
        if (row.Row != rowOf(expected))
        {
            return $"Entry {expected} is missing: row {row.Row} follows.";
        }

        if (Read(row, AuditJson.Default.AuditEntry) is not { } entry)
        {
            return $"Entry {expected} cannot be read.";
        }

        if (entry.Number != expected)
        {
            return $"Entry {expected} is out of order: it says that it is {entry.Number}.";
        }

        if (entry.Previous != previous)
        {
            return $"Entry {expected} does not follow the one before: one of the two was exchanged.";
        }

        if (entry.Hash != entry.ComputeHash())
        {
            return $"Entry {expected} was changed: its hash is not of what it says.";
        }

        if (entry.At < at)
        {
            return $"Entry {expected} is older than the one before.";
        }

        (number, previous, at) = (expected, entry.Hash, entry.At);
        return null;
    }

    private static T? Read<T>(StoredEntity row, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(row.Body.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
