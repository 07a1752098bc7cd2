using AllianceNotify.Contracts.Storage;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Journeys;
using AllianceNotify.Triage;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;

namespace AllianceNotify.Tests.Correlation;

/// <summary>The same reports in any order, several at once, some twice: the same situations, each told of once as new.</summary>
public sealed class InterleavingTests
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    /// <summary>Each line is one event.</summary>
    private static readonly (string Body, string Type)[][] Events =
    [
        [
            Usgs("us7000m9g4", Quake.AddSeconds(9), 7.4, 37.49, 137.27),
            Usgs("us7000m9g4", Quake.AddSeconds(9), 7.5, 37.49, 137.27, 3),
            JmaIntensity("20261124131000", Quake),
            JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/"),
            JmaTsunami("20261124131000", Quake),
            Own("ptwc", "t-1", "Tsunami warning for the Sea of Japan", Quake.AddMinutes(7), (37.6, 137.2), extra: ",\"facts\":{\"tsunamiGrade\":\"warning\"}"),
        ],
        [
            Usgs("us7000aaaa", Quake.AddMinutes(31), 6.8, 42.8, 144.9),
            JmaQuake("20261124134100", Quake.AddMinutes(31), 6.9, "+42.7+145.0-10000/"),
        ],
        [
            Own("radar-7", "1", "Ballistic missile launched", Quake, (40.5, 134.2)),
            Own("radar-7", "2", "Ballistic missile launched, correction of the time", Quake.AddMinutes(-1), (40.5, 134.2), action: "update", extra: ",\"references\":[{\"source\":\"radar-7\",\"sourceId\":\"1\"}]"),
            Own("coast-guard", "9", "Ballistic missile launched, ships warned", Quake.AddMinutes(4), (40.9, 133.0)),
        ],
        [
            Own("drill-a", "1", "Ballistic missile launched", Quake, (40.5, 134.2), "exercise"),
            Own("drill-b", "9", "Ballistic missile launched, ships warned", Quake.AddMinutes(4), (40.9, 133.0), "exercise"),
        ],
        [
            Own("cert-a", "1", "Ransomware attack takes hospital systems offline", Quake, extra: $",\"codes\":[{{\"scheme\":\"ioc:hash\",\"value\":\"{Hash}\"}}]"),
            Own("cert-b", "7", "Ransomware attack on a hospital, servers encrypted", Quake.AddDays(-3), extra: $",\"codes\":[{{\"scheme\":\"ioc:hash\",\"value\":\"{Hash}\"}}]"),
        ],
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_order_ends_in_the_same_situations_each_new_once(int seed)
    {
        var random = new Random(seed);
        var store = new SteppedStore(new InMemoryEntityStore(), random);
        using var hub = new HubInProcess(store);
        var order = Events.SelectMany((reports, index) => reports.Select(report => (Event: index, Report: report))).ToArray();
        var repeated = order.Where(_ => random.Next(3) == 0).ToArray();
        order = [.. order, .. repeated];
        random.Shuffle(order);

        var ids = new Dictionary<ReportId, int>();
        for (var at = 0; at < order.Length;)
        {
            var together = order.Skip(at).Take(random.Next(1, 6)).ToList();
            at += together.Count;
            foreach (var (index, report) in together)
            {
                ids[await hub.SendAsync(report)] = index;
            }

            await TriageAsync(hub, store, random);
        }

        var outcomes = new Dictionary<ReportId, SituationId>();
        foreach (var id in ids.Keys)
        {
            outcomes[id] = (await hub.PlaceOfAsync(id))!.Value;
        }

        foreach (var (index, reports) in ids.GroupBy(id => id.Value).Select(group => (group.Key, group.Select(each => each.Key).ToList())))
        {
            var situation = Assert.Single(reports.Select(report => outcomes[report]).Distinct());
            Assert.Equal(reports.Count, outcomes.Count(outcome => outcome.Value == situation));
            var alerts = await hub.AlertsAsync(situation);
            Assert.Single(alerts, alert => alert.Kind == AlertKind.New);
            Assert.All(alerts, alert => Assert.Equal(index == 3 ? ReportMode.Exercise : ReportMode.Actual, alert.Mode));
            var stored = (await hub.Situations.GetAsync(situation, default))!.Value.Value;
            Assert.Equal(SituationStatus.Open, stored.Status);
            Assert.Equal(Urgency.Flash, stored.Urgency);
            Assert.Equal(index == 0 ? 3 : 0, stored.Hazards?.GetValueOrDefault("tsunami") ?? 0);
        }

        // Nothing of it is news to a second look.
        var before = await CountAsync(hub, outcomes.Values);
        foreach (var (_, report) in order.DistinctBy(each => each.Report.Body))
        {
            await hub.SendAsync(report);
        }

        await TriageAsync(hub, store, random);
        Assert.Equal(before, await CountAsync(hub, outcomes.Values));
    }

    private static async Task<int> CountAsync(HubInProcess hub, IEnumerable<SituationId> situations)
    {
        var count = 0;
        foreach (var situation in situations.Distinct())
        {
            count += (await hub.AlertsAsync(situation)).Count;
        }

        return count;
    }

    /// <summary>Everything that waits, at once; each message perhaps handed out a second time while the first is in hand.</summary>
    private static async Task TriageAsync(HubInProcess hub, SteppedStore store, Random random)
    {
        while ((await hub.Queue.GetDepthAsync(QueueName.Reports, default)).Active > 0)
        {
            var messages = await hub.Queue.ReceiveAsync(QueueName.Reports, 100, TimeSpan.FromMinutes(1), default);
            var triage = hub.Get<TriageReport>();
            await store.InterleaveAsync(messages.SelectMany(message => Enumerable.Repeat(message, random.Next(4) == 0 ? 2 : 1))
                .Select(message => new Func<Task>(() => triage.RunAsync(message, default))));
            foreach (var message in messages)
            {
                await hub.Queue.CompleteAsync(message, default);
            }
        }
    }
}
