using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Forms;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Contacts.Forms;

public sealed class OtherFormTests
{
    private static readonly LocalizedForm Name = new("Name", "名前");

    private static readonly SubscriptionForm Subscription = new()
    {
        Id = "s1",
        List = "missile",
        Categories = ["missile-launch", "unclassified"],
        MinimumUrgency = "urgent",
        Area = new AreaForm(35, 139, 500, ["jma:130000", "iso3166:JPN", "jma:14*"]),
        Modes = ["actual", "exercise"],
        Phases = ["peacetime", "armed-attack"],
        QuietHours = new QuietHoursForm("22:00", "07:00:30"),
        Policy = "p1",
    };

    [Fact]
    public void A_subscription_written_down_and_read_again_is_the_same()
    {
        var subscription = Value(Subscription.Check(Taxonomy.Load()));

        Assert.Equal([ReportMode.Actual, ReportMode.Exercise], subscription.Modes);
        Assert.Equal(new QuietHours(new TimeOnly(22, 0), new TimeOnly(7, 0, 30)), subscription.QuietHours);
        Assert.Equivalent(subscription, Value(SubscriptionForm.Of(subscription).Check(Taxonomy.Load())), strict: true);
    }

    [Fact]
    public void A_subscription_that_says_little_hears_actual_alerts_of_all_categories_from_routine_on()
    {
        var subscription = Value(new SubscriptionForm { Id = "s1", List = "l1" }.Check(Taxonomy.Load()));

        Assert.Empty(subscription.Categories);
        Assert.Equal([ReportMode.Actual], subscription.Modes);
        Assert.Equal(Urgency.Routine, subscription.MinimumUrgency);
        Assert.Null(subscription.Area);
    }

    [Fact]
    public void Every_error_of_a_subscription_is_found_at_once()
    {
        var form = Subscription with
        {
            Id = null,
            List = "",
            Categories = ["missile", "none", null],
            MinimumUrgency = "Urgent",
            Area = new AreaForm(91, double.NaN, null, ["130000", "a:*"]),
            Modes = [],
            Phases = ["war"],
            QuietHours = new QuietHoursForm("22:00", "22:00"),
            Policy = "P",
        };

        Assert.Equal(
            [
                "id", "list", "categories[0]", "categories[1]", "categories[2]", "minimumUrgency", "area.latitude", "area.longitude", "area.areaCodes[0]",
                "area.areaCodes[1]", "area", "modes", "phases[0]", "quietHours", "policy",
            ],
            Errors(form.Check(Taxonomy.Load())));
    }

    [Theory]
    [InlineData(35.0, 139.0, 0.0, true)]
    [InlineData(-90.0, -180.0, 20038.0, true)]
    [InlineData(35.0, 139.0, -1.0, false)]
    [InlineData(35.0, 139.0, 20039.0, false)]
    [InlineData(35.0, null, 10.0, false)]
    [InlineData(null, null, null, false)]
    public void An_area_is_a_whole_circle(double? latitude, double? longitude, double? radius, bool valid) =>
        Assert.Equal(
            valid,
            (Subscription with { Area = new AreaForm(latitude, longitude, radius, null) }).Check(Taxonomy.Load()) is FormResult<Subscription>.Valid);

    [Fact]
    public void A_policy_written_down_and_read_again_is_the_same()
    {
        var policy = EscalationPolicy.Default with
        {
            Steps =
            [
                new EscalationStep { After = TimeSpan.FromSeconds(5), Target = EscalationTarget.OnCall, Rota = new RotaId("watch") },
                new EscalationStep { After = TimeSpan.FromSeconds(5), Target = EscalationTarget.List, List = new ListId("desk") },
                .. EscalationPolicy.Default.Steps,
            ],
        };

        Assert.Equivalent(policy, Value(PolicyForm.Of(policy).Check()), strict: true);
        Assert.Equal("PT5S", PolicyForm.Of(policy).Steps![0]!.After);
    }

