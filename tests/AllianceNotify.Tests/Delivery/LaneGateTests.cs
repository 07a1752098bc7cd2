using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class LaneGateTests
{
    [Fact]
    public async Task Whoever_waits_is_let_in_by_lane_and_then_by_arrival()
    {
        var gate = new LaneGate(1);
        await gate.EnterAsync(Lane.Exercise, default);
        var order = new List<string>();
        async Task PassAsync(string name, Lane lane)
        {
            await gate.EnterAsync(lane, default);
            order.Add(name);
            gate.Leave();
        }

        var passing = new[]
        {
            PassAsync("exercise", Lane.Exercise),
            PassAsync("routine 1", Lane.RoutineActual),
            PassAsync("routine 2", Lane.RoutineActual),
            PassAsync("flash", Lane.FlashActual),
        };
        gate.Leave();
        await Task.WhenAll(passing);

        Assert.Equal(["flash", "routine 1", "routine 2", "exercise"], order);
    }

    [Fact]
    public async Task No_more_are_inside_than_there_are_slots()
    {
        var gate = new LaneGate(3);
        int inside = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            await gate.EnterAsync((Lane)(i % 4), default);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            gate.Leave();
        })));

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_costs_nobody_a_slot()
    {
        var gate = new LaneGate(1);
        await gate.EnterAsync(Lane.RoutineActual, default);
        using var cancel = new CancellationTokenSource();
        var gone = gate.EnterAsync(Lane.FlashActual, cancel.Token);
        var next = gate.EnterAsync(Lane.RoutineActual, default);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        gate.Leave();
        await next;
        gate.Leave();

        await gate.EnterAsync(Lane.Exercise, default);
    }
}
