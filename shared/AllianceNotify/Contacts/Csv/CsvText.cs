using System.Buffers;
using System.Text;

namespace AllianceNotify.Contacts.Csv;

/// <summary>A file's bytes as text. An encoding is never guessed: names that were guessed wrong would be stored wrong.</summary>
internal static class CsvText
{
    /// <summary>What the framework makes of bytes that CP932 leaves unassigned, in place of an error.</summary>
    private static readonly SearchValues<char> Unassigned = SearchValues.Create("\u0080\uF8F0\uF8F1\uF8F2\uF8F3");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, or why there is none. Without a charset the file must be UTF-8, with or without a byte order mark.</summary>
    public static (string? Text, string? Refusal) Decode(ReadOnlySpan<byte> bytes, string? charset)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || bytes[..Math.Min(bytes.Length, 1024)].Contains((byte)0))
        {
            return (null, "The file is UTF-16. Save it as UTF-8 (in Excel: CSV UTF-8).");
        }

        var name = charset?.Trim().Trim('"').ToLowerInvariant();
        if (name is "shift_jis" or "shift-jis" or "sjis" or "x-sjis" or "windows-31j" or "cp932" or "ms932" or "ms_kanji" or "csshiftjis")
        {
            return TryDecode932(bytes) is { } declared ? (declared, null) : (null, "The file is not Shift_JIS (CP932) as it says it is.");
        }

        if (name is not (null or "" or "utf-8" or "utf8" or "us-ascii"))
        {
            return (null, "The charset is not known: utf-8 and shift_jis are.");
        }

        var content = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
        if (TryDecode(content, StrictUtf8) is { } text)
        {
            return (text, null);
        }

        return (null, TryDecode932(bytes) is null
            ? "The file is not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8)."
            : "The file is not UTF-8; it may be Shift_JIS (CP932), as Excel writes it. Save it as CSV UTF-8, or send it with charset=shift_jis.");
    }

    private static string? TryDecode932(ReadOnlySpan<byte> bytes) =>
        TryDecode(bytes, CodePage932()) is { } text && !text.AsSpan().ContainsAny(Unassigned) ? text : null;

    private static string? TryDecode(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static Encoding CodePage932() =>
        CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new InvalidOperationException("The framework has no code page 932.");
}
