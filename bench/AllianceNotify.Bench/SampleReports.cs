using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>Made-up reports in own JSON, each with a number of its own.</summary>
internal static class SampleReports
{
    /// <summary>A cyber incident in a report of this many bytes (ASCII).</summary>
    public static string OfSize(int bytes)
    {
        var report = Cyber("");
        return Cyber(Filler(bytes - report.Length));
    }

    /// <summary>A flash report: a missile launch in words that leave no doubt.</summary>
    public static string Flash => $$"""
        {"source":"bench-radar","sourceId":"b-{{RequestTemplate.Number}}","mode":"actual","marking":{"tlp":"clear"},"observedAt":"2026-01-01T00:00:00Z","language":"en","title":"Ballistic missile launch detected, number {{RequestTemplate.Number}}","body":"A ballistic missile was launched. Sample data of a load driver; no such launch took place."}
        """;

    private static string Cyber(string filler) => $$"""
        {"source":"bench-desk","sourceId":"b-{{RequestTemplate.Number}}","mode":"actual","marking":{"tlp":"clear"},"observedAt":"2026-01-01T00:00:00Z","language":"en","title":"Ransomware incident number {{RequestTemplate.Number}}","body":"Ransomware has encrypted the control servers of a power company and its operations have stopped. Sample data of a load driver. {{filler}}","location":{"name":"the capital","latitude":35.6,"longitude":139.7 }
        }
        """;

    private static string Filler(int length)
    {
        const string sentence = "The operator has cut its network off and asks the companies that supply it to look at their own. ";
        return string.Concat(Enumerable.Repeat(sentence, (length / sentence.Length) + 1))[..length];
    }
}
