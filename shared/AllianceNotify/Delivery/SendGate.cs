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

        string[] bodies = [content.Text, content.Html, content.Card];
        return bodies.All(body => body.Contains(alert.Marking.Label, StringComparison.Ordinal))
            ? null
            : $"Alert {alert.Id} in {content.Language} does not show its marking {alert.Marking.Label} in every body: not sent.";
    }
}
