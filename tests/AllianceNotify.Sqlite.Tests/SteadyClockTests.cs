using AllianceNotify.Sqlite.Commits;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

public sealed class SteadyClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 5, 49, 0, TimeSpan.Zero);

    [Fact]
    public void It_goes_with_the_wall_clock_when_that_goes_forward()
    {
        var time = new AdjustableClock(Start);
        var clock = new SteadyClock(time);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(time.GetUtcNow().UtcTicks, clock.Now);
        time.SetBack(TimeSpan.FromHours(-3));
        Assert.Equal(time.GetUtcNow().UtcTicks, clock.Now);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(time.GetUtcNow().UtcTicks, clock.Now);
    }

    [Fact]
    public void It_goes_on_from_where_it_was_when_the_wall_clock_is_set_back_and_with_it_again_when_it_has_caught_up()
    {
        var time = new AdjustableClock(Start);
        var clock = new SteadyClock(time);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Start.AddSeconds(5).UtcTicks, clock.Now);
        time.SetBack(TimeSpan.FromHours(1));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Start.AddSeconds(10).UtcTicks, clock.Now);
        time.SetBack(TimeSpan.FromHours(-2));
        Assert.Equal(time.GetUtcNow().UtcTicks, clock.Now);
    }

    /// <summary>A machine that sleeps between two readings must not put the clock ahead for good.</summary>
    [Fact]
    public void It_is_neither_ahead_nor_behind_after_a_halt_between_any_two_readings()
    {
        for (var reading = 0; reading < 12; reading++)
        {
            var time = new HaltingClock(reading);
            var clock = new SteadyClock(time);
            for (var i = 0; i < 10; i++)
            {
                Assert.True(clock.Now <= time.GetUtcNow().UtcTicks);
            }

            Assert.Equal(time.GetUtcNow().UtcTicks, clock.Now);
        }
    }

    /// <summary>Time stands still but for an hour that goes by before one of the readings.</summary>
    private sealed class HaltingClock(int halt) : TimeProvider
    {
        private int readings;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Start + Passed();

        public override long GetTimestamp() => Passed().Ticks;

        private TimeSpan Passed() => readings++ < halt ? TimeSpan.Zero : TimeSpan.FromHours(1);
    }
}
