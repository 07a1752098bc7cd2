using System.Text.Json.Serialization;

namespace AllianceNotify.Reports;

/// <summary>
/// Whether a report is about the world or about an exercise. A property of every report, never a category and never
/// defaulted. CAP 1.2 §3.2.1 <c>status</c>: Actual; Exercise; Test and System become <see cref="Test"/>.
/// </summary>
[JsonConverter(typeof(KebabEnumConverter<ReportMode>))]
public enum ReportMode
{
    Actual,
    Exercise,
    Test,
}

/// <summary>What a report does to the situation it is about. CAP 1.2 §3.2.1 <c>msgType</c>: Alert, Update, Cancel.</summary>
[JsonConverter(typeof(KebabEnumConverter<ReportAction>))]
public enum ReportAction
{
    New,
    Update,
    Cancel,
}

/// <summary>How soon people must know.</summary>
[JsonConverter(typeof(KebabEnumConverter<Urgency>))]
public enum Urgency
{
    /// <summary>Never pages anybody.</summary>
    Info,

    /// <summary>Next digest: waits for the end of quiet hours.</summary>
    Routine,

    /// <summary>Within minutes.</summary>
    Urgent,

    /// <summary>Wake people now.</summary>
    Flash,
}
