using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.FanOut;
using AllianceNotify.Reports;
using AllianceNotify.Tests.Contacts;
using Xunit;

namespace AllianceNotify.Tests.FanOut;

public sealed class AudienceQuietHoursTests
{
    private static readonly QuietHours Night = new(new TimeOnly(22, 0), new TimeOnly(7, 0));
    private static readonly DateTimeOffset MidnightInTokyo = new(2026, 11, 25, 0, 0, 0, TimeSpan.FromHours(9));
    private static readonly DateTimeOffset MorningInTokyo = new(2026, 11, 25, 7, 0, 0, TimeSpan.FromHours(9));

    private static readonly AudienceQuery Query = new()
    {
        Category = new CategoryId("missile-launch"),
        Urgency = Urgency.Routine,
        Mode = ReportMode.Actual,
        Marking = Marking.Public,
    };

    private readonly DirectoryFixture directory = new();

    [Theory]
    [InlineData(Urgency.Info, true)]
    [InlineData(Urgency.Routine, true)]
    [InlineData(Urgency.Urgent, false)]
    [InlineData(Urgency.Flash, false)]
    public async Task Quiet_hours_hold_back_what_can_wait_and_never_what_cannot(Urgency urgency, bool waits)
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { QuietHours = Night, MinimumUrgency = Urgency.Info });

        var member = Assert.Single(await directory.ResolveAsync(Query with { Urgency = urgency }, MidnightInTokyo));

        Assert.Equal(waits ? MorningInTokyo : null, member.NotBefore);
    }

    [Fact]
    public async Task Each_contact_sleeps_in_their_own_time_zone()
    {
        await directory.AddAsync(DirectoryFixture.Person("london") with { TimeZone = "Europe/London" }, DirectoryFixture.Person("tokyo"));
        await directory.AddAsync(DirectoryFixture.Person("nowhere") with { TimeZone = "Nowhere/At_All" });
        await directory.AddListAsync("l", "london", "tokyo", "nowhere");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { QuietHours = Night });

        var audience = await directory.ResolveAsync(Query, MidnightInTokyo);

        Assert.Equal(
            [("london", null), ("nowhere", null), ("tokyo", (DateTimeOffset?)MorningInTokyo)],
            audience.Select(member => (member.Contact.Id.Value, member.NotBefore)));
    }

    [Fact]
    public async Task One_open_way_is_enough_and_of_several_closed_ones_the_first_to_open_counts()
    {
        await directory.AddListAsync("l1", "a", "b");
        await directory.AddListAsync("l2", "b");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l1", "s1") with { QuietHours = Night });
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l1", "s2") with { QuietHours = Night with { To = new TimeOnly(5, 0) } });
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l2", "s3"));

        var audience = await directory.ResolveAsync(Query, MidnightInTokyo);

        Assert.Equal(MorningInTokyo.AddHours(-2), audience[0].NotBefore);
        Assert.Null(audience[1].NotBefore);
    }

    [Fact]
    public async Task A_list_named_directly_has_no_quiet_hours()
    {
        await directory.AddListAsync("l", "a");
        await directory.AddAsync(DirectoryFixture.SubscriptionTo("l") with { QuietHours = Night });

        Assert.Null(Assert.Single(await directory.ResolveAsync(Query with { Lists = [new ListId("l")] }, MidnightInTokyo)).NotBefore);
    }
}
