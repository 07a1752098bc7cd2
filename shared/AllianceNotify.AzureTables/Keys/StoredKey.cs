using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AllianceNotify.Storage;

namespace AllianceNotify.AzureTables.Keys;

/// <summary>
/// The key a record lies under. One that escaping has made longer than the service takes (512 UTF-16 units: 1 KiB) keeps its
/// beginning and goes on with a mark that no escape contains and a hash; the record carries the whole key beside its body.
/// </summary>
internal static class StoredKey
{
    /// <summary>Units of a long key's beginning that stay. Rows that share as many are put in order after they are read.</summary>
    public const int Head = 440;

    private const string LongMark = "!~";
    private const int LongLength = Head + 2 + (SHA256.HashSizeInBytes * 2);

    public static string Of(string key)
    {
        var text = KeyEscape.Encode(key);
        return text.Length <= EntityLimits.MaxKeyLength
            ? text
            : string.Concat(text.AsSpan(0, Head), LongMark, Convert.ToHexStringLower(SHA256.HashData(Bytes(key))));
    }

    public static bool IsLong(string stored) =>
        stored.Length == LongLength && stored.AsSpan(Head).StartsWith(LongMark, StringComparison.Ordinal);

    /// <summary>The whole key as the record carries it.</summary>
    public static ReadOnlySpan<byte> Bytes(string key) => MemoryMarshal.AsBytes(key.AsSpan());

    public static string FromBytes(ReadOnlySpan<byte> bytes) => new(MemoryMarshal.Cast<byte, char>(bytes));

    /// <summary>
    /// Where the stored rows that are not below a bound begin. Bounds may be any text: in place of its first control
    /// character, which no key has, the next character that keys do have says the same.
    /// </summary>
    public static string LowerBound(string bound)
    {
        var text = KeyEscape.Encode(WithoutControls(bound));
        return text.Length <= Head ? text : text[..Head];
    }

    /// <summary>Where the stored rows below a bound have ended; rows that share a long bound's beginning are below it, too.</summary>
    public static string UpperBound(string bound)
    {
        var text = KeyEscape.Encode(WithoutControls(bound));
        return text.Length <= Head ? text : text[..Head] + "~~";
    }

    private static string WithoutControls(string bound)
    {
        for (var i = 0; i < bound.Length; i++)
        {
            if (char.IsControl(bound[i]))
            {
                return string.Concat(bound.AsSpan(0, i), bound[i] < ' ' ? " " : "\u00A0");
            }
        }

        return bound;
    }
}
