using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class ReportLaneTests
{
    private static readonly string Deep = new('x', ReportLane.HeadLength + 1);

    [Theory]
    [InlineData(Urgency.Flash, "short", Lane.FlashActual)]
    [InlineData(Urgency.Urgent, "short", Lane.UrgentActual)]
    [InlineData(Urgency.Routine, "short", Lane.RoutineActual)]
    [InlineData(Urgency.Info, "", Lane.RoutineActual)]
    public void A_report_that_was_seen_whole_waits_as_urgent_as_it_looks(Urgency urgency, string body, Lane lane) =>
        Assert.Equal(lane, new ReportLane(_ => urgency).Of(Report(body)));

    [Theory]
    [InlineData(Urgency.Flash, Lane.FlashActual)]
    [InlineData(Urgency.Routine, Lane.UrgentActual)]
    [InlineData(Urgency.Info, Lane.UrgentActual)]
    public void What_may_hide_something_deeper_is_never_routine(Urgency urgency, Lane lane) =>
        Assert.Equal(lane, new ReportLane(_ => urgency).Of(Report(Deep)));

    [Fact]
    public void A_second_language_counts_as_something_deeper()
    {
        var two = Report("short") with { Texts = [new ReportText("en", "One", ""), new ReportText("ja", "二", "")] };
        Assert.Equal(Lane.UrgentActual, new ReportLane(_ => Urgency.Routine).Of(two));
    }

    [Theory]
    [InlineData(ReportMode.Exercise)]
    [InlineData(ReportMode.Test)]
    public void What_is_played_waits_last_and_is_not_even_read(ReportMode mode) =>
        Assert.Equal(Lane.Exercise, new ReportLane(_ => throw new InvalidOperationException("read")).Of(Report("short") with { Mode = mode }));

    [Fact]
    public void The_estimate_sees_the_head_and_no_half_of_a_character()
    {
        var body = new string('x', ReportLane.HeadLength - 1) + "😀 and more";
        SituationReport? seen = null;
        new ReportLane(report =>
        {
            seen = report;
            return Urgency.Info;
        }).Of(Report(body));

        Assert.Equal(new string('x', ReportLane.HeadLength - 1), Assert.Single(seen!.Texts).Body);
    }

    private static SituationReport Report(string body) => new()
    {
        Id = SituationReport.IdOf("desk", "1"),
        Source = "desk",
        SourceId = "1",
        Format = "own-json",
        Action = ReportAction.New,
        Mode = ReportMode.Actual,
        Marking = Marking.Default,
        ObservedAt = IntakeHarness.Now,
        ReceivedAt = IntakeHarness.Now,
        Texts = [new ReportText("en", "Title", body)],
    };
}
