using AllianceNotify.Classification;
using AllianceNotify.Content;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class SendGateTests
{
    public static TheoryData<ReportMode, Tlp, string> Everything()
    {
        var data = new TheoryData<ReportMode, Tlp, string>();
        foreach (var mode in Enum.GetValues<ReportMode>())
        {
            foreach (var tlp in Enum.GetValues<Tlp>())
            {
                data.Add(mode, tlp, "en");
                data.Add(mode, tlp, "ja");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task What_the_renderer_makes_of_an_alert_passes_and_of_another_mode_does_not(ReportMode mode, Tlp tlp, string language)
    {
        var alert = SampleAlerts.Alert(mode) with { Marking = new Marking(tlp, ["JPN", "USA"]) };
        var renderer = new AlertRenderer(new Taxonomy([]));
        var content = await renderer.RenderAsync(alert, language, CancellationToken.None);

        Assert.Null(SendGate.WhyNot(alert, SampleAlerts.Situation(mode), content));
        foreach (var other in Enum.GetValues<ReportMode>().Where(other => other != mode))
        {
            var stray = await renderer.RenderAsync(alert with { Mode = other }, language, CancellationToken.None);
            Assert.Contains("The subject", SendGate.WhyNot(alert, SampleAlerts.Situation(mode), stray), StringComparison.Ordinal);
            Assert.Contains("does not show its mode", SendGate.WhyNot(alert, SampleAlerts.Situation(mode), stray with { Subject = content.Subject }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_in_doubt_passes_as_such_and_as_nothing_else()
    {
        var doubted = SampleAlerts.Situation() with { ModeDoubt = "It says it is a drill." };
        var alert = SampleAlerts.Alert() with { ModeDoubt = doubted.ModeDoubt };
        var renderer = new AlertRenderer(new Taxonomy([]));
        var content = await renderer.RenderAsync(alert, "en", CancellationToken.None);

        Assert.Null(SendGate.WhyNot(alert, doubted, content));
        foreach (var mode in Enum.GetValues<ReportMode>())
        {
            var claiming = await renderer.RenderAsync(alert with { Mode = mode, ModeDoubt = null }, "en", CancellationToken.None);
            Assert.Contains("The subject", SendGate.WhyNot(alert, doubted, claiming), StringComparison.Ordinal);
            Assert.Contains("does not show its mode", SendGate.WhyNot(alert, doubted, claiming with { Subject = content.Subject }), StringComparison.Ordinal);
        }

        var certain = alert with { ModeDoubt = null };
        Assert.Contains("nobody knows", SendGate.WhyNot(certain, doubted, await renderer.RenderAsync(certain, "en", CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alert_without_its_situation_does_not_pass() =>
        Assert.NotNull(SendGate.WhyNot(SampleAlerts.Alert(), null, SampleAlerts.Render(SampleAlerts.Alert(), "en")));
}
