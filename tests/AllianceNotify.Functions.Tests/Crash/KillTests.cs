using System.Globalization;
using AllianceNotify.LoadDriver;
using Xunit;
using Xunit.Abstractions;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>The real process, killed again and again with work in every stage's hands.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 50, ReportsARound = 12, Seed = 20150427;
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan ProgressPatience = TimeSpan.FromMinutes(1), DrainPatience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-crash-");

    private string Data => Path.Combine(folder.FullName, "data");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Fifty_kills_lose_no_report_and_leave_nobody_untold()
    {
        await using var sink = await WebhookSink.StartAsync(path =>
            path.StartsWith(CrashSample.RefusingPath, StringComparison.Ordinal) ? 410 : 204);
        await CrashSample.WriteAsync(Data, sink.Address);
        var launch = new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Data,
            Settings = new Dictionary<string, string>
            {
                ["Webhook__AllowPrivateAddresses"] = "true",
                ["Webhook__Secret"] = WebhookSink.Secret,
            },
        };
        var load = new CrashLoad(await HubProcess.CreateKeyAsync(launch, "administrator"));
        var kills = await KillAgainAndAgainAsync(launch, load, sink);
        await DrainAsync(launch, load);

        using var store = new FinalStore(Data);
        await CrashOutcome.AssertReportsAreThereAndTriagedAsync(store, load, Kills * ReportsARound);
        var deliveries = await CrashOutcome.AssertEverybodyWasToldOrSetAsideAsync(store, sink, load);
        AssertOnlyWhatWasInFlightCameTwice(sink, kills, deliveries);
        AssertEveryStageWasHit(kills);
    }

    private async Task<List<Kill>> KillAgainAndAgainAsync(HubLaunch launch, CrashLoad load, WebhookSink sink)
    {
        var random = new Random(Seed);
        var kills = new List<Kill>();
        for (var i = 0; i < Kills; i++)
        {
            await using var hub = await HubProcess.StartAsync(launch);
            var moment = KillMoment.Random(random, load.Accepted.Count, sink.Count);
            var sending = load.SendAsync(hub.Address, ReportsARound);
            await moment.WaitAsync(() => load.Accepted.Count, () => sink.Count, hub);
            await hub.KillAsync();
            await sending;
            var left = await CrashedStore.ReadAsync(Data, Path.Combine(folder.FullName, "copy"));
            kills.Add(new Kill(moment, load.Unanswered, left, left.Claims.Except(kills.SelectMany(kill => kill.Left.Claims)).Count()));
        }

        foreach (var (hit, index) in kills.Select((kill, index) => (kill, index)))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"kill {index + 1,2}: {hit.Moment}, {hit.Unanswered,2} reports without an answer, in hand: {string.Join(", ", hit.Left.LeasedMessages.Select(queue => $"{queue.Key} {queue.Value}"))}, sends begun {hit.Begun}"));
        }

        return kills;
    }

    /// <summary>Lets the hub finish: every report answered, nothing queued.</summary>
    private async Task DrainAsync(HubLaunch launch, CrashLoad load)
    {
        await using var hub = await HubProcess.StartAsync(launch);
        await load.SendAsync(hub.Address, newReports: 0);
        var started = TimeProvider.System.GetTimestamp();
        while (await QueuedAsync() > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < DrainPatience, "The queues do not drain. " + hub.LastErrors());
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }

        // The fifty-first: what is recorded now must hold without a clean end.
        await hub.KillAsync();
    }

    private async Task<long> QueuedAsync()
    {
        using var store = new QueueView(Data);
        return await store.ActiveAsync();
    }

    private void AssertOnlyWhatWasInFlightCameTwice(WebhookSink sink, IReadOnlyList<Kill> kills, IReadOnlySet<string> planned)
    {
        var arrivals = sink.Arrivals.GroupBy(arrival => arrival.WebhookId, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count());
        Assert.Empty(arrivals.Keys.Except(planned));
        var claims = kills.SelectMany(kill => kill.Left.Claims).Distinct().ToList();
        var inFlight = claims.GroupBy(claim => claim.MessageId, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count());
        var again = arrivals.Where(arrival => arrival.Value > 1).ToList();
        output.WriteLine($"{arrivals.Count} deliveries, {claims.Count} times one was in flight at a kill, {again.Sum(arrival => arrival.Value - 1)} came again");
        Assert.Empty(again.Where(arrival => arrival.Value > 1 + inFlight.GetValueOrDefault(arrival.Key)).Select(arrival => $"{arrival.Key} came {arrival.Value} times"));
    }

    /// <summary>Or the test would show nothing of the stages that it missed.</summary>
    private static void AssertEveryStageWasHit(IReadOnlyList<Kill> kills)
    {
        Assert.Contains(kills, kill => kill.Unanswered > 0);
        Assert.All(kills[0].Left.LeasedMessages.Keys, queue => Assert.Contains(kills, kill => kill.Left.LeasedMessages[queue] > 0));
        Assert.Contains(kills, kill => kill.Begun > 0);
    }

    private sealed record Kill(KillMoment Moment, int Unanswered, CrashedStore Left, int Begun);

    /// <summary>
    /// A random point of the flow rather than of the clock, so that a slow machine is hit in the same stages as a fast one: so
    /// many reports accepted, or so many deliveries arrived, and a moment more.
    /// </summary>
    private sealed record KillMoment(long Accepted, long Arrived, TimeSpan Then)
    {
        public static KillMoment Random(Random random, long acceptedBefore, long arrivedBefore)
        {
            var then = Jitter * random.NextDouble();
            return random.Next(2) == 0
                ? new KillMoment(acceptedBefore + random.Next(ReportsARound), 0, then)
                : new KillMoment(0, arrivedBefore + random.Next(ReportsARound * CrashSample.Everybody.Count), then);
        }

        public async Task WaitAsync(Func<long> accepted, Func<long> arrived, HubProcess hub)
        {
            var started = TimeProvider.System.GetTimestamp();
            while (accepted() < Accepted || arrived() < Arrived)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < ProgressPatience, "The hub makes no progress. " + hub.LastErrors());
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            }

            await Task.Delay(Then, TimeProvider.System, CancellationToken.None);
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Then.TotalMilliseconds,4:0.0} ms after {(Arrived > 0 ? $"arrival {Arrived}" : $"acceptance {Accepted}")}");
    }
}
