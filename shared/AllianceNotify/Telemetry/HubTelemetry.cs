using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AllianceNotify.Telemetry;

/// <summary>The one activity source, and the names of all that is measured.</summary>
public static class HubTelemetry
{
    public const string Name = "AllianceNotify";

    public static readonly ActivitySource Source = new(Name);
}

/// <summary>
/// What the hub measures, as verbs: callers never see instrument names. Durations are seconds, as OpenTelemetry's
/// semantic conventions ask.
/// </summary>
public sealed class HubMetrics
{
    private readonly Counter<long> reportsAccepted;
    private readonly Counter<long> deliveriesSettled;
    private readonly Counter<long> deadLetters;
    private readonly Histogram<double> reportToAlert;
    private readonly Histogram<double> alertToDelivery;
    private readonly Histogram<double> alertToAcknowledgement;

    public HubMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(HubTelemetry.Name);
        reportsAccepted = meter.CreateCounter<long>("alliancenotify.reports.accepted", "{report}", "Reports made durable.");
        deliveriesSettled = meter.CreateCounter<long>("alliancenotify.deliveries.settled", "{delivery}", "Deliveries by outcome.");
        deadLetters = meter.CreateCounter<long>("alliancenotify.dead_letters", "{message}", "Messages set aside for a person.");
        reportToAlert = meter.CreateHistogram<double>("alliancenotify.report_to_alert.duration", "s", "From a report's acceptance to its alert.");
        alertToDelivery = meter.CreateHistogram<double>("alliancenotify.alert_to_delivery.duration", "s", "From an alert to each delivery.");
        alertToAcknowledgement = meter.CreateHistogram<double>("alliancenotify.alert_to_acknowledgement.duration", "s", "From an alert to its first answer.");
    }

    public void ReportAccepted(string format, string mode) => reportsAccepted.Add(1, new("format", format), new("mode", mode));

    public void AlertMade(TimeSpan sinceReport, string category, string mode) =>
        reportToAlert.Record(sinceReport.TotalSeconds, new("category", category), new("mode", mode));

    public void DeliverySettled(string channel, string outcome, TimeSpan? sinceAlert)
    {
        deliveriesSettled.Add(1, new("channel", channel), new("outcome", outcome));
        if (sinceAlert is { } duration)
        {
            alertToDelivery.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("channel", channel));
        }
    }

    public void Acknowledged(TimeSpan sinceAlert, string category) =>
        alertToAcknowledgement.Record(sinceAlert.TotalSeconds, new KeyValuePair<string, object?>("category", category));

    public void DeadLettered(string queue) => deadLetters.Add(1, new KeyValuePair<string, object?>("queue", queue));
}
