using AllianceNotify.Intake;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>What holds of every real file in <c>samples/</c>; what each of them says is in the tests of its format.</summary>
public sealed class AllSamplesTests
{
    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Sample.Root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Sample.Root, file)).Order(StringComparer.Ordinal))
        {
            // The sample contacts are for another door.
            if (file is not "README.md" && !file.StartsWith("contacts", StringComparison.Ordinal))
            {
                files.Add(file.Replace('\\', '/'));
            }
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_sample_is_accepted_whole_and_only_once(string file)
    {
        var hub = new IntakeHarness();
        var body = Sample.Bytes(file);
        var first = Assert.IsType<IntakeResult.Accepted>(await hub.Accept.AcceptAsync(body, TypeOf(file), IntakeHarness.Caller, default));
        Assert.Empty(first.SkippedEntries);
        Assert.All(first.Items, item => Assert.False(item.Duplicate));
        Assert.Equal(file == "stix/tlp-amber.json", first.Items.Count == 0);

        var again = Assert.IsType<IntakeResult.Accepted>(await hub.Accept.AcceptAsync(body, TypeOf(file), IntakeHarness.Caller, default));
        Assert.Equal(first.Items.Select(item => item with { Duplicate = true }), again.Items);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_sample_says_what_when_where_and_whether_it_is_real(string file)
    {
        var drill = file == "jma/32-39_12_11_250206_VTSE51.xml";
        foreach (var report in Sample.Read(file))
        {
            Assert.Equal(drill ? ReportMode.Exercise : ReportMode.Actual, report.Mode);
            Assert.NotEmpty(report.Codes);
            Assert.InRange(report.ObservedAt, new DateTimeOffset(2003, 1, 1, 0, 0, 0, TimeSpan.Zero), IntakeHarness.Now);
            Assert.True(report.EventKeys.Count > 0 || file.StartsWith("stix/", StringComparison.Ordinal), "Nothing ties the report to its event.");

            // Cyber threat information is nowhere; a withdrawal, the Nankai trough's information and one consular mail name no area.
            Assert.True(
                report.Location is not null || file.StartsWith("stix/", StringComparison.Ordinal) || file is "jma/38-39_03_02_210805_VTSE51.xml" or "jma/74_01_06_200512_VYSE50.xml" || report.SourceId == "164001",
                "The report is nowhere.");
            Assert.All(report.Texts, text => Assert.False(string.IsNullOrWhiteSpace(text.Title)));
        }
    }

    /// <summary>As a server would send the file.</summary>
    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".geojson" => "application/geo+json",
        ".json" => "application/stix+json;version=2.1",
        ".cap" => "application/cap+xml",
        _ => "text/xml; charset=UTF-8",
    };
}
