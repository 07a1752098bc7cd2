using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using System.Xml;
using System.Xml.Linq;

namespace AllianceNotify.Intake;

/// <summary>
/// XML from outside: no DTD, no external entity, nothing fetched, and bounded in characters, nodes and depth (which
/// <see cref="XmlReader"/> does not bound by itself). Every format that is XML is read through here.
/// </summary>
internal static partial class SafeXml
{
    public const int MaxDepth = 64;

    public const int MaxNodes = 2_000_000;

    /// <summary>Room for a polled feed; a request is bounded in bytes before it comes here.</summary>
    public const int MaxCharacters = 32 * 1024 * 1024;

    /// <summary>The document, its elements with line numbers; or the error with line and column.</summary>
    public static XDocument? TryParse(ReadOnlyMemory<byte> body, out FieldError? error)
    {
        try
        {
            // Depth and size first: a tree that is too deep must not be built, nor walked.
            using (var reader = Open(body))
            {
                Measure(reader);
            }

            using (var reader = Open(body))
            {
                error = null;
                return XDocument.Load(reader, LoadOptions.SetLineInfo);
            }
        }
        catch (XmlException e)
        {
            error = new FieldError(Place(e.LineNumber, e.LinePosition), $"Not XML that can be read: {WithoutPlace(e.Message)}");
            return null;
        }
        catch (Exception e) when (IsEncodingFault(e))
        {
            error = new FieldError("$", "Not XML that can be read: the text is not in the encoding that it declares, or this hub does not know that encoding.");
            return null;
        }
    }

    /// <summary>
    /// The text as a signature covers it, white space, comments and all; only for a text that <see cref="TryParse"/> could read.
    /// </summary>
    public static XmlDocument Signed(ReadOnlyMemory<byte> body)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = Open(body, everything: true);
        document.Load(reader);
        return document;
    }

    /// <summary>The root element's name, from the beginning of a text; null where it does not get that far.</summary>
    public static XName? RootOf(ReadOnlySpan<byte> head)
    {
        if (!LooksLikeXml(head))
        {
            return null;
        }

        try
        {
            using var reader = Open(head.ToArray());
            return reader.MoveToContent() == XmlNodeType.Element ? XName.Get(reader.LocalName, reader.NamespaceURI) : null;
        }
        catch (Exception e) when (e is XmlException || IsEncodingFault(e))
        {
            return null;
        }
    }

    /// <summary>Begins with a tag or a byte order mark, as far as a glance can tell.</summary>
    public static bool LooksLikeXml(ReadOnlySpan<byte> head) =>
        head.IndexOfAnyExcept(" \t\r\n\0"u8) is var start and >= 0 && head[start] is (byte)'<' or 0xEF or 0xFE or 0xFF;

    public static string Place(int line, int column) => string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}");

    /// <summary>Whether these ASCII bytes can stand in the text: a glance that spares most texts a closer look, and says nothing of UTF-16.</summary>
    public static bool MayMention(ReadOnlySpan<byte> head, ReadOnlySpan<byte> ascii) => head.IndexOf(ascii) >= 0 || head[..Math.Min(head.Length, 4)].IndexOfAny<byte>(0, 0xFE, 0xFF) >= 0;

    private static XmlReader Open(ReadOnlyMemory<byte> body, bool everything = false)
    {
        var bytes = MemoryMarshal.TryGetArray(body, out var segment) ? segment : new ArraySegment<byte>(body.ToArray());
        var stream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxCharacters,
            IgnoreProcessingInstructions = !everything,
            IgnoreComments = !everything,
            CloseInput = true,
        };

        // The reader would put question marks in place of bytes that are not in an old encoding: a garbled warning must not pass for one.
        return DeclaredOther(body.Span) is { } encoding
            ? XmlReader.Create(new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false), settings)
            : XmlReader.Create(stream, settings);
    }

    /// <summary>The encoding that the text declares where it is neither UTF-8 nor UTF-16, which the reader itself sees to; strict.</summary>
    private static Encoding? DeclaredOther(ReadOnlySpan<byte> body)
    {
        var start = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (!start.StartsWith("<?xml"u8)
            || EncodingDeclaration().Match(Encoding.Latin1.GetString(start[..Math.Min(start.Length, 200)])) is not { Success: true } match
            || match.Groups["name"].Value is not { } name
            || name.StartsWith("utf", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ucs", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (body.ContainsAnyInRange<byte>(0x80, 0xFF) && Utf8.IsValid(body))
        {
            throw new XmlException($"The text declares the encoding {name} and is UTF-8.", null, 1, start.Length == body.Length ? 1 : 2);
        }

        // The name that IANA gives Microsoft's variant, which .NET knows by the plain one.
        name = name.ToUpperInvariant() is "WINDOWS-31J" or "CP932" or "MS932" ? "shift_jis" : name;
        return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
            ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
    }

    private static void Measure(XmlReader reader)
    {
        var place = (IXmlLineInfo)reader;
        for (var nodes = 0; reader.Read(); nodes += 1 + reader.AttributeCount)
        {
            if (reader.Depth > MaxDepth || nodes > MaxNodes)
            {
                var bound = reader.Depth > MaxDepth ? $"nested more than {MaxDepth} deep" : $"more than {MaxNodes}";
                throw new XmlException($"The elements are {bound}.", null, place.LineNumber, place.LinePosition);
            }
        }
    }

    /// <summary>What decoders throw for bytes that are not in the declared encoding, and for encodings that there are not.</summary>
    private static bool IsEncodingFault(Exception e) => e is DecoderFallbackException or ArgumentException or NotSupportedException;

    [GeneratedRegex(@"^<\?xml\s[^>]*?\bencoding\s*=\s*[""'](?<name>[A-Za-z][A-Za-z0-9._:-]*)[""']", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex EncodingDeclaration();

    private static string WithoutPlace(string message) =>
        message.IndexOf(" Line ", StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;
}
