using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

public sealed class DeadLettersTests
{
    private static readonly string[] Nobody = [];

    [Fact]
    public async Task Whoever_was_not_told_by_their_last_channel_is_set_aside_and_can_be_told_after_all()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        var fixedNow = false;
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(
            fixedNow ? new DeliveryOutcome.Delivered() : new DeliveryOutcome.Misconfigured("535 bad password"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, [("c001", "host/1"), ("c002", "host/2")]);
        await rig.DrainAsync();
        var letters = (await rig.DeadLetters.ListAsync(null, 10, default)).Items;
        Assert.Equal(2, letters.Count);
        var letter = letters.Single(item => item.Reason.Contains("c001", StringComparison.Ordinal));
        Assert.Equal("Contact c001 was not told by scripted, their last channel. 535 bad password", letter.Reason);
        Assert.Equal(("deliveries", 1), (letter.Queue, letter.Attempts));

        fixedNow = true;
        rig.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(ReplayResult.Replayed, await rig.DeadLetters.ReplayAsync(letter.Id, default));
        var record = await rig.GetAsync(alert, "c001");
        Assert.Equal((DeliveryState.Queued, 0), (record.State, record.Attempts));
        Assert.Equal(rig.Time.GetUtcNow().AddMinutes(30), record.Deadline);
        await rig.DrainAsync();

        Assert.Equal(DeliveryState.Sent, (await rig.GetAsync(alert, "c001")).State);
        Assert.Equal(ReplayResult.NotFound, await rig.DeadLetters.ReplayAsync(letter.Id, default));
        Assert.Contains("c002", Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_a_message_has_no_whole_one()
    {
        var table = new DeadLetterTable(new InMemoryEntityStore());
        var letter = new StoredDeadLetter
        {
            Id = "part",
            Queue = "deliveries",
            Body = "{}",
            Lane = Lane.Exercise,
            Reason = "",
            Attempts = 1,
            PlannedAt = default,
            DeadAt = default,
        };
        await table.AddAsync(letter, default);
        await table.AddAsync(letter with { Id = "whole", Message = [0xFF] }, default);

        Assert.Null((await table.GetAsync("part", default))!.Value.Value.Message);
        Assert.Equal([0xFF], (await table.GetAsync("whole", default))!.Value.Value.Message);
    }

    [Fact]
    public async Task A_replay_that_fails_again_is_set_aside_again()
    {
        using var rig = new DeliveryRig();
        rig.AddChannel().Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Refused("410"));
        await rig.PlanAsync(SampleAlerts.Alert(), [("c001", "host/1")]);
        await rig.DrainAsync();
        var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);

        await rig.DeadLetters.ReplayAsync(letter.Id, default);
        await rig.DrainAsync();

        Assert.Equal(letter.Id, Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items).Id);
    }

    [Fact]
    public async Task A_replay_of_what_was_told_meanwhile_sends_nothing()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Refused("410"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, [("c001", "host/1")]);
        await rig.DrainAsync();
        await rig.ChangeAsync(alert, "c001", record => record with { State = DeliveryState.Sent });
        var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);

        Assert.Equal(ReplayResult.NothingToDo, await rig.DeadLetters.ReplayAsync(letter.Id, default));
        await rig.DrainAsync();

        Assert.Single(channel.Sends);
        Assert.Empty((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
    }

    [Fact]
    public async Task However_a_replay_dies_doing_it_again_tells_the_contact_once()
    {
        for (var step = 1; step <= 6; step++)
        {
            foreach (var after in new[] { false, true })
            {
                using var rig = new DeliveryRig();
                var channel = rig.AddChannel();
                channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Refused("410"));
                var alert = SampleAlerts.Alert();
                await rig.PlanAsync(alert, [("c001", "host/1")]);
                await rig.DrainAsync();
                var letter = Assert.Single((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
                channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Delivered());
                rig.Crash.Reset();
                (rig.Crash.At, rig.Crash.AfterTheStep) = (step, after);

                var died = await Record.ExceptionAsync(() => rig.DeadLetters.ReplayAsync(letter.Id, default));
                Assert.IsType<SimulatedCrashException>(died);
                rig.Crash.Reset();
                rig.Restart();
                await rig.DeadLetters.ReplayAsync(letter.Id, default);
                await rig.DrainAsync();

                Assert.Equal(1, channel.Sends.Count(send => send.Delivered));
                Assert.Empty((await rig.DeadLetters.ListAsync(null, 10, default)).Items);
            }
        }
    }

    [Fact]
    public async Task A_chunk_that_was_set_aside_whole_is_replayed_with_time_to_be_sent_in()
    {
        using var rig = new DeliveryRig();
        var channel = rig.AddChannel();
        channel.Answer = (recipient, _) => recipient.Contact.Value == "c001"
            ? throw new InvalidOperationException("a bug")
            : Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Refused("410"));
        var alert = SampleAlerts.Alert();
        await rig.PlanAsync(alert, [("c001", "host/1"), ("c002", "host/2")]);
        await rig.DrainAsync();
        var letters = (await rig.DeadLetters.ListAsync(null, 10, default)).Items;
        Assert.Equal(["stored", "deliveries"], letters.Select(letter => letter.Id.Split('.')[0]));

        channel.Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Delivered());
        rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(ReplayResult.Replayed, await rig.DeadLetters.ReplayAsync(letters[1].Id, default));
        Assert.Equal(rig.Time.GetUtcNow().AddMinutes(30), (await rig.GetAsync(alert, "c001")).Deadline);
        Assert.Equal(DeliveryState.Failed, (await rig.GetAsync(alert, "c002")).State);
        await rig.DrainAsync();

        Assert.Equal("c001", Assert.Single(channel.Sends, send => send.Delivered).Contact.Value);
    }

    [Fact]
    public async Task Pages_go_through_both_kinds_and_miss_and_repeat_nothing()
    {
        using var rig = new DeliveryRig();
        rig.AddChannel().Answer = (_, _) => Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Refused("410"));
        await rig.PlanAsync(SampleAlerts.Alert(), Enumerable.Range(0, 7).Select(i => ($"c{i}", $"host/{i}")));
        for (var i = 0; i < 5; i++)
        {
            await rig.Queue.SendAsync(QueueName.Deliveries, [new QueueMessage { Id = "m", Body = "?"u8.ToArray(), Lane = Lane.Exercise }], default);
        }

        await rig.DrainAsync();
        var ids = new List<string>();
        string? next = null;
        do
        {
            var page = await rig.DeadLetters.ListAsync(next, 3, default);
            ids.AddRange(page.Items.Select(item => item.Id));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(12, ids.Count);
        Assert.Equal(12, ids.Distinct().Count());
        Assert.Equal(7, ids.Count(id => id.StartsWith("stored.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("stored.")]
    [InlineData("elsewhere.1")]
    [InlineData("")]
    public async Task An_id_that_names_nothing_is_not_found(string id)
    {
        using var rig = new DeliveryRig();
        Assert.Equal(ReplayResult.NotFound, await rig.DeadLetters.ReplayAsync(id, default));
        await Assert.ThrowsAsync<FormatException>(() => rig.DeadLetters.ListAsync(id, 10, default));
        Assert.Equal(Nobody, (await rig.DeadLetters.ListAsync(null, 10, default)).Items.Select(item => item.Id));
    }
}
