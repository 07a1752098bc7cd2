using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using AllianceNotify.Reports;

namespace AllianceNotify.Content;

/// <summary>
/// The Adaptive Card (schema 1.4). Foreign text stands in text runs, which know no Markdown; the only action opens the
/// acknowledge page, since cards that come in by a webhook cannot submit.
/// </summary>
internal static class AlertCard
{
    /// <summary>UTF-8 bytes, a recipient's own acknowledge URL included.</summary>
    public const int MaxBytes = 20 * 1024;

    /// <summary>Kept free for the URL that takes the placeholder's place, twice.</summary>
    private const int UrlReserve = 2 * 1024;

    /// <summary>Paragraphs of the source's text; lines beyond are run together.</summary>
    private const int MaxLines = 20;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>
    /// What a card says at each step of shortening, each step leaving out more: area codes; then the playbook and details of
    /// the other language; then all but the first three facts; then the other language's text; then the source's text but for
    /// its beginning; then the own language's playbook and details; at last all of the text. Marking, mode, urgency, kind,
    /// category, title, time, place, link, alert and situation stay on every card.
    /// </summary>
    private sealed record Cut(
        int OwnBody = 1000, int OtherBody = 1000, int Facts = int.MaxValue, bool Areas = true, bool OtherDetails = true, bool OwnDetails = true);

    private static readonly Cut[] Steps = MakeSteps();

    public static string Write(AlertSheet own, AlertSheet other)
    {
        var buffer = new ArrayBufferWriter<byte>(8 * 1024);
        foreach (var cut in Steps)
        {
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer, Options))
            {
                Card(json, own, other, cut);
            }

