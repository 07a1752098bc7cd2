using AllianceNotify.Reports;

namespace AllianceNotify.Messaging;

public static class Lanes
{
    /// <summary>Actual traffic by urgency; exercises and tests last, whatever they play.</summary>
    public static Lane For(Urgency urgency, ReportMode mode) => (mode, urgency) switch
    {
        (ReportMode.Actual, Urgency.Flash) => Lane.FlashActual,
        (ReportMode.Actual, Urgency.Urgent) => Lane.UrgentActual,
        (ReportMode.Actual, _) => Lane.RoutineActual,
        _ => Lane.Exercise,
    };
}
