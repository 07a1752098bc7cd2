using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>Made-up reports in own JSON, each with a number of its own.</summary>
internal static class SampleReports
{
    /// <summary>A routine report of this many bytes (ASCII).</summary>
    public static string OfSize(int bytes)
    {
        var report = Routine("");
        return Routine(Filler(bytes - report.Length));
    }

    /// <summary>A flash report: a missile launch in words that leave no doubt.</summary>
    public static string Flash => $$"""
        {"source":"bench-radar","sourceId":"b-{{RequestTemplate.Number}}","mode":"actual","marking":{"tlp":"clear"},"observedAt":"2026-01-01T00:00:00Z","language":"en","title":"Ballistic missile launch detected, number {{RequestTemplate.Number}}","body":"A ballistic missile was launched. Sample data of a load driver; no such launch took place."}
        """;

    private static string Routine(string filler) => $$"""
        {"source":"bench-desk","sourceId":"b-{{RequestTemplate.Number}}","mode":"actual","marking":{"tlp":"clear"},"observedAt":"2026-01-01T00:00:00Z","language":"en","title":"Vessel overdue, number {{RequestTemplate.Number}}","body":"A fishing vessel is overdue at its port and does not answer on the radio. Sample data of a load driver. {{filler}}","location":{"name":"off the cape","latitude":34.5,"longitude":140.1 }
        }
        """;

    private static string Filler(int length)
    {
        const string sentence = "The watch has asked ships in the area to keep a lookout and to report what they see. ";
        return string.Concat(Enumerable.Repeat(sentence, (length / sentence.Length) + 1))[..length];
    }
}
