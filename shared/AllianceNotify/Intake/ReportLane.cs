using AllianceNotify.Messaging;
using AllianceNotify.Reports;

namespace AllianceNotify.Intake;

/// <summary>The lane in which a report waits for triage, from a cheap estimate of how urgent it is and from its mode.</summary>
public sealed class ReportLane(Func<SituationReport, Urgency> estimate)
{
    public Lane Of(SituationReport report) => Lanes.For(report.Mode == ReportMode.Actual ? estimate(report) : Urgency.Info, report.Mode);
}
