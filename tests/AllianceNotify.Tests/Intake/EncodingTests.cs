using System.Text;
using AllianceNotify.Intake;
using AllianceNotify.Intake.Formats;
using Xunit;

namespace AllianceNotify.Tests.Intake;

/// <summary>Texts in the encoding that they declare are read whatever it is; texts in another are refused, since half of a warning may not pass for one.</summary>
public sealed class EncodingTests
{
    private const string Eruption = "jma/67_01_02_140927_VFVO56.xml";
    private const string Amber = "cap/v1dot2_appendix_adot4.xml";

    [Theory]
    [InlineData(Eruption, "utf-8", "UTF-8", true)]
    [InlineData(Eruption, "utf-16", "UTF-16", true)]
    [InlineData(Eruption, "utf-16BE", "UTF-16", true)]
    [InlineData(Eruption, "utf-16", null, true)]
    [InlineData(Eruption, "shift_jis", "Shift_JIS", false)]
    [InlineData(Eruption, "shift_jis", "Windows-31J", false)]
    [InlineData(Eruption, "euc-jp", "EUC-JP", false)]
    [InlineData(Eruption, "iso-2022-jp", "ISO-2022-JP", false)]
    [InlineData(Amber, "utf-16", "UTF-16", true)]
    [InlineData(Amber, "iso-8859-1", "ISO-8859-1", false)]
    [InlineData(Amber, "windows-1252", "windows-1252", false)]
    [InlineData("gdacs/gdacs-2.xml", "utf-16", "UTF-16", true)]
    [InlineData("mofa/newarrival-light.xml", "utf-16", "UTF-16", true)]
    public void A_text_in_the_encoding_that_it_declares_is_the_same_report(string file, string encoding, string? declared, bool mark)
    {
        var reports = Sample.Read(Encoded(Sample.Text(file), encoding, declared, mark), "application/xml");
        Assert.Equal(Sample.Read(file).Select(Text), reports.Select(Text));

        static string Text(Reports.SituationReport report) => Encoding.UTF8.GetString(OwnJson.Write(report));
    }

    [Theory]
    [InlineData("declared Shift_JIS, is UTF-8", Eruption, "utf-8", "Shift_JIS", false)]
    [InlineData("declared Shift_JIS, is UTF-8 with its mark", Eruption, "utf-8", "Shift_JIS", true)]
    [InlineData("declared EUC-JP, is Shift_JIS", Eruption, "shift_jis", "EUC-JP", false)]
    [InlineData("declared UTF-8, is Shift_JIS", Eruption, "shift_jis", "UTF-8", false)]
    [InlineData("declares nothing, is Shift_JIS", Eruption, "shift_jis", null, false)]
    [InlineData("declared UTF-16, is UTF-8", Eruption, "utf-8", "UTF-16", false)]
    [InlineData("declared ISO-8859-1, is UTF-8", Amber, "utf-8", "ISO-8859-1", false)]
    [InlineData("declared ASCII, is not", Amber, "iso-8859-1", "US-ASCII", false)]
    [InlineData("declared UTF-7", Amber, "utf-8", "UTF-7", false)]
    [InlineData("declared what there is not", Amber, "utf-8", "x-nothing", false)]
    public async Task A_text_in_another_encoding_than_it_declares_is_refused_with_that_reason(string what, string file, string encoding, string? declared, bool mark)
    {
        var hub = new IntakeHarness();
        var result = await hub.Accept.AcceptAsync(Encoded(Sample.Text(file), encoding, declared, mark), "application/xml", IntakeHarness.Caller, default);
        var error = Assert.Single((result as IntakeResult.Invalid ?? throw new Xunit.Sdk.XunitException($"{what}: {result}")).Errors);
        Assert.Matches("encoding|Invalid character|Unicode", error.Message);
        Assert.Empty(await hub.QueuedAsync());
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-32")]
    [InlineData("shift_jis")]
    public async Task JSON_is_UTF_8_and_nothing_else(string encoding)
    {
        var body = EncodingOf(encoding).GetBytes(IntakeHarness.Json().Replace("\"title\": \"", "\"title\": \"弾道ミサイル", StringComparison.Ordinal));
        foreach (var contentType in new[] { "application/json", "application/json; charset=" + encoding, "application/cloudevents+json", "application/stix+json" })
        {
            var result = await new IntakeHarness().Accept.AcceptAsync(body, contentType, IntakeHarness.Caller, default);
            Assert.Contains("UTF-", Assert.Single(Assert.IsType<IntakeResult.Invalid>(result).Errors).Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Encoded(string text, string encoding, string? declared, bool mark)
    {
        var at = text.IndexOf("?>", StringComparison.Ordinal);
        var bare = text.StartsWith("<?xml", StringComparison.Ordinal) ? text[(at + 2)..].TrimStart() : text;
        var to = EncodingOf(encoding);
        return [.. mark ? to.GetPreamble() : [], .. to.GetBytes($"<?xml version=\"1.0\"{(declared is null ? "" : $" encoding=\"{declared}\"")}?>\n{bare}")];
    }

    private static Encoding EncodingOf(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
}
