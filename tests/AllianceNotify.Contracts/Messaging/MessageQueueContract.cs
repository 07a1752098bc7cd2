using System.Text;
using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Contracts.Messaging;

/// <summary>
/// What every <see cref="IMessageQueue"/> promises. Derive once an adapter: give a queue, and say how time passes for it
/// (a simulated clock moves; a broker is waited for). Every fact uses a queue of its own name.
/// </summary>
/// <remarks>
/// That a message cannot be had is shown without waiting: a marker is sent behind it, in the last lane, and what comes next
/// must be the marker.
/// </remarks>
public abstract partial class MessageQueueContract : IAsyncLifetime
{
    private readonly string unique = DeterministicId.Random("q-");
    private IMessageQueue? queue;

    protected IMessageQueue Queue => queue ?? throw new InvalidOperationException("The queue is made before each fact.");

    /// <summary>A lease that ends while a fact runs. Adapters that really wait make it short.</summary>
    protected virtual TimeSpan Lease => TimeSpan.FromSeconds(30);

    /// <summary>Whether the adapter can tell how long the oldest message waits. One that cannot must say so, and never name another time.</summary>
    protected virtual bool KnowsOldest => true;

    /// <summary>How long something is waited for that must come. Only ever reached by an adapter that is wrong.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(30);

    public virtual async Task InitializeAsync() => queue = await CreateAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    protected abstract Task<IMessageQueue> CreateAsync();

    /// <summary>Lets that much time pass for the adapter.</summary>
    protected abstract Task PassAsync(TimeSpan span);

    /// <summary>What time it is for the adapter.</summary>
    protected abstract DateTimeOffset Now { get; }

    protected virtual QueueName Name(int maxDeliveries = 10) => new(unique, maxDeliveries);

    /// <summary>A little more than a lease, so that it has certainly ended.</summary>
    protected Task LetLeaseEndAsync() => PassAsync(Lease * 1.1);

    [SkippableFact]
    public async Task A_message_arrives_as_it_was_sent()
    {
        var before = Now;
        var sent = Message("one", Lane.UrgentActual) with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        await SendAsync(sent);
        var received = await ReceiveOneAsync();

        Assert.Equal(("one", "body of one", Lane.UrgentActual), (received.Message.Id, Text(received), received.Message.Lane));
        Assert.Equal(sent.TraceParent, received.Message.TraceParent);
        Assert.Equal(1, received.DeliveryCount);
        Assert.Equal(Name().Value, received.Queue.Value);
        Assert.InRange(received.EnqueuedAt, before.AddSeconds(-1), Now.AddSeconds(1));
        Assert.InRange(received.LeasedUntil, Now + (Lease / 2), Now + (Lease * 1.5));
    }

    [SkippableFact]
    public async Task A_message_without_a_trace_has_none()
    {
        await SendAsync(Message("one"));

        Assert.Null((await ReceiveOneAsync()).Message.TraceParent);
    }

    [SkippableFact]
    public async Task A_body_is_the_queues_own_copy()
    {
        var bytes = "first"u8.ToArray();
        await SendAsync(Message("one") with { Body = bytes });
        bytes[0] = (byte)'X';

        Assert.Equal("first", Text(await ReceiveOneAsync()));
    }

    [SkippableFact]
    public async Task A_body_of_the_largest_size_arrives_and_a_larger_one_is_refused_with_all_that_was_sent_with_it()
    {
        var largest = new byte[MessageLimits.MaxBodyBytes];
        new Random(3).NextBytes(largest);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => SendAsync(Message("small"), Message("larger") with { Body = new byte[MessageLimits.MaxBodyBytes + 1] }));
        await SendAsync(Message("largest") with { Body = largest });

