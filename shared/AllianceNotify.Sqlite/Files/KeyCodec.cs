using System.Buffers;
using System.Text;

namespace AllianceNotify.Sqlite.Files;

/// <summary>
/// Keys as bytes that compare (memcmp) as the texts compare by ordinal UTF-16: each UTF-16 unit in UTF-8's form for its
/// number, surrogates one by one (Unicode Technical Report 26, CESU-8). Plain UTF-8 would sort U+10000 and above after
/// U+FFFF, and a range bound may end in half a surrogate pair. Parts end with a zero byte, which no key can contain.
/// </summary>
internal static class KeyCodec
{
    public static byte[] Row(string table, string partition, string row)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes(table, partition, row));
        var length = Append(buffer, 0, table);
        buffer[length++] = 0;
        length = Append(buffer, length, partition);
        buffer[length++] = 0;
        length = Append(buffer, length, row);
        var key = buffer[..length];
        ArrayPool<byte>.Shared.Return(buffer);
        return key;
    }

    /// <summary>What the keys of all rows of a partition start with.</summary>
    public static byte[] Partition(string table, string partition) => Row(table, partition, "");

    /// <summary>The first key after all rows of a partition.</summary>
    public static byte[] AfterPartition(string table, string partition)
    {
        var key = Partition(table, partition);
        key[^1]++;
        return key;
    }

    /// <summary>Table, partition and row of a whole key.</summary>
    public static (string Table, string Partition, string Row) Parts(ReadOnlySpan<byte> key)
    {
        var table = key.IndexOf((byte)0);
        var partition = table + 1 + key[(table + 1)..].IndexOf((byte)0);
        return (Text(key[..table]), Text(key[(table + 1)..partition]), Text(key[(partition + 1)..]));
    }

    public static string Text(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
        {
            return Encoding.ASCII.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length;)
        {
            switch (bytes[i])
            {
                case < 0x80:
                    text.Append((char)bytes[i++]);
                    break;
                case < 0xE0:
                    text.Append((char)(((bytes[i] & 0x1F) << 6) | (bytes[i + 1] & 0x3F)));
                    i += 2;
                    break;
                default:
                    text.Append((char)(((bytes[i] & 0x0F) << 12) | ((bytes[i + 1] & 0x3F) << 6) | (bytes[i + 2] & 0x3F)));
                    i += 3;
                    break;
            }
        }

        return text.ToString();
    }

    private static int MaxBytes(string table, string partition, string row) => ((table.Length + partition.Length + row.Length) * 3) + 2;

    private static int Append(byte[] buffer, int at, string text)
    {
        foreach (var unit in text)
        {
            if (unit < 0x80)
            {
                buffer[at++] = (byte)unit;
            }
            else if (unit < 0x800)
            {
                buffer[at++] = (byte)(0xC0 | (unit >> 6));
                buffer[at++] = (byte)(0x80 | (unit & 0x3F));
            }
            else
            {
                buffer[at++] = (byte)(0xE0 | (unit >> 12));
                buffer[at++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
                buffer[at++] = (byte)(0x80 | (unit & 0x3F));
            }
        }

        return at;
    }
}
