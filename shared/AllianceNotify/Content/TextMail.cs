using System.Text;

namespace AllianceNotify.Content;

/// <summary>
/// The plain-text part of a mail. Lines of the source's own text begin with <c>| </c>, so that no sender can write a line
/// that passes for the hub's.
/// </summary>
internal static class TextMail
{
    private static readonly string Rule = new('=', 64);

    public static string Write(AlertSheet own, AlertSheet other)
    {
        var text = new StringBuilder(4096);
        Frame(text, own);
        text.Append(Words.Of(own.Urgency).In(own.Language)).Append(" / ").Append(Words.Of(own.Urgency).In(other.Language))
            .AppendLf().AppendLf(own.Kind).AppendLf(other.Kind).AppendLf();
        Part(text, own, above: null);
        text.AppendLf(new string('-', 64)).AppendLf(Words.LanguageName.In(other.Language)).AppendLf();
        Part(text, other, above: own);
        text.Append(Words.AlertId.In(own.Language)).Append(": ").Append(own.AlertId.Value).Append("  ")
            .Append(Words.SituationId.In(own.Language)).Append(": ").AppendLf(own.SituationId.Value).AppendLf();
        Frame(text, own);
        return text.ToString();
    }

    private static void Frame(StringBuilder text, AlertSheet sheet) => text
        .Append(sheet.MarkingLabel).AppendLf(sheet.Releasable.Length > 0 ? $" ({sheet.Releasable})" : "")
        .AppendLf(Rule).AppendLf(ModeBanner.Of(sheet.Mode)).AppendLf(Rule).AppendLf();

    private static void Part(StringBuilder text, AlertSheet sheet, AlertSheet? above)
    {
        var language = sheet.Language;
        text.AppendLf(sheet.Category);
        if (sheet.Text.Note is { } note)
        {
            text.AppendLf(note);
        }

        text.Append("| ").AppendLf(sheet.Text.Title).AppendLf();
        foreach (var row in sheet.Rows.Where(row => row.IsKey))
        {
            Row(text, row);
        }

        text.AppendLf().Append(Words.Acknowledge.In(language)).AppendLf(":")
            .AppendLf(RenderedAlert.AcknowledgeUrlPlaceholder).AppendLf(Words.AcknowledgeHint.In(language)).AppendLf();
        Body(text, sheet, above);
        text.Append("* ").AppendLf(Words.Asked.In(language));
        foreach (var line in sheet.Asked.Append(sheet.Answer))
        {
            text.Append("  - ").AppendLf(line);
        }

        text.AppendLf().Append("* ").AppendLf(Words.Details.In(language));
        foreach (var row in sheet.Rows.Where(row => !row.IsKey))
        {
            Row(text, row);
        }

        text.AppendLf();
    }

    private static void Body(StringBuilder text, AlertSheet sheet, AlertSheet? above)
    {
        if (sheet.Text.Body.Length == 0)
        {
            return;
        }

        if (sheet.Text.Body == above?.Text.Body)
        {
            text.AppendLf(Words.AsAbove.In(sheet.Language)).AppendLf();
            return;
        }

        var shown = SafeText.Head(sheet.Text.Body, AlertSheet.MaxMailBody).ToString();
        foreach (var line in shown.Split('\n'))
        {
            text.Append("| ").AppendLf(line);
        }

        if (shown.Length < sheet.Text.Body.Length)
        {
            text.Append(Words.CutMark(shown.Length, sheet.Text.Body.Length).In(sheet.Language)).Append(' ')
                .Append(RenderedAlert.AcknowledgeUrlPlaceholder).AppendLf(Words.CutEnd.In(sheet.Language));
        }

        text.AppendLf();
    }

    private static void Row(StringBuilder text, SheetRow row)
    {
        var separator = ": ";
        text.Append(row.Label);
        foreach (var line in row.Lines)
        {
            text.Append(separator).AppendLf(line);
            separator = "    ";
        }
    }

    /// <summary>Mail adapters turn <c>\n</c> into what their protocol wants.</summary>
    private static StringBuilder AppendLf(this StringBuilder text, string line = "") => text.Append(line).Append('\n');
}