    [Fact]
    public void Every_error_of_a_policy_is_found_at_once()
    {
        var form = new PolicyForm
        {
            Id = "p1",
            Name = new LocalizedForm("Only English", null),
            Steps =
            [
                new StepForm("PT10M", "again", List: "l1"),
                new StepForm("PT5M", "list"),
                new StepForm("PT0S", "on-call"),
                new StepForm("P8D", "everybody", Rota: "r1"),
                new StepForm(null, null),
            ],
            RepeatEvery = "PT9S",
        };

        Assert.Equal(
            [
                "name.ja", "steps[0].list", "steps[1].list", "steps[2].after", "steps[2].rota", "steps[3].after", "steps[3].target", "steps[4].after",
                "steps[4].target", "repeatEvery", "steps[1].after", "onAnswer",
            ],
            Errors(form.Check()));
    }

    [Theory]
    [InlineData("PT1S", true)]
    [InlineData("PT1H30M", true)]
    [InlineData("P7D", true)]
    [InlineData("P1DT1S", true)]
    [InlineData("PT0.5S", false)]
    [InlineData("P7DT1S", false)]
    [InlineData("-PT5M", false)]
    [InlineData("P1M", false)]
    [InlineData("P", false)]
    [InlineData("PT", false)]
    [InlineData("00:05:00", false)]
    [InlineData("PT999999999H", false)]
    [InlineData("5", false)]
    public void A_step_waits_from_a_second_to_seven_days(string after, bool valid) =>
        Assert.Equal(
            valid,
            new PolicyForm { Id = "p", Name = Name, OnAnswer = "stop", Steps = [new StepForm(after, "again")] }.Check() is FormResult<EscalationPolicy>.Valid);

    [Fact]
    public void A_policy_asks_again_at_least_once()
    {
        var form = new PolicyForm { Id = "p", Name = Name, OnAnswer = "stop" };

        Assert.Equal(["steps"], Errors(form.Check()));
        Assert.Equal(["steps"], Errors((form with { Steps = [], RepeatEvery = "PT10S" }).Check()));
    }

    [Fact]
    public void A_rota_written_down_and_read_again_is_the_same()
    {
        var rota = Value(new RotaForm
        {
            Id = "watch",
            Name = Name,
            Entries = [new RotaEntryForm("a", "2026-11-24T09:00:00+09:00", "2026-11-24T21:00:00+09:00")],
        }.Check());

        Assert.Equal(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), rota.Entries[0].From);
        Assert.Equivalent(rota, Value(RotaForm.Of(rota).Check()), strict: true);
    }

    [Fact]
    public void Every_error_of_a_rota_is_found_at_once()
    {
        Assert.Equal(["name.en", "name.ja", "entries"], Errors(new RotaForm { Id = "r" }.Check()));
        Assert.Equal(
            ["entries[0].to", "entries[1].contact", "entries[1].from", "entries[1].to", "entries[2]"],
            Errors(new RotaForm
            {
                Id = "r",
                Name = Name,
                Entries = [new("a", "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z"), new(null, "soon", null), null],
            }.Check()));
    }

    [Fact]
    public void A_list_written_down_and_read_again_is_the_same()
    {
        var list = Value(new ListForm { Id = "l1", Name = Name, Owner = " JCG operations " }.Check());

        Assert.Equal("JCG operations", list.Owner);
        Assert.Equal(list, Value(ListForm.Of(list).Check()));
        Assert.Equal(["id", "name.en", "name.ja"], Errors(new ListForm().Check()));
    }

    private static T Value<T>(FormResult<T> result) => Assert.IsType<FormResult<T>.Valid>(result).Value;

    private static IEnumerable<string> Errors<T>(FormResult<T> result) =>
        Assert.IsType<FormResult<T>.Invalid>(result).Errors.Select(error => error.Field);
}
