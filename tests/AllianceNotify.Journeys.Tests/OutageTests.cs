using System.Globalization;
using System.Net;
using Xunit;
using Xunit.Abstractions;

namespace AllianceNotify.Journeys.Tests;

public enum Service
{
    Broker,
    Storage,
}

public enum Stage
{
    Triage,
    FanOut,
    Delivery,
}

/// <summary>
/// The broker or the storage is stopped with work in a stage, and started again. Meanwhile intake refuses with 503 and Retry-After or
/// accepts for good; afterwards everything is worked off, nobody has lost a report, and nobody was told twice but by what was in flight.
/// The outage is short, and so are the hub's own retry windows, unless ALLIANCENOTIFY_OUTAGE_SECONDS gives its length; the hub's
/// settings are then the defaults. <c>eng/outages</c> does that.
/// </summary>
[Collection(OnBacking.Name)]
public sealed class OutageTests(Backing backing, ITestOutputHelper output)
{
    private const int Reports = 10;

    private static readonly TimeSpan Never = TimeSpan.FromDays(7), AskAgainAfter = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan? Asked = Environment.GetEnvironmentVariable("ALLIANCENOTIFY_OUTAGE_SECONDS") is { Length: > 0 } seconds
        ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))
        : null;

    private static readonly TimeSpan Outage = Asked ?? TimeSpan.FromSeconds(3);

    private static readonly IReadOnlyDictionary<string, string> Settings = Asked is null
        ? new Dictionary<string, string> { ["Store__RetryFor"] = "00:00:01", ["Queue__TimeoutSeconds"] = "2" }
        : new Dictionary<string, string>();

    /// <summary>When the first alert is fanned out there is work in triage and in flight as well; the long run takes the stages one by one, and under the Functions host too.</summary>
    public static TheoryData<Arrangement, Service, Stage> Interruptions
    {
        get
        {
            var rows = new TheoryData<Arrangement, Service, Stage>
            {
                { Arrangement.TwoInstances, Service.Broker, Stage.FanOut },
                { Arrangement.TwoInstances, Service.Broker, Stage.Delivery },
                { Arrangement.TwoInstances, Service.Storage, Stage.FanOut },
                { Arrangement.TwoInstances, Service.Storage, Stage.Delivery },
            };
            if (Asked is not null)
            {
                rows.Add(Arrangement.TwoInstances, Service.Broker, Stage.Triage);
                rows.Add(Arrangement.TwoInstances, Service.Storage, Stage.Triage);
                rows.Add(Arrangement.FunctionsHost, Service.Storage, Stage.FanOut);
                rows.Add(Arrangement.FunctionsHost, Service.Storage, Stage.Delivery);
                rows.Add(Arrangement.FunctionsHost, Service.Broker, Stage.FanOut);
                rows.Add(Arrangement.FunctionsHost, Service.Broker, Stage.Delivery);
            }

            return rows;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Interruptions))]
    public async Task What_was_accepted_is_told_once_however_the_hub_was_interrupted(Arrangement arrangement, Service service, Stage stage)
    {
        Backing.Require();
        await using var scene = await OutageScene.StartAsync(arrangement, backing, Never, Settings);
        scene.Hold();
        await scene.ReportAsync(Reports);
        await (stage switch
        {
            Stage.Triage => scene.FirstTriagedAsync(),
            Stage.FanOut => scene.FirstFannedOutAsync(),
            _ => scene.OnlySendsLeftAsync(),
        });

        var alerts = await scene.CountAlertsAsync();
        await StopAsync(service);
        scene.Release();
        await scene.ReportForAsync(Outage);
        var accepted = scene.Alerts;

        // Claimed before the outage and sent in it: with the store away nothing could be recorded of them.
        var inFlight = scene.Arrived;
        await StartAsync(service);
        var back = TimeProvider.System.GetTimestamp();
        await scene.SendAgainAsync();
        await scene.ToldAsync(round: 0);

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{service} out for {Outage.TotalSeconds:0.#} s with {alerts} of {Reports} alerts made and {inFlight.Count} sends in flight: {accepted - Reports} reports accepted, {scene.Refused} refused; all told {TimeProvider.System.GetElapsedTime(back).TotalSeconds:0.0} s after it was back"));
        await scene.AssertDrainedAsync();
        // With the store there, a send whose message was lost to the broker is known to be done.
        scene.AssertToldOnce(scene.DeliveriesOfARound, service == Service.Storage ? inFlight : []);
        Assert.Equal(Reports + scene.Refused, scene.Alerts - (accepted - Reports));
    }

    [SkippableTheory]
    [InlineData(Service.Broker)]
    [InlineData(Service.Storage)]
    public async Task What_fell_due_meanwhile_is_asked_once_and_an_answer_counts_or_is_refused(Service service)
    {
        Backing.Require();
        await using var scene = await OutageScene.StartAsync(Arrangement.TwoInstances, backing, AskAgainAfter, Settings);
        await scene.ReportAsync(2);
        var made = TimeProvider.System.GetTimestamp();
        await scene.ToldAsync(round: 0);
        var (answered, unanswered) = await scene.TwoAlertsAsync();

        await StopAsync(service);
        var answer = await scene.AcknowledgeAsync(answered);
        var untilDue = AskAgainAfter + TimeSpan.FromSeconds(1) - TimeProvider.System.GetElapsedTime(made);
        await scene.ReportForAsync(untilDue > Outage ? untilDue : Outage);
        await StartAsync(service);
        var back = TimeProvider.System.GetTimestamp();

        Assert.Equal(service == Service.Broker ? HttpStatusCode.Created : HttpStatusCode.ServiceUnavailable, answer);
        await scene.AskedAgainAsync(unanswered);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{service} out: asked again {TimeProvider.System.GetElapsedTime(back).TotalSeconds:0.0} s after it was back"));
        await Eventually.TrueAsync(async () => await scene.AcknowledgeAsync(answered) is HttpStatusCode.Created or HttpStatusCode.OK, "an answer taken");
        await scene.SendAgainAsync();
        await scene.ToldAsync(round: 0);
        await scene.AssertDrainedAsync();
        if (service == Service.Broker)
        {
            Assert.Equal([0, 0, 0], await scene.RoundsAsync(answered));
        }

        Assert.Equal([0, 0, 0, 1, 1, 1], await scene.RoundsAsync(unanswered));
        Assert.Equal(scene.Arrived.Distinct().Count(), scene.Arrived.Count);
    }

    private Task StopAsync(Service service) => service == Service.Broker ? backing.Rabbit.KillAsync() : backing.Azurite.StopAsync();

    private Task StartAsync(Service service) => service == Service.Broker ? backing.Rabbit.StartAsync() : backing.Azurite.StartAsync();
}