        var received = await ReceiveOneAsync();
        Assert.Equal("largest", received.Message.Id);
        Assert.True(received.Message.Body.Span.SequenceEqual(largest));
    }

    [SkippableFact]
    public async Task Sending_nothing_sends_nothing()
    {
        await SendAsync();

        Assert.Equal(0, (await Queue.GetDepthAsync(Name(), default)).Active);
    }

    [SkippableFact]
    public async Task All_messages_of_a_large_send_arrive_and_each_once()
    {
        var ids = Enumerable.Range(0, 250).Select(i => $"{i:D3}").ToList();
        await SendAsync([.. ids.Select(id => Message(id))]);

        var received = await ReceiveAllAsync(250);
        Assert.Equal(ids, received.Select(message => message.Message.Id).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task No_more_are_received_than_asked_for()
    {
        await SendAsync(Message("a"), Message("b"), Message("c"));

        Assert.InRange((await ReceiveAsync(2)).Count, 1, 2);
    }

    [SkippableFact]
    public async Task Urgent_messages_overtake_the_others()
    {
        await SendAsync(Message("exercise", Lane.Exercise), Message("routine", Lane.RoutineActual));
        await SendAsync(Message("urgent", Lane.UrgentActual));
        await SendAsync(Message("flash", Lane.FlashActual));

        Assert.Equal(["flash", "urgent", "routine", "exercise"], await IdsOneByOneAsync(4));
    }

    [SkippableFact]
    public async Task Messages_of_a_lane_come_in_the_order_in_which_they_were_sent()
    {
        for (var i = 0; i < 5; i++)
        {
            await SendAsync(Message($"{i}"));
        }

        Assert.Equal(["0", "1", "2", "3", "4"], await IdsOneByOneAsync(5));
    }

    [SkippableFact]
    public async Task Queues_are_apart()
    {
        var other = new QueueName(Name().Value + "-other");
        await Queue.SendAsync(other, [Message("other", Lane.FlashActual)], default);
        await SendAsync(Message("here"));

        Assert.Equal("here", (await ReceiveOneAsync()).Message.Id);
        Assert.Equal(1, (await Queue.GetDepthAsync(other, default)).Active);
    }

    [SkippableFact]
    public async Task A_message_that_is_not_due_yet_waits_until_it_is()
    {
        await SendAsync(Message("later") with { NotBefore = Now + (Lease * 3) });
        await AssertNothingButMarkerAsync();
        await PassAsync(Lease * 3.1);

        Assert.Equal("later", (await ReceiveOneAsync()).Message.Id);
    }

    [SkippableFact]
    public async Task A_message_that_is_due_already_comes_at_once()
    {
        await SendAsync(Message("past") with { NotBefore = Now.AddDays(-1) });

        Assert.Equal("past", (await ReceiveOneAsync()).Message.Id);
    }

    [SkippableFact]
    public async Task A_waiting_receiver_wakes_when_something_is_sent()
    {
        var waiting = await WaitingReceiverAsync();
        await SendAsync(Message("one"));

        Assert.Equal("one", (await waiting).Message.Id);
    }

    [SkippableFact]
    public async Task A_waiting_receiver_wakes_when_a_message_becomes_due()
    {
        await SendAsync(Message("later") with { NotBefore = Now + (Lease * 2) });
        var waiting = await WaitingReceiverAsync();
        await PassAsync(Lease * 2.1);

        Assert.Equal("later", (await waiting).Message.Id);
    }

    [SkippableFact]
    public async Task A_waiting_receiver_wakes_when_another_ones_lease_ends()
    {
        await SendAsync(Message("one"));
        await ReceiveOneAsync();
        var waiting = await WaitingReceiverAsync();
        await LetLeaseEndAsync();

        Assert.Equal(("one", 2), ((await waiting).Message.Id, (await waiting).DeliveryCount));
    }

    [SkippableFact]
    public async Task Waiting_receivers_can_give_up_and_what_comes_later_goes_to_another()
    {
        using var cancel = new CancellationTokenSource();
        var gaveUp = Enumerable.Range(0, 20).Select(_ => Queue.ReceiveAsync(Name(), 1, Lease, cancel.Token).AsTask()).ToList();
        await cancel.CancelAsync();
        foreach (var receiver in gaveUp)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiver.WaitAsync(Patience));
        }

        var waiting = await WaitingReceiverAsync();
        await SendAsync(Message("one"));
        Assert.Equal(("one", 1), ((await waiting).Message.Id, (await waiting).DeliveryCount));
    }

    [SkippableFact]
    public async Task A_call_cancelled_beforehand_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Queue.SendAsync(Name(), [Message("never")], cancelled));
        await SendAsync(Message("one"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Queue.ReceiveAsync(Name(), 1, Lease, cancelled));
        var held = await ReceiveOneAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Queue.CompleteAsync(held, cancelled));

        Assert.Equal(("one", 1), (held.Message.Id, held.DeliveryCount));
        Assert.True(await Queue.CompleteAsync(held, default));
    }

    [SkippableFact]
    public async Task Several_receivers_never_hold_one_message_at_once_and_every_message_is_done_once()
    {
        const int Messages = 300;
        await SendAsync([.. Enumerable.Range(0, Messages / 2).Select(i => Message($"{i}"))]);
        var held = new System.Collections.Concurrent.ConcurrentDictionary<string, byte>();
        var done = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var enough = new CancellationTokenSource(Patience);
        var receivers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (done.Count < Messages)
            {
                foreach (var message in await Queue.ReceiveAsync(Name(), 5, Lease, enough.Token))
                {
                    Assert.True(held.TryAdd(message.Message.Id, 0), $"{message.Message.Id} is held twice.");
                    Assert.Equal(1, message.DeliveryCount);
                    await Task.Yield();
                    Assert.True(held.TryRemove(message.Message.Id, out byte _));
                    Assert.True(await Queue.CompleteAsync(message, default));
                    done.Add(message.Message.Id);
                }

                if (done.Count >= Messages)
                {
                    await enough.CancelAsync();
                }
            }
        })).ToList();
        for (var i = Messages / 2; i < Messages; i++)
        {
            await SendAsync(Message($"{i}"));
        }

        try
        {
            await Task.WhenAll(receivers);
        }
        catch (OperationCanceledException) when (receivers.TrueForAll(receiver => receiver.IsCompletedSuccessfully || receiver.IsCanceled))
        {
            // The receivers that were still waiting when the last message was done.
        }

        Assert.Equal(Messages, done.Distinct().Count());
        Assert.Equal(Messages, done.Count);
        Assert.Equal(0, (await Queue.GetDepthAsync(Name(), default)).Active);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_call_that_makes_no_sense_is_refused(int wrong)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.ReceiveAsync(Name(), wrong, Lease, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.ReceiveAsync(Name(), 1, Lease * wrong, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.ReceiveAsync(new QueueName(""), 1, Lease, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => SendAsync(Message("one") with { Lane = (Lane)(wrong - 4) }));
    }

    protected static QueueMessage Message(string id, Lane lane = Lane.RoutineActual) =>
        new() { Id = id, Body = Encoding.UTF8.GetBytes("body of " + id), Lane = lane };

    protected static string Text(LeasedMessage message) => Encoding.UTF8.GetString(message.Message.Body.Span);

    protected async Task SendAsync(params QueueMessage[] messages) => await Queue.SendAsync(Name(), messages, default);

    protected async Task<IReadOnlyList<LeasedMessage>> ReceiveAsync(int max, int maxDeliveries = 10)
    {
        using var patience = new CancellationTokenSource(Patience);
        var received = await Queue.ReceiveAsync(Name(maxDeliveries), max, Lease, patience.Token);
        Assert.NotEmpty(received);
        return received;
    }

    protected async Task<LeasedMessage> ReceiveOneAsync(int maxDeliveries = 10) => Assert.Single(await ReceiveAsync(1, maxDeliveries));

    /// <summary>A receiver that has found nothing and waits: what was sent elsewhere after it asked has been dealt with.</summary>
    protected async Task<Task<LeasedMessage>> WaitingReceiverAsync()
    {
        var waiting = ReceiveOneAsync();
        await Queue.SendAsync(new QueueName(Name().Value + "-other"), [Message("elsewhere")], default);
        Assert.False(waiting.IsCompleted);
        return waiting;
    }

    protected async Task<List<LeasedMessage>> ReceiveAllAsync(int count)
    {
        var received = new List<LeasedMessage>();
        while (received.Count < count)
        {
            received.AddRange(await ReceiveAsync(count - received.Count));
        }

        return received;
    }

    protected async Task<List<string>> IdsOneByOneAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await ReceiveOneAsync()).Message.Id);
        }

        return ids;
    }

    /// <summary>What a receiver can have now is nothing: a marker sent behind everything comes first. The marker is done away with.</summary>
    protected async Task AssertNothingButMarkerAsync(int maxDeliveries = 10)
    {
        var marker = Message(DeterministicId.Random("marker-"), Lane.Exercise);
        await SendAsync(marker);
        var received = await ReceiveAsync(10, maxDeliveries);
        Assert.Equal([marker.Id], received.Select(message => message.Message.Id));
        Assert.True(await Queue.CompleteAsync(received[0], default));
    }
}
