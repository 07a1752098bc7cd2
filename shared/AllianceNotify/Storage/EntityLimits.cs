namespace AllianceNotify.Storage;

/// <summary>
/// What every <see cref="IEntityStore"/> takes. Adapters check before they touch anything, so that what works on one
/// store works on all; a breach is a caller's bug and an <see cref="ArgumentException"/>.
/// </summary>
public static class EntityLimits
{
    /// <summary>Characters (UTF-16) in a partition or row key.</summary>
    public const int MaxKeyLength = 512;

    /// <summary>Bytes in one body (Azure Table Storage's entity limit of 1 MiB, less keys and overhead).</summary>
    public const int MaxBodyBytes = 960 * 1024;

    /// <summary>
    /// Bytes in the bodies of one batch. Azure Table Storage takes 4 MiB a transaction as it is sent: there bodies are in base 64,
    /// and a hundred writes have their keys twice, percent-encoded, and their headers.
    /// </summary>
    public const int MaxBatchBytes = 2 * 1024 * 1024;

    public static void CheckTable(TableName table)
    {
        if (table.Value is not { Length: >= 3 and <= 63 } name || !char.IsAsciiLetter(name[0]) || !name.All(char.IsAsciiLetterOrDigit))
        {
            throw new ArgumentException($"'{table.Value}' is no table name: 3 to 63 letters and digits, starting with a letter.", nameof(table));
        }
    }

    public static void CheckKey(string key, string parameter)
    {
        ArgumentNullException.ThrowIfNull(key, parameter);
        if (key.Length is 0 or > MaxKeyLength || HasControls(key))
        {
            throw new ArgumentException($"A key is 1 to {MaxKeyLength} characters without control characters.", parameter);
        }
    }

    private static bool HasControls(ReadOnlySpan<char> key) =>
        key.ContainsAnyInRange('\0', '\u001F') || key.ContainsAnyInRange('\u007F', '\u009F');

    public static void CheckRange(RowRange range)
    {
        if (range.Take is { } take)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(take, nameof(range));
        }
    }

    public static void CheckWrite(EntityWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        CheckKey(write.Row, nameof(write));
        if (BodyOf(write).Length > MaxBodyBytes)
        {
            throw new ArgumentException($"The body of row '{write.Row}' has {BodyOf(write).Length} bytes; {MaxBodyBytes} are the limit.", nameof(write));
        }
    }

    public static void CheckBatch(IReadOnlyList<EntityWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        if (writes.Count is 0 or > IEntityStore.MaxBatch)
        {
            throw new ArgumentException($"A batch has 1 to {IEntityStore.MaxBatch} writes, not {writes.Count}.", nameof(writes));
        }

        var rows = new HashSet<string>(writes.Count, StringComparer.Ordinal);
        long bytes = 0;
        foreach (var write in writes)
        {
            CheckWrite(write);
            bytes += BodyOf(write).Length;
            if (!rows.Add(write.Row))
            {
                throw new ArgumentException($"A batch names each row once, and this one names '{write.Row}' twice.", nameof(writes));
            }
        }

        if (bytes > MaxBatchBytes)
        {
            throw new ArgumentException($"The bodies of the batch have {bytes} bytes; {MaxBatchBytes} are the limit.", nameof(writes));
        }
    }

    /// <summary>The body a write stores; empty for a deletion.</summary>
    public static ReadOnlyMemory<byte> BodyOf(EntityWrite write) => write switch
    {
        EntityWrite.Insert insert => insert.Body,
        EntityWrite.Replace replace => replace.Body,
        EntityWrite.Upsert upsert => upsert.Body,
        EntityWrite.Delete => default,
        _ => throw new ArgumentException($"Unknown write {write.GetType().Name}.", nameof(write)),
    };
}
