using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;

namespace AllianceNotify.Messaging;

/// <summary>
/// On <c>reports</c>: a report that intake has stored. Anything else on that queue is a report in own JSON, put there by a
/// reporting system. The envelope's one property is a name that own JSON does not have.
/// </summary>
public sealed record AcceptedReport([property: JsonPropertyName("acceptedReport")] ReportId Report);

/// <summary>On <c>alerts</c>: an alert to plan deliveries for, or a further round of asking.</summary>
public sealed record AlertToFanOut(AlertId Alert)
{
    /// <summary>0 for the alert itself; an escalation's round otherwise.</summary>
    public int Round { get; init; }
}

/// <summary>On <c>deliveries</c>: recipients of one alert over one channel, read in one language.</summary>
public sealed record DeliveryChunk(AlertId Alert, string Channel, int Round, string Language, IReadOnlyList<ContactId> Contacts)
{
    /// <summary>Random name of this very queue message: a redelivery of it may take over its own claims, a copy may not.</summary>
    public required string Ticket { get; init; }
}
