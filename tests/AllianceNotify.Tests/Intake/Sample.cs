using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>The real files in <c>samples/</c>, and the reading of any body as intake reads it.</summary>
internal static class Sample
{
    private static readonly ReportReader Reader = new(IntakeServices.All());

    public static string Root => Path.Combine(AppContext.BaseDirectory, "samples");

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Root, name));

    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name)).TrimStart('\uFEFF');

    public static IReadOnlyList<SituationReport> Read(string name, string? contentType = null) => Read(Bytes(name), contentType);

    public static IReadOnlyList<SituationReport> Read(byte[] body, string? contentType = null)
    {
        var result = Result(body, contentType);
        if (result is ReadResult.Invalid invalid)
        {
            Assert.Fail(string.Join(Environment.NewLine, invalid.Errors));
        }

        var read = Assert.IsType<ReadResult.Reports>(result);
        Assert.Empty(read.SkippedEntries);
        Assert.All(read.Items, AssertWhole);
        return read.Items;
    }

    public static SituationReport ReadOne(string name, string? contentType = null) => Assert.Single(Read(name, contentType));

    public static SituationReport ReadText(string text, string? contentType = null) => Assert.Single(Read(Encoding.UTF8.GetBytes(text), contentType));

    public static ReadResult Result(string text, string? contentType = null) => Result(Encoding.UTF8.GetBytes(text), contentType);

    public static ReadResult Result(byte[] body, string? contentType = null) =>
        Assert.IsType<ReadOutcome.Read>(Reader.Read(body, contentType, IntakeHarness.Context)).Result;

    public static IEnumerable<string> Codes(this SituationReport report, string scheme) => report.Codes.Where(code => code.Scheme == scheme).Select(code => code.Value);

    public static string? Fact(this SituationReport report, string name) => report.Facts.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>What holds of every report whatever its format: it can be shown, stored, and written as own JSON without loss.</summary>
    private static void AssertWhole(SituationReport report)
    {
        Assert.Equal(SituationReport.IdOf(report.Source, report.SourceId), report.Id);
        Assert.NotEmpty(report.Texts);
        Assert.All(report.Texts, text => Assert.InRange(text.Title.Length, 1, Wording.MaxTitle));
        Assert.Equal(TimeSpan.Zero, report.ObservedAt.Offset);
        Assert.Equal(IntakeHarness.Now, report.ReceivedAt);

        var written = OwnJson.Write(report);
        var read = new OwnJsonFormat().Read(written, IntakeHarness.Context);
        if (read is ReadResult.Invalid { Errors: var errors } && errors.All(error => error.Field == "references"))
        {
            // Other formats may update without naming what; own JSON may not.
            return;
        }

        var again = Assert.Single(Assert.IsType<ReadResult.Reports>(read).Items);
        Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(OwnJson.Write(again with { Format = report.Format })));
    }
}
