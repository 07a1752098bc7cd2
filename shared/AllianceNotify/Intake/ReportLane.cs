using AllianceNotify.Messaging;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>
/// The lane in which a report waits for triage, from its mode and from a cheap estimate of how urgent it is: of its codes and
/// facts, its title, and the first <see cref="HeadLength"/> characters of its text. What lies deeper may be urgent, so that a
/// report of which only the head was seen waits among the urgent ones at least.
/// </summary>
public sealed class ReportLane(Func<SituationReport, Urgency> estimate)
{
    /// <summary>Characters (UTF-16) of a text's body that the estimate sees.</summary>
    public const int HeadLength = 160;

    public Lane Of(SituationReport report)
    {
        if (report.Mode != ReportMode.Actual)
        {
            return Lanes.For(Urgency.Info, report.Mode);
        }

        var isWhole = report.Texts is [{ Body.Length: <= HeadLength }];
        var urgency = estimate(isWhole ? report : report with { Texts = [.. report.Texts.Take(1).Select(Head)] });
        return Lanes.For(isWhole || urgency >= Urgency.Urgent ? urgency : Urgency.Urgent, report.Mode);
    }

    private static ReportText Head(ReportText text) => text.Body.Length > HeadLength ? text with { Body = text.Body[..Cut(text.Body)] } : text;

    /// <summary>Not between the halves of a surrogate pair.</summary>
    private static int Cut(string body) => char.IsHighSurrogate(body[HeadLength - 1]) ? HeadLength - 1 : HeadLength;
}
