using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Contracts.Messaging;

/// <summary>What every queue promises about leases, their ends, and dead letters.</summary>
public abstract partial class MessageQueueContract
{
    [SkippableFact]
    public async Task A_message_in_hand_is_nobody_elses_until_its_lease_ends()
    {
        await SendAsync(Message("one"));
        await ReceiveOneAsync();
        await AssertNothingButMarkerAsync();
        await LetLeaseEndAsync();

        var again = await ReceiveOneAsync();
        Assert.Equal(("one", 2, "body of one"), (again.Message.Id, again.DeliveryCount, Text(again)));
    }

    [SkippableFact]
    public async Task A_completed_message_never_comes_back()
    {
        await SendAsync(Message("one"));
        var held = await ReceiveOneAsync();

        Assert.True(await Queue.CompleteAsync(held, default));
        await LetLeaseEndAsync();
        await AssertNothingButMarkerAsync();
        Assert.Equal(0, (await Queue.GetDepthAsync(Name(), default)).Active);
        Assert.False(await Queue.CompleteAsync(held, default));
    }

    [SkippableFact]
    public async Task An_answer_after_the_lease_has_ended_is_false_and_changes_nothing()
    {
        await SendAsync(Message("one"));
        var late = await ReceiveOneAsync();
        await LetLeaseEndAsync();
        var current = await ReceiveOneAsync();

        Assert.False(await Queue.CompleteAsync(late, default));
        Assert.False(await Queue.AbandonAsync(late, TimeSpan.Zero, default));
        Assert.False(await Queue.RenewAsync(late, Lease, default));
        Assert.False(await Queue.DeadLetterAsync(late, "late", default));
        await AssertNothingButMarkerAsync();
        Assert.Empty(await Queue.PeekDeadLettersAsync(Name(), null, 10, default));
        Assert.True(await Queue.CompleteAsync(current, default));
        Assert.Equal(2, current.DeliveryCount);
    }

    [SkippableFact]
    public async Task An_answer_after_the_lease_has_ended_is_false_even_if_nobody_has_the_message_yet()
    {
        await SendAsync(Message("one"));
        var late = await ReceiveOneAsync();
        await LetLeaseEndAsync();

        Assert.False(await Queue.CompleteAsync(late, default));
        Assert.Equal(2, (await ReceiveOneAsync()).DeliveryCount);
    }

    [SkippableFact]
    public async Task A_renewed_lease_lasts_and_its_message_can_still_be_completed()
    {
        await SendAsync(Message("one"));
        var held = await ReceiveOneAsync();
        for (var i = 0; i < 3; i++)
        {
            await PassAsync(Lease * 0.6);
            Assert.True(await Queue.RenewAsync(held, Lease, default));
        }

        await AssertNothingButMarkerAsync();
        Assert.True(await Queue.CompleteAsync(held, default));
        await LetLeaseEndAsync();
        await AssertNothingButMarkerAsync();
    }

    [SkippableFact]
    public async Task A_renewed_lease_ends_too()
    {
        await SendAsync(Message("one"));
        var held = await ReceiveOneAsync();
        Assert.True(await Queue.RenewAsync(held, Lease, default));
        await LetLeaseEndAsync();

        Assert.Equal(2, (await ReceiveOneAsync()).DeliveryCount);
        Assert.False(await Queue.RenewAsync(held, Lease, default));
    }

    [SkippableFact]
    public async Task An_abandoned_message_comes_back_at_once_and_has_been_counted()
    {
        await SendAsync(Message("one"));
        var held = await ReceiveOneAsync();

        Assert.True(await Queue.AbandonAsync(held, TimeSpan.Zero, default));
        Assert.False(await Queue.CompleteAsync(held, default));
        var again = await ReceiveOneAsync();
        Assert.Equal(("one", 2), (again.Message.Id, again.DeliveryCount));
    }

    [SkippableFact]
    public async Task A_message_abandoned_with_a_delay_comes_back_after_it()
    {
        await SendAsync(Message("one"));
        Assert.True(await Queue.AbandonAsync(await ReceiveOneAsync(), Lease * 3, default));
        await AssertNothingButMarkerAsync();
        await LetLeaseEndAsync();
        await AssertNothingButMarkerAsync();
        await PassAsync(Lease * 2);

        var again = await ReceiveOneAsync();
        Assert.Equal(("one", 2), (again.Message.Id, again.DeliveryCount));
    }

    [SkippableFact]
    public async Task An_abandoned_message_goes_to_a_receiver_that_waits()
    {
        await SendAsync(Message("one"));
        var held = await ReceiveOneAsync();
        var waiting = await WaitingReceiverAsync();
        await Queue.AbandonAsync(held, TimeSpan.Zero, default);

        Assert.Equal(2, (await waiting).DeliveryCount);
    }