            if (buffer.WrittenCount <= MaxBytes - UrlReserve)
            {
                return Encoding.UTF8.GetString(buffer.WrittenSpan);
            }
        }

        throw new InvalidOperationException($"The shortest card of alert {own.AlertId} has {buffer.WrittenCount} bytes.");
    }

    private static Cut[] MakeSteps()
    {
        var full = new Cut();
        var areas = full with { Areas = false };
        var details = areas with { OtherDetails = false };
        var facts = details with { Facts = 3 };
        var otherBody = facts with { OtherBody = 0 };
        var body = otherBody with { OwnBody = 400 };
        var guidelines = body with { OwnDetails = false };
        return [full, areas, details, facts, otherBody, body, guidelines, guidelines with { OwnBody = 0 }];
    }

    private static void Card(Utf8JsonWriter json, AlertSheet own, AlertSheet other, Cut cut)
    {
        json.WriteStartObject();
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("version", "1.4");
        json.WriteString("lang", own.Language);
        json.WriteString("fallbackText", Inert($"{ModeBanner.Of(own.Mode)} {own.MarkingLabel} {Headline(own)} {own.Category}: {own.Text.Title}"));
        json.WriteStartArray("body");
        Marking(json, own);
        Banner(json, own.Mode);
        StartContainer(json, own.Mode == ShownMode.Actual ? UrgencyStyle(own) : "default");
        Block(json, $"{Words.Of(own.Urgency).In(own.Language)} / {Words.Of(own.Urgency).In(other.Language)}", bold: true, large: true);
        Block(json, own.Kind, bold: true);
        Block(json, other.Kind);
        EndContainer(json);
        var shortened = cut != Steps[0];
        shortened |= Part(json, own, null, cut.OwnBody, cut, cut.OwnDetails);
        shortened |= Part(json, other, own, cut.OtherBody, cut, cut.OtherDetails);
        if (shortened)
        {
            Block(json, $"{Words.Shortened.In(own.Language)} / {Words.Shortened.In(other.Language)}", bold: true);
        }

        Run(json, $"{Words.AlertId.In(own.Language)} {own.AlertId} · {Words.SituationId.In(own.Language)} {own.SituationId}", subtle: true);
        Banner(json, own.Mode);
        Marking(json, own);
        json.WriteEndArray();
        OpenPage(json, $"{Words.Acknowledge.In(own.Language)} / {Words.Acknowledge.In(other.Language)}");
        json.WriteEndObject();
    }

    private static void OpenPage(Utf8JsonWriter json, string title)
    {
        json.WriteStartArray("actions");
        json.WriteStartObject();
        json.WriteString("type", "Action.OpenUrl");
        json.WriteString("title", title);
        json.WriteString("url", RenderedAlert.AcknowledgeUrlPlaceholder);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>True where something of the source's text was left out.</summary>
    private static bool Part(Utf8JsonWriter json, AlertSheet sheet, AlertSheet? above, int maxBody, Cut cut, bool details)
    {
        Run(json, sheet.Category, bold: true, separated: true);
        Run(json, sheet.Text.Title, bold: true, large: true);
        if (sheet.Text.Note is { } note)
        {
            Run(json, note, subtle: true);
        }

        foreach (var row in sheet.Rows.Where(row => row.IsKey))
        {
            Row(json, row);
        }

        if (above is null)
        {
            // High up, where a client that folds long cards still shows it.
            json.WriteStartObject();
            json.WriteString("type", "ActionSet");
            OpenPage(json, Words.Acknowledge.In(sheet.Language));
            json.WriteEndObject();
        }

        var cutBody = Body(json, sheet, above, maxBody);
        if (!details)
        {
            return cutBody;
        }

        Block(json, Words.Asked.In(sheet.Language), bold: true);
        foreach (var line in sheet.Asked.Append(sheet.Answer))
        {
            Run(json, $"• {line}");
        }

        Block(json, Words.Details.In(sheet.Language), bold: true);
        var facts = cut.Facts;
        foreach (var row in sheet.Rows.Where(row => !row.IsKey))
        {
            if (row.Topic switch { SheetTopic.Areas => cut.Areas, SheetTopic.Fact => facts-- > 0, _ => true })
            {
                Row(json, row);
            }
        }

        return cutBody;
    }

    private static bool Body(Utf8JsonWriter json, AlertSheet sheet, AlertSheet? above, int max)
    {
        if (sheet.Text.Body.Length == 0)
        {
            return false;
        }

        if (sheet.Text.Body == above?.Text.Body)
        {
            Run(json, Words.AsAbove.In(sheet.Language), subtle: true);
            return false;
        }

        var text = SafeText.Cut(sheet.Text.Body, max + 1);
        if (max > 0)
        {
            StartContainer(json, "emphasis");
            foreach (var paragraph in text.Split('\n', MaxLines, StringSplitOptions.RemoveEmptyEntries))
            {
                Run(json, paragraph.Replace('\n', ' '));
            }

            EndContainer(json);
        }

        return text.Length < sheet.Text.Body.Length;
    }

    private static string Headline(AlertSheet sheet) => $"{Words.Of(sheet.Urgency).In(sheet.Language)} {sheet.Kind}";

    private static void Marking(Utf8JsonWriter json, AlertSheet sheet) =>
        Run(json, sheet.Releasable.Length > 0 ? $"{sheet.MarkingLabel}  {sheet.Releasable}" : sheet.MarkingLabel, bold: true);

    private static void Banner(Utf8JsonWriter json, ShownMode mode)
    {
        StartContainer(json, mode switch { ShownMode.Actual => "default", ShownMode.InDoubt => "attention", _ => "accent" });
        if (mode == ShownMode.Actual)
        {
            Block(json, ModeBanner.Of(mode), bold: true);
        }
        else
        {
            // A line a language: one line of both would break inside a word on a phone.
            Block(json, ModeBanner.Parts(mode).En, bold: true, large: true);
            Block(json, ModeBanner.Parts(mode).Ja, bold: true, large: true);
        }

        EndContainer(json);
    }

    private static string UrgencyStyle(AlertSheet sheet) => sheet.Urgency switch
    {
        _ when sheet.IsAllClear => "good",
        Urgency.Flash => "attention",
        Urgency.Urgent => "warning",
        _ => "emphasis",
    };

    private static void StartContainer(Utf8JsonWriter json, string style)
    {
        json.WriteStartObject();
        json.WriteString("type", "Container");
        json.WriteString("style", style);
        json.WriteStartArray("items");
    }

    private static void EndContainer(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The hub's own words.</summary>
    private static void Block(Utf8JsonWriter json, string text, bool bold = false, bool large = false)
    {
        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", text);
        json.WriteBoolean("wrap", true);
        Look(json, bold, large, subtle: false);
        json.WriteEndObject();
    }

    private static void Row(Utf8JsonWriter json, SheetRow row)
    {
        json.WriteStartObject();
        json.WriteString("type", "RichTextBlock");
        json.WriteStartArray("inlines");
        TextRun(json, $"{row.Label}: ", bold: false, large: false, subtle: true);
        TextRun(json, string.Join(" · ", row.Lines), bold: false, large: false, subtle: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Any words, as one paragraph without Markdown.</summary>
    private static void Run(Utf8JsonWriter json, string text, bool bold = false, bool large = false, bool subtle = false, bool separated = false)
    {
        json.WriteStartObject();
        json.WriteString("type", "RichTextBlock");
        if (separated)
        {
            json.WriteBoolean("separator", true);
            json.WriteString("spacing", "large");
        }

        json.WriteStartArray("inlines");
        TextRun(json, text, bold, large, subtle);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void TextRun(Utf8JsonWriter json, string text, bool bold, bool large, bool subtle)
    {
        json.WriteStartObject();
        json.WriteString("type", "TextRun");
        json.WriteString("text", Inert(text));
        Look(json, bold, large, subtle);
        json.WriteEndObject();
    }

    /// <summary>Cards put what they compute in place of <c>{{DATE(…)}}</c> and <c>{{TIME(…)}}</c>.</summary>
    private static string Inert(string text)
    {
        while (text.Contains("{{", StringComparison.Ordinal))
        {
            text = text.Replace("{{", "{ {", StringComparison.Ordinal);
        }

        return text;
    }

    private static void Look(Utf8JsonWriter json, bool bold, bool large, bool subtle)
    {
        if (bold)
        {
            json.WriteString("weight", "bolder");
        }

        if (large)
        {
            json.WriteString("size", "large");
        }

        if (subtle)
        {
            json.WriteBoolean("isSubtle", true);
        }
    }
}
