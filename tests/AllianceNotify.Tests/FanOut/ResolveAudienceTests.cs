using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Tests.Contacts;
using Xunit;

namespace AllianceNotify.Tests.FanOut;

public sealed class ResolveAudienceTests
{
    private static readonly CategoryId Missile = new("missile-launch");

    private static readonly AudienceQuery Query = new()
    {
        Category = Missile,
        Urgency = Urgency.Flash,
        Mode = ReportMode.Actual,
        Marking = Marking.Public,
    };

    private readonly DirectoryFixture directory = new();

    [Fact]
    public async Task A_subscribed_list_is_told_and_each_member_says_which_subscription_reached_them()
    {
        await directory.AddListAsync("missile", "b", "a");
        await directory.AddListAsync("other", "c");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("missile") with { Categories = [Missile] });

        var audience = await directory.ResolveAsync(Query);

        Assert.Equal(["a", "b"], Ids(audience));
        Assert.All(audience, member => Assert.Equal([new AudienceReason(new ListId("missile"), new SubscriptionId("s1"))], member.Reasons));
        Assert.All(audience, member => Assert.Null(member.Withheld));
    }

    [Theory]
    [InlineData("missile-launch", "", true)]
    [InlineData("large-scale-disaster", "", false)]
    [InlineData("large-scale-disaster", "missile-launch", true)]
    [InlineData("large-scale-disaster", "cyber-incident missile-launch", true)]
    public async Task A_subscription_matches_the_primary_category_or_any_further_one(string primary, string also, bool told)
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { Categories = [Missile] });

        var audience = await directory.ResolveAsync(Query with
        {
            Category = new CategoryId(primary),
            AlsoCategories = [.. also.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CategoryId.Of)],
        });

        Assert.Equal(told, audience.Count == 1);
    }

    [Theory]
    [InlineData(Urgency.Flash, Urgency.Urgent, false)]
    [InlineData(Urgency.Urgent, Urgency.Urgent, true)]
    [InlineData(Urgency.Urgent, Urgency.Flash, true)]
    [InlineData(Urgency.Routine, Urgency.Info, false)]
    [InlineData(Urgency.Info, Urgency.Info, true)]
    public async Task A_subscription_hears_of_its_minimum_urgency_and_above(Urgency minimum, Urgency urgency, bool told)
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { MinimumUrgency = minimum });

        Assert.Equal(told, (await directory.ResolveAsync(Query with { Urgency = urgency })).Count == 1);
    }

    [Fact]
    public async Task An_exercise_reaches_only_those_who_asked_for_exercises()
    {
        await directory.AddListAsync("actual", "a");
        await directory.AddListAsync("drill", "d");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("actual", "s1"));
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("drill", "s2") with { Modes = [ReportMode.Exercise, ReportMode.Test] });

        Assert.Equal(["a"], Ids(await directory.ResolveAsync(Query)));
        Assert.Equal(["d"], Ids(await directory.ResolveAsync(Query with { Mode = ReportMode.Exercise })));
        Assert.Equal(["d"], Ids(await directory.ResolveAsync(Query with { Mode = ReportMode.Test })));
    }

    [Fact]
    public async Task A_subscription_to_a_phase_hears_of_categories_of_that_phase()
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { Phases = [Phase.ArmedAttack] });

        Assert.Single(await directory.ResolveAsync(Query with { Category = new CategoryId("armed-attack-japan") }));
        Assert.Empty(await directory.ResolveAsync(Query with { Category = new CategoryId("training-exercise") }));
        Assert.Single(await directory.ResolveAsync(Query with { Category = new CategoryId("not-in-this-taxonomy") }));
    }

    [Fact]
    public async Task A_phase_counts_only_for_a_category_that_was_asked_for()
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { Phases = [Phase.ArmedAttack], Categories = [new("training-exercise")] });

        Assert.Empty(await directory.ResolveAsync(Query with { Category = new("training-exercise"), AlsoCategories = [new("armed-attack-japan")] }));
    }

    [Fact]
    public async Task A_contact_in_many_lists_appears_once_with_every_reason()
    {
        for (var i = 0; i < 50; i++)
        {
            await directory.AddListAsync($"l{i:D2}", "a", "b", $"only-{i:D2}");
            await directory.AddAsync(DirectoryFixture.SubscriptionTo($"l{i:D2}", $"s{i:D2}"));
        }

        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l07", "t07"));

        var audience = await directory.ResolveAsync(Query);

        Assert.Equal(52, audience.Count);
        Assert.Equal(Ids(audience).Distinct().Order(StringComparer.Ordinal), Ids(audience));
        var reasons = audience.Single(member => member.Contact.Id.Value == "a").Reasons;
        Assert.Equal(51, reasons.Distinct().Count());
        Assert.Contains(new AudienceReason(new ListId("l07"), new SubscriptionId("t07")), reasons);
        Assert.Equal(2, audience.Single(member => member.Contact.Id.Value == "only-07").Reasons.Count);
    }

    [Fact]
    public async Task Who_may_not_read_is_part_of_the_answer_with_the_reason()
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.Person("u") with { Nation = "USA", Agency = "USFJ" });
        await directory.Lists.AddMembersAsync(new ListId("l"), [new ContactId("u")], default);
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l"));

        var audience = await directory.ResolveAsync(Query with { Marking = new Marking(Tlp.Amber, ["JPN"]) });

        Assert.Null(audience[0].Withheld);
        Assert.Contains("TLP:AMBER", audience[1].Withheld, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nothing_recognised_goes_to_the_duty_desk_and_to_those_who_named_it()
    {
        await directory.AddListAsync("duty-desk", "desk");
        await directory.AddListAsync("all", "a");
        await directory.AddListAsync("named", "n", "desk");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("all", "s1"));
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("named", "s2") with { Categories = [CategoryId.Unclassified] });

        var audience = await directory.ResolveAsync(Query with { Category = CategoryId.Unclassified });

        Assert.Equal(["desk", "n"], Ids(audience));
        Assert.Equal(
            [new AudienceReason(ContactList.DutyDesk, null), new AudienceReason(new ListId("named"), new SubscriptionId("s2"))], audience[0].Reasons);
    }

    [Fact]
    public async Task A_text_about_no_situation_reaches_nobody()
    {
        await directory.AddListAsync("duty-desk", "desk");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("duty-desk"));

        Assert.Empty(await directory.ResolveAsync(Query with { Category = CategoryId.None }));
    }

    [Fact]
    public async Task What_nobody_else_may_be_told_reaches_the_duty_desk()
    {
        await directory.AddListAsync("duty-desk", "desk", "us");
        var us = (await directory.Contacts.GetAsync(new ContactId("us"), default))!.Value;
        await directory.Contacts.ReplaceAsync(us.Value with { Nation = "USA" }, us.ETag, default);
        await directory.AddListAsync("americans", "us");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("americans"));
        var japanOnly = Query with { Marking = new Marking(Tlp.Amber, ["JPN"]) };

        var audience = await directory.ResolveAsync(japanOnly);

        Assert.Equal([("us", false), ("desk", true)], audience.Select(member => (member.Contact.Id.Value, member.Withheld is null)));
        Assert.Equal([new AudienceReason(ContactList.DutyDesk, null)], audience[1].Reasons);
        Assert.Equal(["us"], Ids(await directory.ResolveAsync(Query)));
        Assert.Equal(["us"], Ids(await directory.ResolveAsync(japanOnly with { Lists = [new ListId("americans")] })));
        Assert.Empty(await directory.ResolveAsync(japanOnly with { Mode = ReportMode.Exercise }));
        Assert.Empty(await directory.ResolveAsync(japanOnly with { Urgency = Urgency.Info }));
    }

    [Fact]
    public async Task Named_lists_are_told_whatever_is_subscribed()
    {
        await directory.AddListAsync("l1", "a");
        await directory.AddListAsync("l2", "b");
        await directory.AddListAsync("l3", "c");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l3"));

        var audience = await directory.ResolveAsync(Query with { Lists = [new("l2"), new("l1"), new("l2"), new("no-such-list")], Urgency = Urgency.Info });

        Assert.Equal(["a", "b"], Ids(audience));
        Assert.Equal([new AudienceReason(new ListId("l2"), null)], audience[1].Reasons);
    }

    [Fact]
    public async Task Members_that_no_longer_exist_and_lists_that_were_deleted_reach_nobody()
    {
        await directory.AddListAsync("l1", "a");
        await directory.Lists.AddMembersAsync(new ListId("l1"), [new("ghost")], default);
        await directory.AddListAsync("l2", "b");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l1", "s1"));
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l2", "s2"));
        await directory.Lists.DeleteAsync(new ListId("l2"), (await directory.Lists.GetAsync(new ListId("l2"), default))!.Value.ETag, default);

        Assert.Equal(["a"], Ids(await directory.ResolveAsync(Query)));
    }

    [Fact]
    public async Task The_policy_is_that_of_the_first_subscription_that_names_one()
    {
        await directory.AddListAsync("l1", "a");
        await directory.AddListAsync("l2", "a", "b");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l1", "s1"));
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l2", "s2") with { Policy = new PolicyId("p2") });
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l2", "s3") with { Policy = new PolicyId("p3") });

        var audience = await directory.ResolveAsync(Query);

        Assert.All(audience, member => Assert.Equal(new PolicyId("p2"), member.Policy));
    }

    private static IEnumerable<string> Ids(IEnumerable<AudienceMember> audience) => audience.Select(member => member.Contact.Id.Value);
}
