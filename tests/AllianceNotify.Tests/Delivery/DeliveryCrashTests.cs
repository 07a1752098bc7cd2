using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

/// <summary>The process dies at every step there is, before it and after it; each time everybody is told, and nobody twice without cause.</summary>
public sealed class DeliveryCrashTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whenever_the_process_dies_everybody_is_told_and_only_those_in_flight_twice(bool afterTheStep)
    {
        var steps = await StepsOfAWholeRunAsync();
        Assert.InRange(steps, 15, 100);
        for (var step = 1; step <= steps; step++)
        {
            using var rig = Rig();
            var world = new World(rig);
            await world.PlanAsync();
            (rig.Crash.At, rig.Crash.AfterTheStep) = (step, afterTheStep);

            var failures = await rig.DrainAsync();

            Assert.All(failures, failure => Assert.IsType<SimulatedCrashException>(failure));
            Assert.NotEmpty(failures);
            await world.AssertEverybodyWasToldAsync($"step {step}, {(afterTheStep ? "after" : "before")}");
        }
    }

    [Fact]
    public async Task Two_crashes_in_one_run_lose_nobody_either()
    {
        var steps = await StepsOfAWholeRunAsync();
        for (var first = 1; first <= steps; first += 2)
        {
            for (var second = 1; second <= steps; second += 3)
            {
                using var rig = Rig();
                var world = new World(rig);
                await world.PlanAsync();
                rig.Crash.At = first;
                rig.Crash.Next = second;

                await rig.DrainAsync();

                await world.AssertEverybodyWasToldAsync($"steps {first} and {second}", crashes: 2);
            }
        }
    }

    private static async Task<int> StepsOfAWholeRunAsync()
    {
        using var rig = Rig();
        var world = new World(rig);
        await world.PlanAsync();
        Assert.Empty(await rig.DrainAsync());
        var steps = rig.Crash.Steps;
        await world.AssertEverybodyWasToldAsync("no crash", crashes: 0);
        return steps;
    }

    // Leases have to run out after a crash; the deadlines are longer than that.
    private static DeliveryRig Rig() => new(
        ("Delivery:Channels:first:Deadlines:Flash", "00:10:00"),
        ("Delivery:Channels:second:Deadlines:Flash", "00:10:00"));

    /// <summary>Six people: two reached at once, one on the second try, one by the second channel, one by the third, one by none.</summary>
    private sealed class World
    {
        private readonly DeliveryRig rig;
        private readonly ScriptedChannel first;
        private readonly ScriptedChannel second;
        private readonly ScriptedChannel third;
        private readonly Alert alert = SampleAlerts.Alert();

        public World(DeliveryRig rig)
        {
            this.rig = rig;
            first = rig.AddChannel("first");
            second = rig.AddChannel("second");
            third = rig.AddChannel("third");
            var retryAt = rig.Time.GetUtcNow().AddSeconds(10);
            first.Answer = (recipient, _) => Task.FromResult<DeliveryOutcome>(recipient.Contact.Value switch
            {
                "at-once-1" or "at-once-2" => new DeliveryOutcome.Delivered(),
                "later" when rig.Time.GetUtcNow() < retryAt => new DeliveryOutcome.Deferred(retryAt, "429"),
                "later" => new DeliveryOutcome.Delivered(),
                _ => new DeliveryOutcome.Refused("550"),
            });
            second.Answer = (recipient, _) => Task.FromResult<DeliveryOutcome>(
                recipient.Contact.Value == "by-second" ? new DeliveryOutcome.Delivered() : new DeliveryOutcome.Misconfigured("535"));
            third.Answer = (recipient, _) => Task.FromResult<DeliveryOutcome>(
                recipient.Contact.Value == "by-third" ? new DeliveryOutcome.Delivered() : new DeliveryOutcome.Refused("410"));
        }

        public Task<DeliveryChunk> PlanAsync() => rig.PlanAsync(
            alert,
            [("at-once-1", "a/1"), ("at-once-2", "a/2"), ("later", "a/3"), ("by-second", "a/4"), ("by-third", "a/5"), ("by-none", "a/6")],
            "first",
            [new ContactChannel("second", "b/1"), new ContactChannel("third", "c/1")]);

        public async Task AssertEverybodyWasToldAsync(string when, int crashes = 1)
        {
            (rig.Crash.At, rig.Crash.Next) = (null, null);
            (string Contact, ScriptedChannel Channel)[] told =
                [("at-once-1", first), ("at-once-2", first), ("later", first), ("by-second", second), ("by-third", third)];
            foreach (var (contact, channel) in told)
            {
                var sends = channel.Sends.Where(send => send.Contact.Value == contact && send.Delivered).ToList();
                Assert.True(sends.Count >= 1, $"{contact} was not told ({when}).");
                Assert.True(sends.Count <= 1 + crashes, $"{contact} was told {sends.Count} times ({when}).");
                Assert.Single(sends.Select(send => send.MessageId).Distinct());
                var record = await rig.GetAsync(alert, contact, channel.Name);
                Assert.True(record.State == DeliveryState.Sent, $"{contact} is {record.State} ({when}).");
            }

            // Nobody who was told on one channel was told on another as well.
            Assert.All(
                first.Sends.Concat(second.Sends).Concat(third.Sends).Where(send => send.Delivered).GroupBy(send => send.Contact),
                sends => Assert.Single(sends.Select(send => send.Address).Distinct()));

            var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
            Assert.True(letter.Reason == "Contact by-none was not told by third, their last channel. 410", $"{letter.Reason} ({when})");
            foreach (var channel in new[] { "first", "second", "third" })
            {
                Assert.Equal(DeliveryState.Failed, (await rig.GetAsync(alert, "by-none", channel)).State);
            }
        }
    }
}
