using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Triage;
using Xunit;

namespace AllianceNotify.Tests.Triage;

public sealed class TriageDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 5, 49, 0, TimeSpan.Zero);
    private static readonly SituationId Id = new("s-abc");

    [Fact]
    public void A_recognised_report_opens_a_situation_and_alerts_its_audience()
    {
        var decision = TriageDecision.Decide(Id, null, Report(), Recognised("missile-launch", Urgency.Flash), Now);

        Assert.Equal(SituationStatus.Open, decision.Situation!.Status);
        Assert.Equal(1, decision.Situation.Revision);
        Assert.Equal(AlertKind.New, decision.Alert!.Kind);
        Assert.Equal(Urgency.Flash, decision.Alert.Urgency);
        Assert.Null(decision.Alert.Lists);
        Assert.True(decision.Alert.ExpectsAnswer);
    }

    [Theory]
    [InlineData(ReportMode.Actual)]
    [InlineData(ReportMode.Exercise)]
    [InlineData(ReportMode.Test)]
    public void Every_alert_of_a_situation_has_its_mode(ReportMode mode)
    {
        var opened = TriageDecision.Decide(Id, null, Report() with { Mode = mode }, Recognised("missile-launch", Urgency.Flash), Now);
        var updated = TriageDecision.Decide(
            Id, opened.Situation, Report(title: "Second") with { Mode = mode, Action = ReportAction.Update }, Recognised("missile-launch", Urgency.Flash), Now);
        var cancelled = TriageDecision.Decide(
            Id, updated.Situation, Report() with { Mode = mode, Action = ReportAction.Cancel }, Recognised("missile-launch", Urgency.Flash), Now);

        Assert.Equal([mode, mode, mode], [opened.Alert!.Mode, updated.Alert!.Mode, cancelled.Alert!.Mode]);
    }

    [Fact]
    public void A_report_never_changes_a_situation_of_another_mode()
    {
        var opened = TriageDecision.Decide(Id, null, Report() with { Mode = ReportMode.Exercise }, Recognised("missile-launch", Urgency.Flash), Now);

        Assert.Throws<InvalidOperationException>(
            () => TriageDecision.Decide(Id, opened.Situation, Report(), Recognised("missile-launch", Urgency.Flash), Now));
    }

    [Fact]
    public void A_report_whose_mode_is_in_doubt_is_held_and_only_the_duty_desk_hears_of_it_without_being_woken()
    {
        var doubtful = Recognised("missile-launch", Urgency.Flash) with { ModeDoubt = "The title says it is a drill." };

        var decision = TriageDecision.Decide(Id, null, Report(), doubtful, Now);

        Assert.Equal(SituationStatus.Held, decision.Situation!.Status);
        Assert.Equal("The title says it is a drill.", decision.Situation.ModeDoubt);
        Assert.Equal("The title says it is a drill.", decision.Alert!.ModeDoubt);
        Assert.Equal(AlertKind.Review, decision.Alert!.Kind);
        Assert.Equal(Urgency.Routine, decision.Alert.Urgency);
        Assert.Equal([ContactList.DutyDesk], decision.Alert.Lists!);
        Assert.False(decision.Alert.ExpectsAnswer);
    }

    [Fact]
    public void Further_reports_of_a_held_situation_alert_nobody()
    {
        var held = TriageDecision.Decide(Id, null, Report(), Recognised("missile-launch", Urgency.Flash) with { ModeDoubt = "Drill." }, Now).Situation;

        var decision = TriageDecision.Decide(
            Id, held, Report(title: "More") with { Action = ReportAction.Update }, Recognised("missile-launch", Urgency.Flash), Now);

        Assert.Null(decision.Alert);
        Assert.Equal(SituationStatus.Held, decision.Situation!.Status);
    }

    [Fact]
    public void A_doubtful_update_neither_changes_nor_silences_an_open_situation()
    {
        var open = TriageDecision.Decide(Id, null, Report(), Recognised("missile-launch", Urgency.Flash), Now).Situation!;

        var decision = TriageDecision.Decide(
            Id, open, Report(title: "Drill") with { Action = ReportAction.Update }, Recognised("missile-launch", Urgency.Flash) with { ModeDoubt = "Drill." }, Now);
        var next = TriageDecision.Decide(
            Id, decision.Situation, Report(title: "Third") with { Action = ReportAction.Update }, Recognised("missile-launch", Urgency.Flash), Now);

        Assert.Equal(AlertKind.Review, decision.Alert!.Kind);
        Assert.Equal(open.Texts, decision.Situation!.Texts);
        Assert.Equal(AlertKind.Update, next.Alert!.Kind);
        Assert.Null(next.Alert.Lists);
    }

    [Fact]
    public void What_nothing_recognises_goes_to_the_duty_desk()
    {
        var decision = TriageDecision.Decide(Id, null, Report(), Recognised("unclassified", Urgency.Urgent), Now);

        Assert.Equal(CategoryId.Unclassified, decision.Situation!.Category);
        Assert.Equal([ContactList.DutyDesk], decision.Alert!.Lists!);
        Assert.True(decision.Alert.ExpectsAnswer);
    }

    [Fact]
    public void Ordinary_news_opens_nothing()
    {
        var decision = TriageDecision.Decide(Id, null, Report(), Recognised("none", Urgency.Info), Now);

        Assert.Null(decision.Situation);
        Assert.Null(decision.Alert);
    }

    [Fact]
    public void An_uncertain_answer_is_told_to_the_duty_desk_and_a_certain_one_afterwards_to_everybody_as_new()
    {
        var uncertain = TriageDecision.Decide(
            Id, null, Report(), Recognised("cyber-incident", Urgency.Urgent) with { NeedsReview = true, ReviewReason = "Few words." }, Now);
        var certain = TriageDecision.Decide(
            Id, uncertain.Situation, Report(title: "Ransomware confirmed") with { Action = ReportAction.Update }, Recognised("cyber-incident", Urgency.Urgent), Now);

        Assert.Equal(AlertKind.Review, uncertain.Alert!.Kind);
        Assert.Equal(AlertKind.New, certain.Alert!.Kind);
        Assert.Null(certain.Alert.Lists);
        Assert.False(certain.Situation!.NeedsReview);
    }

    [Fact]
    public void A_cancel_closes_the_situation_and_gives_the_all_clear_without_asking_for_an_answer()
    {
        var open = TriageDecision.Decide(Id, null, Report(), Recognised("missile-launch", Urgency.Flash), Now).Situation;

        var decision = TriageDecision.Decide(Id, open, Report() with { Action = ReportAction.Cancel }, Recognised("none", Urgency.Info), Now);

        Assert.Equal(SituationStatus.Closed, decision.Situation!.Status);
        Assert.Equal(AlertKind.AllClear, decision.Alert!.Kind);
        Assert.Equal(new CategoryId("missile-launch"), decision.Alert.Category);
        Assert.False(decision.Alert.ExpectsAnswer);
    }

    [Fact]
    public void A_cancel_that_comes_first_keeps_the_report_it_withdraws_from_alerting()
    {
        var cancelled = TriageDecision.Decide(Id, null, Report() with { Action = ReportAction.Cancel }, Recognised("none", Urgency.Info), Now);

        var late = TriageDecision.Decide(Id, cancelled.Situation, Report(), Recognised("missile-launch", Urgency.Flash), Now);

        Assert.Equal(SituationStatus.Closed, cancelled.Situation!.Status);
        Assert.Null(late.Alert);
    }

    [Fact]
    public void The_same_words_again_alert_nobody()
    {
        var open = TriageDecision.Decide(Id, null, Report(), Recognised("large-scale-disaster", Urgency.Urgent), Now).Situation;

        var repeated = TriageDecision.Decide(Id, open, Report() with { Action = ReportAction.Update }, Recognised("large-scale-disaster", Urgency.Urgent), Now);

        Assert.Null(repeated.Alert);
    }

    [Fact]
    public void An_older_report_that_arrives_late_does_not_overwrite_what_is_known()
    {
        var open = TriageDecision.Decide(Id, null, Report(), Recognised("large-scale-disaster", Urgency.Urgent), Now).Situation;

        var late = TriageDecision.Decide(
            Id,
            open,
            Report(title: "Older") with { Action = ReportAction.Update, ObservedAt = Now.AddMinutes(-30) },
            Recognised("large-scale-disaster", Urgency.Flash),
            Now);

        Assert.Null(late.Alert);
        Assert.Equal(open!.Texts, late.Situation!.Texts);
    }

    [Fact]
    public void A_second_report_of_the_event_that_is_graver_raises_the_urgency()
    {
        var open = TriageDecision.Decide(Id, null, Report(), Recognised("large-scale-disaster", Urgency.Urgent), Now).Situation;

        var graver = TriageDecision.Decide(Id, open, Report(title: "Major tsunami"), Recognised("large-scale-disaster", Urgency.Flash), Now);

        Assert.Equal(AlertKind.Update, graver.Alert!.Kind);
        Assert.Equal(Urgency.Flash, graver.Alert.Urgency);
        Assert.True(graver.Alert.ExpectsAnswer);
    }

    [Fact]
    public void An_update_that_says_little_keeps_category_and_urgency()
    {
        var open = TriageDecision.Decide(Id, null, Report(), Recognised("missile-launch", Urgency.Flash), Now).Situation;

        var update = TriageDecision.Decide(
            Id, open, Report(title: "Correction of the time") with { Action = ReportAction.Update }, Recognised("none", Urgency.Info), Now);

        Assert.Equal(new CategoryId("missile-launch"), update.Alert!.Category);
        Assert.Equal(AlertKind.Update, update.Alert.Kind);
    }

    [Fact]
    public void The_strictest_marking_of_all_reports_stays_on_the_situation()
    {
        var open = TriageDecision.Decide(
            Id, null, Report() with { Marking = new Marking(Tlp.AmberStrict, ["agency:JCG"]) }, Recognised("cyber-incident", Urgency.Urgent), Now).Situation;

        var update = TriageDecision.Decide(
            Id, open, Report(title: "Public now") with { Action = ReportAction.Update, Marking = Marking.Public }, Recognised("cyber-incident", Urgency.Urgent), Now);

        Assert.Equal(Tlp.AmberStrict, update.Alert!.Marking.Tlp);
        Assert.Equal(["agency:JCG"], update.Alert.Marking.ReleasableTo);
    }

    [Fact]
    public void What_is_for_information_pages_nobody()
    {
        var decision = TriageDecision.Decide(Id, null, Report(), Recognised("training-exercise", Urgency.Info), Now);

        Assert.NotNull(decision.Situation);
        Assert.Null(decision.Alert);
    }

    [Fact]
    public void A_very_long_body_is_cut_between_characters()
    {
        var body = new string('a', 15_999) + "😀" + new string('b', 100);
        var report = Report() with { Texts = [new ReportText("en", "Title", body)] };

        var alert = TriageDecision.Decide(Id, null, report, Recognised("missile-launch", Urgency.Flash), Now).Alert!;

        Assert.Equal(new string('a', 15_999) + "…", alert.Texts[0].Body);
    }

    internal static SituationReport Report(string title = "First") => new()
    {
        Id = SituationReport.IdOf("radar", title),
        Source = "radar",
        SourceId = title,
        Action = ReportAction.New,
        Mode = ReportMode.Actual,
        ObservedAt = Now.AddMinutes(-1),
        ReceivedAt = Now,
        Texts = [new ReportText("en", title, "Body")],
        Marking = Marking.Default,
        Format = "own-json",
    };

    internal static ClassificationResult Recognised(string category, Urgency urgency) => new()
    {
        Category = new CategoryId(category),
        Confidence = 0.95,
        Urgency = urgency,
        Categories = [new CategoryScore(new CategoryId(category), 0.95)],
        Guidelines = null,
        Evidence = [],
        Alternatives = [],
        NeedsReview = false,
    };
}
