using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Situations;

namespace AllianceNotify.Acknowledgement;

[JsonConverter(typeof(KebabEnumConverter<AnswerRoute>))]
public enum AnswerRoute
{
    /// <summary>The button on the page that a personal link opens.</summary>
    Link,
    Board,
    Api,
}

/// <summary>Somebody has answered an alert.</summary>
public sealed record Answer
{
    public required AlertId Alert { get; init; }

    /// <summary>Key of who answered: <c>contact:ID</c> or <c>key:ID</c>. One answer each an alert.</summary>
    public required string Who { get; init; }

    public ContactId? Contact { get; init; }

    public required string Name { get; init; }

    public string? Agency { get; init; }

    public required DateTimeOffset At { get; init; }

    public required AnswerRoute Route { get; init; }

    /// <summary>At most 2,000 characters.</summary>
    public string? Note { get; init; }
}
