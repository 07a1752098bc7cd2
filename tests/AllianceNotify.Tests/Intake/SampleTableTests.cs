using System.Globalization;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>
/// Every report in every sample against <c>samples.tsv</c>, whose values were taken from the files and not from what the hub made of them: its
/// event, times, place, severity, mode, action, event key and references, in the order of the file and none left out. A dash: the file has none.
/// </summary>
public sealed class SampleTableTests
{
    private static readonly ILookup<string, Row> Table = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "samples.tsv"))
        .Skip(1).Select(line => line.Split('\t')).Select(Row.Of).ToLookup(row => row.File);

    public static TheoryData<string> Files() => AllSamplesTests.Files();

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_report_of_a_sample_says_what_its_file_says(string file)
    {
        var rows = Table[file].ToList();
        var reports = Sample.Read(file);
        Assert.Equal(rows.Count, reports.Count);
        Assert.True(rows.Count > 0 || file == "stix/tlp-amber.json", "The table does not know this file.");
        foreach (var (row, report) in rows.Zip(reports))
        {
            Assert.Equal(row, Row.Of(row, report));
        }
    }

    private sealed record Row(
        string File, string Entry, string Event, string Observed, string Until, string Place, string Point, string AreaCode, string Severity, string Mode, string Action, string EventKey, string Reference)
    {
        public static Row Of(string[] cells) => cells is [var file, var entry, var name, var observed, var until, var place, var point, var area, var severity, var mode, var action, var key, var reference]
            ? new Row(file, entry, name, observed, until, place, point, area, severity, mode, action, key, reference)
            : throw new InvalidDataException($"{cells.Length} cells: {string.Join('|', cells)}");

        /// <summary>What the report has in place of what the table expects.</summary>
        public static Row Of(Row expected, SituationReport report) => expected with
        {
            Entry = Among(expected.Entry, [report.SourceId], (found, wanted) => found.Contains(wanted, StringComparison.Ordinal)),
            Event = Among(expected.Event, Said(report)),
            Observed = report.ObservedAt == IntakeHarness.Now ? "received" : IsoTime.Write(report.ObservedAt),
            Until = report.ExpiresAt is { } end ? IsoTime.Write(end) : "-",
            Place = Among(expected.Place, [report.Location?.Name ?? "-"], (found, wanted) => found.StartsWith(wanted, StringComparison.Ordinal)),
            Point = expected.Point == "-" ? "-" : string.Create(CultureInfo.InvariantCulture, $"{report.Location?.Latitude},{report.Location?.Longitude}"),
            AreaCode = Among(expected.AreaCode, report.Location?.AreaCodes ?? []),
            Severity = Among(expected.Severity, Said(report)),
            Mode = report.Mode.ToString().ToLowerInvariant(),
            Action = report.Action.ToString().ToLowerInvariant(),
            EventKey = Among(expected.EventKey, report.EventKeys),
            Reference = report.References is [var only] ? $"{only.Source} {only.SourceId}" : report.References.Count == 0 ? "-" : string.Join("; ", report.References),
        };

        private static IEnumerable<string> Said(SituationReport report) =>
            [.. report.Codes.Select(code => $"{code.Scheme}={code.Value}"), .. report.Facts.Select(fact => $"{fact.Key}={fact.Value}")];

        private static string Among(string wanted, IEnumerable<string> found, Func<string, string, bool>? fits = null) =>
            wanted == "-" || found.Any(each => fits?.Invoke(each, wanted) ?? each == wanted) ? wanted : string.Join(" | ", found);
    }
}
