using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Amqp.Tests;

public sealed class AmqpQueueNamesTests
{
    [Fact]
    public void Each_lane_of_each_queue_is_a_queue_of_its_own_and_flash_comes_first()
    {
        var names = new AmqpQueueNames();

        Assert.Equal(["reports-flash", "reports-urgent", "reports-routine", "reports-exercise"], names.LanesOf(QueueName.Reports));
        Assert.Equal(12, names.OnServiceBus.Distinct().Count());
        Assert.Equal([.. names.OnServiceBus, .. QueueName.All.SelectMany(queue => new[] { names.DelayedOf(queue), names.DeadOf(queue) })], names.OnOtherBrokers.OrderBy(name => names.OnServiceBus.Contains(name) ? 0 : 1));
    }

    [Fact]
    public void A_prefix_keeps_hubs_on_one_broker_apart() =>
        Assert.Equal(["east-deliveries-exercise", "east-deliveries-delayed", "east-deliveries-dead"], (string[])[
            new AmqpQueueNames("east-").Of(QueueName.Deliveries, Lane.Exercise),
            new AmqpQueueNames("east-").DelayedOf(QueueName.Deliveries),
            new AmqpQueueNames("east-").DeadOf(QueueName.Deliveries)]);

    [Fact]
    public void Every_lane_has_a_word_that_leads_back_to_it()
    {
        Assert.Equal(Enum.GetValues<Lane>(), AmqpQueueNames.Lanes);
        Assert.Equal(AmqpQueueNames.Lanes, AmqpQueueNames.Lanes.Select(lane => AmqpQueueNames.LaneOf(AmqpQueueNames.WordOf(lane))!.Value));
        Assert.Null(AmqpQueueNames.LaneOf("dead"));
    }
}
