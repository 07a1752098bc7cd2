using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace AllianceNotify.Intake;

/// <summary>
/// JSON from outside, as RFC 8259 has it and stricter where leniency hides mistakes: UTF-8 only (a byte order mark is
/// tolerated), no comments, no trailing commas, no property twice in one object, at most <see cref="MaxDepth"/> levels.
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = MaxDepth,
        CommentHandling = JsonCommentHandling.Disallow,
        AllowTrailingCommas = false,
        AllowDuplicateProperties = false,
    };

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>The document, or the one error that says where it stops being JSON.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> body, out FieldError? error)
    {
        if (body.Span.StartsWith(Utf8Mark))
        {
            body = body[Utf8Mark.Length..];
        }

        error = EncodingError(body.Span);
        if (error is not null)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(body, Options);
        }
        catch (JsonException e)
        {
            error = new FieldError("$", string.Create(CultureInfo.InvariantCulture, $"Not JSON that can be read, at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}: {FirstSentence(e.Message)}"));
            return null;
        }
        catch (InvalidOperationException)
        {
            // Comparing property names for duplicates needs them as text, which half a surrogate pair is not.
            error = new FieldError("$", "A property name is not valid Unicode text.");
            return null;
        }
    }

    /// <summary>The string's text; null where its escapes are not valid Unicode (half of a surrogate pair).</summary>
    public static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static FieldError? EncodingError(ReadOnlySpan<byte> body)
    {
        if (body.Length >= 2 && (body[..2] is [0xFE, 0xFF] or [0xFF, 0xFE] || body[..2].Contains((byte)0)))
        {
            return new FieldError("$", "The text is UTF-16 or UTF-32; JSON is exchanged in UTF-8 (RFC 8259, section 8.1).");
        }

        return Utf8.IsValid(body) ? null : new FieldError("$", "The text is not valid UTF-8 (RFC 8259, section 8.1).");
    }

    /// <summary>The parser's message without its own account of the place.</summary>
    private static string FirstSentence(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;
}
