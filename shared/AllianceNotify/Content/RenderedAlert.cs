namespace AllianceNotify.Content;

/// <summary>
/// An alert in words for readers of one language first. Made once an alert and language; <see cref="For"/> puts in what
/// differs between recipients.
/// </summary>
public sealed record RenderedAlert
{
    /// <summary>Stands for the recipient's acknowledge URL in all bodies; survives HTML and JSON escaping unchanged.</summary>
    public const string AcknowledgeUrlPlaceholder = "https://acknowledge.invalid/a/0";

    /// <summary><c>en</c> or <c>ja</c>.</summary>
    public required string Language { get; init; }

    public required string Subject { get; init; }

    public required string Html { get; init; }

    public required string Text { get; init; }

    /// <summary>Adaptive Card 1.4 as JSON, at most 20 KiB of UTF-8.</summary>
    public required string Card { get; init; }

    /// <summary>The same content with this recipient's acknowledge URL in place of the placeholder. A channel that sends one body asks for that one.</summary>
    public RenderedAlert For(Uri acknowledgeUrl) => this with
    {
        Html = HtmlFor(acknowledgeUrl),
        Text = TextFor(acknowledgeUrl),
        Card = CardFor(acknowledgeUrl),
    };

    public string HtmlFor(Uri acknowledgeUrl) => Put(Html, System.Net.WebUtility.HtmlEncode(acknowledgeUrl.AbsoluteUri));

    public string TextFor(Uri acknowledgeUrl) => Put(Text, acknowledgeUrl.AbsoluteUri);

    public string CardFor(Uri acknowledgeUrl) => Put(Card, System.Text.Json.JsonEncodedText.Encode(acknowledgeUrl.AbsoluteUri).ToString());

    private static string Put(string body, string url) => body.Replace(AcknowledgeUrlPlaceholder, url, StringComparison.Ordinal);
}