    [SkippableFact]
    public async Task A_dead_letter_is_kept_aside_with_its_reason()
    {
        await SendAsync(Message("one", Lane.UrgentActual) with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
        var held = await ReceiveOneAsync();
        Assert.True(await Queue.DeadLetterAsync(held, "宛先がない: no such contact", default));
        Assert.False(await Queue.CompleteAsync(held, default));
        await LetLeaseEndAsync();
        await AssertNothingButMarkerAsync();

        var letter = Assert.Single(await Queue.PeekDeadLettersAsync(Name(), null, 10, default));
        Assert.Equal(("one", Lane.UrgentActual, "宛先がない: no such contact", 1), (letter.Message.Id, letter.Message.Lane, letter.Reason, letter.DeliveryCount));
        Assert.Equal("body of one", System.Text.Encoding.UTF8.GetString(letter.Message.Body.Span));
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", letter.Message.TraceParent);
        Assert.Equal(Name().Value, letter.Queue.Value);
        Assert.InRange(letter.DeadAt, letter.EnqueuedAt, Now.AddSeconds(1));
    }

    [SkippableFact]
    public async Task A_long_reason_is_cut_and_does_not_keep_the_message_on_the_queue()
    {
        await SendAsync(Message("one"));
        Assert.True(await Queue.DeadLetterAsync(await ReceiveOneAsync(), new string('長', MessageLimits.MaxReasonLength + 1), default));

        Assert.Equal(new string('長', MessageLimits.MaxReasonLength), Assert.Single(await Queue.PeekDeadLettersAsync(Name(), null, 10, default)).Reason);
    }

    [SkippableFact]
    public async Task Dead_letters_are_listed_in_pages_oldest_first()
    {
        await SendAsync([.. Enumerable.Range(0, 5).Select(i => Message($"{i}"))]);
        var held = (await ReceiveAllAsync(5)).ToDictionary(message => message.Message.Id);
        string[] order = ["3", "1", "4", "0", "2"];
        foreach (var id in order)
        {
            await PassAsync(TimeSpan.FromMilliseconds(5));
            Assert.True(await Queue.DeadLetterAsync(held[id], "reason", default));
        }

        var first = await Queue.PeekDeadLettersAsync(Name(), null, 2, default);
        var second = await Queue.PeekDeadLettersAsync(Name(), first[^1].Id, 2, default);
        var third = await Queue.PeekDeadLettersAsync(Name(), second[^1].Id, 2, default);
        Assert.Equal(order, first.Concat(second).Concat(third).Select(letter => letter.Message.Id));
        Assert.Empty(await Queue.PeekDeadLettersAsync(Name(), third[^1].Id, 2, default));
        Assert.Equal(order, (await Queue.PeekDeadLettersAsync(Name(), null, 10, default)).Select(letter => letter.Message.Id));
    }

    [SkippableFact]
    public async Task A_replayed_dead_letter_is_a_message_again_with_a_fresh_count()
    {
        await SendAsync(Message("one", Lane.UrgentActual), Message("two", Lane.UrgentActual));
        foreach (var held in await ReceiveAllAsync(2))
        {
            await Queue.AbandonAsync(held, TimeSpan.Zero, default);
        }

        foreach (var held in await ReceiveAllAsync(2))
        {
            await Queue.DeadLetterAsync(held, "reason", default);
        }

        var letter = (await Queue.PeekDeadLettersAsync(Name(), null, 10, default)).Single(letter => letter.Message.Id == "one");
        Assert.Equal(2, letter.DeliveryCount);
        Assert.True(await Queue.ReplayDeadLetterAsync(Name(), letter.Id, default));

        var again = await ReceiveOneAsync();
        Assert.Equal(("one", 1, Lane.UrgentActual, "body of one"), (again.Message.Id, again.DeliveryCount, again.Message.Lane, Text(again)));
        Assert.Equal("two", Assert.Single(await Queue.PeekDeadLettersAsync(Name(), null, 10, default)).Message.Id);
        Assert.False(await Queue.ReplayDeadLetterAsync(Name(), letter.Id, default));
        Assert.False(await Queue.ReplayDeadLetterAsync(Name(), "no such letter", default));
        await AssertNothingButMarkerAsync();
    }

    [SkippableFact]
    public async Task A_replayed_dead_letter_goes_to_a_receiver_that_waits()
    {
        await SendAsync(Message("one"));
        await Queue.DeadLetterAsync(await ReceiveOneAsync(), "reason", default);
        var letter = Assert.Single(await Queue.PeekDeadLettersAsync(Name(), null, 10, default));
        var waiting = await WaitingReceiverAsync();
        Assert.True(await Queue.ReplayDeadLetterAsync(Name(), letter.Id, default));

        Assert.Equal("one", (await waiting).Message.Id);
    }

    [SkippableFact]
    public async Task Dead_letters_of_queues_are_apart()
    {
        await SendAsync(Message("one"));
        await Queue.DeadLetterAsync(await ReceiveOneAsync(), "reason", default);
        var letter = Assert.Single(await Queue.PeekDeadLettersAsync(Name(), null, 10, default));
        var other = new QueueName(Name().Value + "-other");

        Assert.Empty(await Queue.PeekDeadLettersAsync(other, null, 10, default));
        Assert.False(await Queue.ReplayDeadLetterAsync(other, letter.Id, default));
        Assert.Single(await Queue.PeekDeadLettersAsync(Name(), null, 10, default));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_handed_out_too_often_becomes_a_dead_letter(bool abandoned)
    {
        await SendAsync(Message("poison"));
        for (var count = 1; count <= 3; count++)
        {
            var held = await ReceiveOneAsync(maxDeliveries: 3);
            Assert.Equal(("poison", count), (held.Message.Id, held.DeliveryCount));
            if (abandoned)
            {
                await Queue.AbandonAsync(held, TimeSpan.Zero, default);
            }
            else
            {
                await LetLeaseEndAsync();
            }
        }

        await AssertNothingButMarkerAsync(maxDeliveries: 3);
        var letter = Assert.Single(await Queue.PeekDeadLettersAsync(Name(maxDeliveries: 3), null, 10, default));
        Assert.Equal(("poison", 3), (letter.Message.Id, letter.DeliveryCount));
        Assert.NotEmpty(letter.Reason);
    }

    [SkippableFact]
    public async Task The_depth_counts_what_waits_and_what_is_in_hand_and_the_dead()
    {
        var empty = await Queue.GetDepthAsync(Name(), default);
        Assert.Equal(new QueueDepth(0, 0, null), empty);

        await SendAsync(Message("a"), Message("b"));
        await SendAsync(Message("c"), Message("later") with { NotBefore = Now + (Lease * 9) });
        await AssertCountsAsync((4, 0));
        var held = await ReceiveAllAsync(2);
        await AssertCountsAsync((4, 0));
        await Queue.CompleteAsync(held[0], default);
        await AssertCountsAsync((3, 0));
        await Queue.DeadLetterAsync(held[1], "reason", default);
        await AssertCountsAsync((2, 1));
    }

    [SkippableFact]
    public async Task The_depth_knows_since_when_the_oldest_message_waits()
    {
        await SendAsync(Message("old"));
        if (!KnowsOldest)
        {
            await AssertOldestIsNotKnownAsync();
            return;
        }

        var old = (await Queue.GetDepthAsync(Name(), default)).OldestEnqueuedAt;
        await PassAsync(Lease / 10);
        await SendAsync(Message("young"));
        Assert.NotNull(old);
        Assert.Equal(old, (await Queue.GetDepthAsync(Name(), default)).OldestEnqueuedAt);

        var held = await ReceiveOneAsync();
        Assert.Equal("old", held.Message.Id);
        Assert.True((await Queue.GetDepthAsync(Name(), default)).OldestEnqueuedAt > old);
        await LetLeaseEndAsync();
        Assert.Equal(old, (await Queue.GetDepthAsync(Name(), default)).OldestEnqueuedAt);

        await ReceiveAllAsync(2);
        Assert.Null((await Queue.GetDepthAsync(Name(), default)).OldestEnqueuedAt);
    }

    /// <summary>It says that it does not know while something waits, and that nothing waits when all is in hand.</summary>
    private async Task AssertOldestIsNotKnownAsync()
    {
        var waits = await Queue.GetDepthAsync(Name(), default);
        Assert.Equal((1, null, false), (waits.Active, waits.OldestEnqueuedAt, waits.OldestKnown));

        await ReceiveOneAsync();
        var held = await Queue.GetDepthAsync(Name(), default);
        Assert.Equal((1, null, true), (held.Active, held.OldestEnqueuedAt, held.OldestKnown));
    }

    /// <summary>A broker may count a little later what it was told; it may not go on counting wrong.</summary>
    private async Task AssertCountsAsync((long Active, long Dead) expected)
    {
        (long Active, long Dead) counts = default;
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            var depth = await Queue.GetDepthAsync(Name(), default);
            counts = (depth.Active, depth.DeadLetters);
        }
        while (counts != expected && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(3));

        Assert.Equal(expected, counts);
    }
}
