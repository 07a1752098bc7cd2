using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class DeliveryPartsTests
{
    [Fact]
    public void Back_off_grows_with_the_attempts_stays_in_its_bounds_and_spreads()
    {
        var limits = new ChannelLimits { BackoffBase = TimeSpan.FromSeconds(1), BackoffCap = TimeSpan.FromSeconds(60) };
        var backoff = new Backoff(new Random(7));
        var byAttempt = Enumerable.Range(1, 12)
            .Select(attempt => Enumerable.Range(0, 2000).Select(_ => backoff.After(attempt, limits).TotalSeconds).ToList())
            .ToList();

        Assert.All(byAttempt, waits => Assert.All(waits, wait => Assert.InRange(wait, 1, 60)));
        Assert.All(byAttempt[0], wait => Assert.InRange(wait, 1, 3));
        Assert.All(byAttempt.Take(5).Zip(byAttempt.Skip(1)), pair => Assert.True(pair.Second.Average() > pair.First.Average() * 1.2));
        Assert.All(byAttempt, waits => Assert.True(waits.Max() - waits.Min() > waits.Average() / 2, "The waits do not spread."));
    }

    [Fact]
    public void The_same_seed_gives_the_same_waits()
    {
        var limits = new ChannelLimits();
        Assert.Equal(
            Enumerable.Range(1, 20).Select(new Func<int, TimeSpan>(attempt => new Backoff(new Random(3)).After(attempt, limits))),
            Enumerable.Range(1, 20).Select(new Func<int, TimeSpan>(attempt => new Backoff(new Random(3)).After(attempt, limits))));
    }

    [Fact]
    public void Targets_are_forgotten_when_there_are_too_many_but_not_while_they_work()
    {
        var time = new FakeTimeProvider(SampleAlerts.MadeAt);
        var pipelines = new ChannelPipelines(new DeliveryOptions { MaxTargets = 16 }, time);
        var busy = pipelines.For("webhook", "busy");
        using var entry = busy.Enter(Lane.FlashActual, 1);
        for (var i = 0; i < 1000; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            pipelines.For("webhook", $"host-{i}");
        }

        Assert.InRange(pipelines.Count, 1, 17);
        Assert.Same(busy, pipelines.For("webhook", "busy"));
    }

    [Fact]
    public void What_a_full_target_turns_away_gets_times_of_its_own_to_come_back()
    {
        var now = SampleAlerts.MadeAt;
        var load = new TargetLoad(new ChannelLimits { MaxConcurrency = 10 }, chunksPerTarget: 1);
        using var first = load.Enter(Lane.Exercise, 100, now);
        for (var i = 0; i < 100; i++)
        {
            first.Begin(now);
            first.Finish(TimeSpan.FromSeconds(1), now);
        }

        using var second = load.Enter(Lane.Exercise, 100, now);
        var turnedAway = Enumerable.Range(0, 4).Select(_ => load.Enter(Lane.Exercise, 20, now)).ToList();

        Assert.All(turnedAway, admission => Assert.Equal(0, admission.Granted));
        var times = turnedAway.Select(admission => admission.RestAt!.Value - now).ToList();
        Assert.Equal([10, 12, 14, 16], times.Select(time => time.TotalSeconds));

        using var flash = load.Enter(Lane.FlashActual, 20, now);
        Assert.Equal(20, flash.Granted);
    }

    [Fact]
    public void Every_mistake_in_the_options_is_named()
    {
        var options = new DeliveryOptions { ClaimTime = TimeSpan.FromSeconds(1), MaxConcurrentSends = 0 };
        options.Channels["pager"] = new ChannelLimits { Timeout = TimeSpan.Zero };
        options.Channels["scripted"] = new ChannelLimits { BreakerFailureRatio = 2, BackoffBase = TimeSpan.FromHours(2) };
        var validator = new DeliveryOptionsValidator(new ChannelSet([new ScriptedChannel(TimeProvider.System)]));

        var failures = validator.Validate(null, options).Failures!.ToList();

        Assert.Contains(failures, failure => failure.StartsWith("Delivery:ClaimTime", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.StartsWith("Delivery:MaxConcurrentSends", StringComparison.Ordinal));
        Assert.Contains("Delivery:Channels:pager there is no such channel; there are scripted.", failures);
        Assert.Contains(failures, failure => failure.StartsWith("Delivery:Channels:pager:Timeout", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.StartsWith("Delivery:Channels:scripted:BreakerFailureRatio", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.StartsWith("Delivery:Channels:scripted:BackoffBase", StringComparison.Ordinal));
    }

    [Fact]
    public void The_defaults_are_valid() => Assert.True(
        new DeliveryOptionsValidator(new ChannelSet([])).Validate(null, new DeliveryOptions()).Succeeded);

    [Fact]
    public void A_configured_channel_that_does_not_exist_stops_the_start()
    {
        using var rig = new DeliveryRig(("Delivery:Channels:carrier-pigeon:MaxAttempts", "3"));

        var exception = Assert.Throws<OptionsValidationException>(() => rig.Stage);

        Assert.Contains("carrier-pigeon", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadlines_follow_urgency_and_are_longer_on_the_last_channel()
    {
        var options = new DeliveryOptions();
        var now = SampleAlerts.MadeAt;

        Assert.Equal(now.AddMinutes(1), options.DeadlineFor("smtp", Urgency.Flash, now, lastChannel: false));
        Assert.Equal(now.AddMinutes(30), options.DeadlineFor("smtp", Urgency.Flash, now, lastChannel: true));
        Assert.Equal(now.AddHours(2), options.DeadlineFor("smtp", Urgency.Routine, now, lastChannel: false));
    }
}
