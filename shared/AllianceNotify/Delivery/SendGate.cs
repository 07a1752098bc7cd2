using System.Net;
using System.Text.Json;
using AllianceNotify.Content;
using AllianceNotify.Situations;

namespace AllianceNotify.Delivery;

/// <summary>
/// The last look before anything leaves: what is about to be sent is what the situation is, and says so. A mode is fixed
/// when a situation is opened and copied to its alerts; where they differ something changed what nothing may change, and
/// a person has to look.
/// </summary>
internal static class SendGate
{
    private static readonly ShownMode[] Modes = Enum.GetValues<ShownMode>();

    /// <summary>Null: may be sent. Else why not.</summary>
    public static string? WhyNot(Alert alert, Situation? situation, RenderedAlert content)
    {
        if (situation is null)
        {
            return $"Alert {alert.Id} belongs to situation {alert.Situation}, which does not exist: not sent.";
        }

        if (alert.Mode != situation.Mode)
        {
            return $"Alert {alert.Id} says {alert.Mode}, its situation {situation.Id} says {situation.Mode}: not sent.";
        }

        if (situation.ModeDoubt is not null && alert.ModeDoubt is null)
        {
            return $"Alert {alert.Id} claims to be {alert.Mode}, which of its situation {situation.Id} nobody knows: not sent.";
        }

        if (!SubjectFits(alert.ShownMode, content))
        {
            return $"The subject of alert {alert.Id} in {content.Language} does not begin as one of mode {alert.ShownMode} must: not sent.";
        }

        string[] bodies = [content.Text, WebUtility.HtmlDecode(content.Html), WordsOf(content.Card)];
        foreach (var (what, words) in new[] { ("mode", ModeBanner.Of(alert.ShownMode)), ("marking", alert.Marking.Label) })
        {
            if (!bodies.All(body => body.Contains(words, StringComparison.Ordinal)))
            {
                return $"Alert {alert.Id} in {content.Language} does not show its {what} ({words}) in every body: not sent.";
            }
        }

        return null;
    }

    private static bool SubjectFits(ShownMode mode, RenderedAlert content)
    {
        var own = ModeBanner.SubjectMark(mode, content.Language);
        return content.Subject.StartsWith(own, StringComparison.Ordinal)
            && Modes.Select(other => ModeBanner.SubjectMark(other, content.Language))
                .All(mark => mark.Length == 0 || mark == own || !content.Subject.StartsWith(mark, StringComparison.Ordinal));
    }

    private static string WordsOf(string card)
    {
        using var document = JsonDocument.Parse(card);
        var words = new List<string>();
        Collect(document.RootElement, words);
        return string.Join('\n', words);
    }

    private static void Collect(JsonElement element, List<string> words)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                words.Add(element.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, words);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Collect(property.Value, words);
                }

                break;
        }
    }
}
