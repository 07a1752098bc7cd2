using AllianceNotify.Reports;

namespace AllianceNotify.Tests.Classification;

/// <summary>Reports for the classifier, with only what a test is about said aloud.</summary>
internal static class ReportBuilder
{
    public static SituationReport Text(string title, string body = "", string language = "en", ReportMode mode = ReportMode.Actual) => new()
    {
        Id = SituationReport.IdOf("test", title),
        Source = "test",
        SourceId = title,
        Action = ReportAction.New,
        Mode = mode,
        ObservedAt = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero),
        ReceivedAt = new DateTimeOffset(2026, 5, 1, 0, 1, 0, TimeSpan.Zero),
        Texts = [new ReportText(language, title, body)],
        Marking = Marking.Public,
        Format = "own-json",
    };

    public static SituationReport WithCodes(this SituationReport report, params (string Scheme, string Value)[] codes) =>
        report with { Codes = [.. codes.Select(code => new ReportCode(code.Scheme, code.Value))] };

    public static SituationReport WithFacts(this SituationReport report, params (string Name, FactValue Value)[] facts) =>
        report with { Facts = facts.ToDictionary(fact => fact.Name, fact => fact.Value) };

    public static SituationReport At(this SituationReport report, double latitude, double longitude) =>
        report with { Location = new ReportLocation { Latitude = latitude, Longitude = longitude } };
}
