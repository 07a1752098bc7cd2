using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Sqlite.Tests;

/// <summary>How receivers wait in the embedded queue, beyond what every queue promises.</summary>
public sealed class ReceiverTests : IDisposable
{
    private static readonly QueueName Queue = new("receivers");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private readonly TemporaryFile file = new();
    private readonly AdjustableClock time = new(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
    private readonly SqliteDatabase database;
    private readonly SqliteMessageQueue queue;

    public ReceiverTests()
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = file.Path }, time);
        queue = new SqliteMessageQueue(database);
    }

    public void Dispose()
    {
        database.Dispose();
        file.Dispose();
    }

    [Fact]
    public async Task Who_has_waited_longest_is_served_first()
    {
        var waiting = Enumerable.Range(0, 5).Select(_ => ReceiveAsync(1)).ToList();
        for (var i = 0; i < 5; i++)
        {
            await SendAsync($"{i}");
            Assert.Equal($"{i}", Assert.Single(await waiting[i]).Message.Id);
        }
    }

    [Fact]
    public async Task Somebody_who_comes_later_does_not_overtake_those_who_wait()
    {
        var first = ReceiveAsync(1);
        var hold = await HoldWriter.HoldAsync(database);
        var later = ReceiveAsync(1);
        var send = SendAsync("one");
        hold.LetGo();

        Assert.Equal("one", Assert.Single(await first).Message.Id);
        await send;
        await SendAsync("two");
        Assert.Equal("two", Assert.Single(await later).Message.Id);
    }

    [Fact]
    public async Task Who_gave_up_is_passed_over()
    {
        using var cancel = new CancellationTokenSource();
        var gaveUp = Enumerable.Range(0, 3).Select(_ => queue.ReceiveAsync(Queue, 10, Lease, cancel.Token).AsTask()).ToList();
        var waiting = ReceiveAsync(10);
        await cancel.CancelAsync();
        await SendAsync("one");

        Assert.Equal(("one", 1), Assert.Single(await waiting) is var message ? (message.Message.Id, message.DeliveryCount) : default);
        Assert.All(gaveUp, receive => Assert.True(receive.IsCanceled));
    }

    [Fact]
    public async Task What_is_sent_and_received_in_one_group_is_on_the_disk_before_either_is_answered()
    {
        var hold = await HoldWriter.HoldAsync(database);
        var receive = ReceiveAsync(10);
        var sends = Enumerable.Range(0, 10).Select(i => SendAsync($"{i}")).ToList();
        Assert.False(receive.IsCompleted);
        hold.LetGo();

        Assert.Equal(10, (await receive).Count);
        await Task.WhenAll(sends);
        Assert.Equal(10, (await queue.GetDepthAsync(Queue, default)).Active);
    }

    [Fact]
    public async Task A_message_that_a_tool_puts_on_the_queue_is_seen()
    {
        var waiting = ReceiveAsync(1);
        await SendAsync("own");
        Assert.Equal("own", Assert.Single(await waiting).Message.Id);
        waiting = ReceiveAsync(1);
        await database.WriteAsync(new InTransaction(_ => { }), default);
        using (var tool = SqliteDatabase.Open(new SqliteOptions { Path = file.Path, Exclusive = false }, time))
        {
            await new SqliteMessageQueue(tool).SendAsync(Queue, [Message("tool")], default);
        }

        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("tool", Assert.Single(await waiting).Message.Id);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_neither_hides_messages_nor_prolongs_leases()
    {
        await SendAsync("before");
        time.SetBack(TimeSpan.FromHours(2));
        await SendAsync("after");

        var held = await ReceiveAsync(10);
        Assert.Equal(["before", "after"], held.Select(message => message.Message.Id));
        time.Advance(Lease * 1.1);
        Assert.False(await queue.CompleteAsync(held[0], default));
        Assert.Equal(2, (await ReceiveAsync(10))[0].DeliveryCount);
    }

    [Fact]
    public async Task A_dead_letter_of_no_known_form_is_no_place_to_go_on_from()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.PeekDeadLettersAsync(Queue, "cursor", 10, default));
    }

    [Fact]
    public async Task A_lease_of_another_kind_of_queue_is_not_held_here()
    {
        await SendAsync("one");
        var held = Assert.Single(await ReceiveAsync(1));
        foreach (var foreign in new[] { "", ".", "1.", "1.0", "-1.-1", "lease-abc", "1.2.3", " 1.1" })
        {
            Assert.False(await queue.CompleteAsync(held with { LeaseId = foreign }, default));
        }

        Assert.True(await queue.CompleteAsync(held, default));
    }

    [Fact]
    public async Task A_very_long_lease_or_delay_is_until_the_end_of_time()
    {
        await SendAsync("one");
        var held = Assert.Single(await queue.ReceiveAsync(Queue, 1, TimeSpan.MaxValue, default));

        Assert.Equal(DateTimeOffset.MaxValue, held.LeasedUntil);
        Assert.True(await queue.AbandonAsync(held, TimeSpan.MaxValue, default));
    }

    private static QueueMessage Message(string id) => new() { Id = id, Body = "{}"u8.ToArray(), Lane = Lane.RoutineActual };

    private Task SendAsync(string id) => queue.SendAsync(Queue, [Message(id)], default).AsTask();

    private Task<IReadOnlyList<LeasedMessage>> ReceiveAsync(int max) => queue.ReceiveAsync(Queue, max, Lease, default).AsTask().WaitAsync(Patience);
}
