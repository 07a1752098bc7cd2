using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>The source's words for readers of one language, and an honest note where they are not in that language.</summary>
public sealed record SheetText
{
    /// <summary>BCP 47 tag of <see cref="Title"/> and <see cref="Body"/>; empty where the source's tag is none.</summary>
    public required string Language { get; init; }

    /// <summary>One line, neutralised, at most 300 characters.</summary>
    public required string Title { get; init; }

    /// <summary>Whole, neutralised; lines end in <c>\n</c>.</summary>
    public required string Body { get; init; }

    /// <summary>Null where these are the source's own words in the reader's language.</summary>
    public required string? Note { get; init; }

    /// <summary>The reader's language, else the hub's other language, else the source's own.</summary>
    public static SheetText Of(IReadOnlyList<ReportText> texts, string language)
    {
        var shown = Choose(texts, language);
        var isOwn = Words.Primary(shown.Language) == language;
        LocalizedText? note = null;
        if (!isOwn)
        {
            note = Words.OnlyIn(language, [.. texts.Select(text => Words.Primary(text.Language)).Distinct(StringComparer.Ordinal)]);
        }
        else if (Words.Primary(texts[0].Language) != language)
        {
            note = Words.SuppliedTranslation(texts[0].Language);
        }

        return new SheetText
        {
            Language = IsTag(shown.Language) ? shown.Language : "",
            Title = SafeText.Line(shown.Title, AlertSheet.MaxTitle),
            Body = SafeText.Block(shown.Body),
            Note = note?.In(language),
        };
    }

    internal static ReportText Choose(IReadOnlyList<ReportText> texts, string language)
    {
        var other = language == "ja" ? "en" : "ja";
        return texts.FirstOrDefault(text => Words.Primary(text.Language) == language)
            ?? texts.FirstOrDefault(text => Words.Primary(text.Language) == other)
            ?? texts[0];
    }

    private static bool IsTag(string language) =>
        language.Length is > 1 and <= 35 && language.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
}
