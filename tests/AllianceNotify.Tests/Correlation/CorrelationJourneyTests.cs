using AllianceNotify.Situations;
using AllianceNotify.Tests.Journeys;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;

namespace AllianceNotify.Tests.Correlation;

/// <summary>One event told by several sources is one situation, told once.</summary>
public sealed class CorrelationJourneyTests : IDisposable
{
    private readonly HubInProcess hub = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_earthquake_of_two_sources_is_one_situation_and_says_why(bool usgsFirst)
    {
        var usgs = Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27);
        var jma = JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/");

        var first = await hub.TakeAsync(usgsFirst ? usgs : jma);
        var second = await hub.TakeAsync(usgsFirst ? jma : usgs);

        var situation = await hub.PlaceOfAsync(first);
        Assert.NotNull(situation);
        Assert.Equal(situation, await hub.PlaceOfAsync(second));
        Assert.Single(await hub.AlertsAsync(situation.Value), alert => alert.Kind == AlertKind.New);
        var lines = await hub.Situations.TimelineAsync(situation.Value, default).Select(row => row.Value).ToListAsync();
        var joined = Assert.Single(lines, line => line.Kind == TimelineKind.Joined);
        Assert.Contains("magnitudes 0.1 apart", joined.Detail, StringComparison.Ordinal);
        Assert.Contains("km", joined.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_intensity_flash_without_an_epicentre_is_the_earthquake_that_another_source_locates()
    {
        var flash = await hub.TakeAsync(JmaIntensity("20261124131000", Quake));
        var located = await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27));
        var later = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));

        var situation = await hub.PlaceOfAsync(flash);
        Assert.Equal(situation, await hub.PlaceOfAsync(located));
        Assert.Equal(situation, await hub.PlaceOfAsync(later));
    }

    [Theory]
    [InlineData(240, 7.5, 37.49, 137.27)]
    [InlineData(9, 6.1, 37.49, 137.27)]
    [InlineData(9, 7.5, 33.0, 131.0)]
    public async Task Outside_a_tolerance_it_is_another_earthquake_and_is_told(double seconds, double magnitude, double latitude, double longitude)
    {
        var one = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        var other = await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(seconds), magnitude, latitude, longitude));

        var situation = await hub.PlaceOfAsync(other);
        Assert.NotEqual(await hub.PlaceOfAsync(one), situation);
        Assert.Single(await hub.AlertsAsync(situation!.Value));
    }

    [Fact]
    public async Task What_one_source_tells_apart_stays_apart()
    {
        var shock = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        var next = await hub.TakeAsync(JmaQuake("20261124131100", Quake.AddMinutes(1), 7.0, "+37.5+137.3-10000/"));
        var usgsShock = await hub.TakeAsync(Usgs("us1", Quake.AddSeconds(4), 7.5, 37.5, 137.3));
        var usgsNext = await hub.TakeAsync(Usgs("us2", Quake.AddSeconds(64), 7.0, 37.5, 137.3));

        Assert.NotEqual(await hub.PlaceOfAsync(shock), await hub.PlaceOfAsync(next));
        Assert.Equal(await hub.PlaceOfAsync(shock), await hub.PlaceOfAsync(usgsShock));
        Assert.Equal(await hub.PlaceOfAsync(next), await hub.PlaceOfAsync(usgsNext));
    }

    [Fact]
    public async Task Two_open_situations_that_a_third_source_connects_are_proposed_for_merging_once_in_each()
    {
        // Too far from each other, and each near enough to what comes then.
        var usgs = await hub.TakeAsync(Usgs("us1", Quake.AddSeconds(-110), 7.5, 37.5, 137.3));
        var gdacs = await hub.TakeAsync(Own("gdacs", "eq-1", "Earthquake off Sample", Quake.AddSeconds(110), (37.5, 137.3), extra: ",\"facts\":{\"magnitude\":7.6}"));
        var (one, other) = ((await hub.PlaceOfAsync(usgs))!.Value, (await hub.PlaceOfAsync(gdacs))!.Value);
        Assert.NotEqual(one, other);

        var jma = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        await hub.TakeAsync(JmaQuake("20261124131000", Quake.AddSeconds(1), 7.6, "+37.5+137.3-10000/"));

        var place = (await hub.PlaceOfAsync(jma))!.Value;
        Assert.Contains(place, new[] { one, other });
        foreach (var (situation, with) in new[] { (one, other), (other, one) })
        {
            var line = await hub.Situations.TimelineAsync(situation, default).Select(row => row.Value).SingleAsync(line => line.Kind == TimelineKind.LooksLikeOne);
            Assert.Equal(with, line.Situation);
            Assert.Contains($"Looks like one event with {with}", line.Detail, StringComparison.Ordinal);
            Assert.Contains("The same earthquake", line.Detail, StringComparison.Ordinal);
        }

        Assert.IsType<DirectionResult.Done>(await hub.Get<RegroupSituations>().MergeAsync(one, other, "one earthquake", "officer", default));
        await hub.TakeAsync(Usgs("us1", Quake.AddSeconds(-110), 7.7, 37.5, 137.3, 3));
        Assert.Single(await hub.Situations.TimelineAsync(other, default).Select(row => row.Value).ToListAsync(), line => line.Kind == TimelineKind.LooksLikeOne);
    }

    [Fact]
    public async Task A_tsunami_warning_that_follows_belongs_to_the_earthquake_and_is_told()
    {
        var quake = await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27));
        var before = (await hub.AlertsAsync((await hub.PlaceOfAsync(quake))!.Value)).Count;
        var tsunami = await hub.TakeAsync(JmaTsunami("20261124131000", Quake));
        var major = await hub.TakeAsync(JmaTsunami("20261124131000", Quake.AddMinutes(4), "53", "大津波警報：発表"));

        var situation = await hub.PlaceOfAsync(quake);
        Assert.Equal(situation, await hub.PlaceOfAsync(tsunami));
        Assert.Equal(situation, await hub.PlaceOfAsync(major));
        Assert.Equal(before + 2, (await hub.AlertsAsync(situation!.Value)).Count);
    }

    [Fact]
    public async Task A_launch_is_one_by_time_and_area()
    {
        var radar = await hub.TakeAsync(Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)));
        var coast = await hub.TakeAsync(Own("coast-guard", "9", "Ballistic missile launched, ships warned", Quake.AddMinutes(4), (40.9, 133.0)));
        var later = await hub.TakeAsync(Own("coast-guard", "10", "Ballistic missile launched", Quake.AddMinutes(40), (40.9, 133.0)));
        var elsewhere = await hub.TakeAsync(Own("other", "3", "Ballistic missile launched", Quake.AddMinutes(1), (20.0, 150.0)));

        var situation = await hub.PlaceOfAsync(radar);
        Assert.Equal(situation, await hub.PlaceOfAsync(coast));
        Assert.NotEqual(situation, await hub.PlaceOfAsync(later));
        Assert.NotEqual(situation, await hub.PlaceOfAsync(elsewhere));
        Assert.Single(await hub.AlertsAsync(situation!.Value));
    }

    [Fact]
    public async Task Modes_never_meet()
    {
        var real = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        var played = await hub.TakeAsync(Own("drill", "1", "Earthquake", Quake.AddSeconds(5), (37.5, 137.3), "exercise", extra: ",\"facts\":{\"magnitude\":7.6}"));

        Assert.NotEqual(await hub.PlaceOfAsync(real), await hub.PlaceOfAsync(played));
    }

    [Fact]
    public async Task A_cyber_incident_is_one_by_the_file_hash_it_shares()
    {
        const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        var one = await hub.TakeAsync(Own("cert-a", "1", "Ransomware attack takes hospital systems offline", Quake, extra: $",\"codes\":[{{\"scheme\":\"ioc:hash\",\"value\":\"{Hash}\"}}]"));
        var other = await hub.TakeAsync(Own("cert-b", "7", "Ransomware attack on a hospital, servers encrypted", Quake.AddDays(-3), extra: $",\"codes\":[{{\"scheme\":\"ioc:hash\",\"value\":\"{Hash.ToUpperInvariant()}\"}}]"));
        var apart = await hub.TakeAsync(Own("cert-c", "5", "Ransomware attack on a port, servers encrypted", Quake, extra: ",\"codes\":[{\"scheme\":\"ioc:ip\",\"value\":\"192.0.2.1\"}]"));

        Assert.Equal("cyber-incident", (await hub.SituationOfAsync(one)).Category.Value);
        Assert.Equal(await hub.PlaceOfAsync(one), await hub.PlaceOfAsync(other));
        Assert.NotEqual(await hub.PlaceOfAsync(one), await hub.PlaceOfAsync(apart));
    }

    [Fact]
    public async Task A_withdrawal_by_one_source_is_no_all_clear_while_another_stands_by_it()
    {
        var jma = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27));
        await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27, 5, "deleted"));

        var situation = await hub.SituationOfAsync(jma);
        Assert.Equal(SituationStatus.Open, situation.Status);
        Assert.DoesNotContain(await hub.AlertsAsync(situation.Id), alert => alert.Kind == AlertKind.AllClear);
    }

    [Fact]
    public async Task A_source_not_heard_before_on_what_another_withdrew_goes_to_the_duty_desk_and_reopens_nothing()
    {
        await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27));
        await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27, 5, "deleted"));
        var jma = await hub.TakeAsync(JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"));
        await hub.TakeAsync(Usgs("us7000m9g4", Quake.AddSeconds(9), 7.6, 37.49, 137.27, 2));

        var situation = await hub.SituationOfAsync(jma);
        Assert.Equal(SituationStatus.Closed, situation.Status);
        Assert.Single(await hub.AlertsAsync(situation.Id), alert => alert.Kind == AlertKind.Review);
    }

    public void Dispose() => hub.Dispose();
}
