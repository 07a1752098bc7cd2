using AllianceNotify.Audit;
using AllianceNotify.Contracts.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private static readonly AuditOrder Order = new("k-1", "Sample Administrator", "change-contact", "contacts/c-1");

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));
    private readonly InMemoryEntityStore store = new();
    private readonly AuditLog log;

    public AuditLogTests() => log = new AuditLog(store, time);

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task Entries_are_numbered_and_each_names_the_one_before()
    {
        var first = await log.AppendAsync(Order, default);
        var second = await log.AppendAsync(Order with { Subject = "contacts/c-2" }, default);

        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(AuditEntry.Beginning, first.Previous);
        Assert.Equal(first.Hash, second.Previous);
        Assert.Equal(new AuditVerdict.Unbroken(2, second.Hash), await log.VerifyAsync(null, default));
        Assert.Equal([first, second], await log.ReadAsync(0).ToListAsync());
        Assert.Equal([second], await log.ReadAsync(1).ToListAsync());
    }

    [Fact]
    public async Task An_empty_log_is_unbroken() =>
        Assert.Equal(new AuditVerdict.Unbroken(0, AuditEntry.Beginning), await log.VerifyAsync(null, default));

    [Fact]
    public async Task Instances_that_append_at_once_make_one_unbroken_chain()
    {
        using var other = new AuditLog(store, time);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (i % 2 == 0 ? log : other).AppendAsync(Order, default))));

        Assert.IsType<AuditVerdict.Unbroken>(await log.VerifyAsync(null, default));
        Assert.Equal(Enumerable.Range(1, 200).Select(number => (long)number), await log.ReadAsync(0).Select(entry => entry.Number).ToListAsync());
    }

    [Fact]
    public async Task The_order_is_written_before_it_is_carried_out_and_what_came_of_nothing_is_said()
    {
        var seen = 0;
        await log.RecordAsync(
            Order,
            async () =>
            {
                seen = await log.ReadAsync(0).CountAsync();
                return false;
            },
            done => done,
            default);

        Assert.Equal(1, seen);
        var entries = await log.ReadAsync(0).ToListAsync();
        Assert.Equal(["change-contact", AuditEntry.NotDone], entries.Select(entry => entry.Action));
        Assert.Equal(1, entries[1].Of);
    }

    [Fact]
    public async Task A_change_that_fails_leaves_its_order()
    {
        await Assert.ThrowsAsync<IOException>(() => log.RecordAsync<bool>(Order, () => throw new IOException("cut off"), done => done, default));

        Assert.Equal("change-contact", Assert.Single(await log.ReadAsync(0).ToListAsync()).Action);
    }

    [Fact]
    public async Task Entries_since_a_time_are_found()
    {
        for (var i = 0; i < 9; i++)
        {
            await log.AppendAsync(Order, default);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        var start = time.Start;
        Assert.Equal(0, await log.LastBeforeAsync(start, default));
        Assert.Equal(3, await log.LastBeforeAsync(start.AddMinutes(3), default));
        Assert.Equal(4, await log.LastBeforeAsync(start.AddMinutes(3.5), default));
        Assert.Equal(9, await log.LastBeforeAsync(start.AddHours(1), default));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_make_the_log_run_backwards()
    {
        var first = await log.AppendAsync(Order, default);
        using var earlier = new AuditLog(store, new FakeTimeProvider(time.Start.AddHours(-1)));

        Assert.Equal(first.At, (await earlier.AppendAsync(Order, default)).At);
        Assert.IsType<AuditVerdict.Unbroken>(await log.VerifyAsync(null, default));
    }

    [Fact]
    public async Task An_anchor_that_was_kept_proves_that_nothing_was_exchanged()
    {
        var first = await log.AppendAsync(Order, default);
        await log.AppendAsync(Order, default);

        Assert.IsType<AuditVerdict.Unbroken>(await log.VerifyAsync((1, first.Hash), default));
        Assert.Equal(1, Assert.IsType<AuditVerdict.Broken>(await log.VerifyAsync((1, AuditEntry.Beginning), default)).Number);
        Assert.Equal(3, Assert.IsType<AuditVerdict.Broken>(await log.VerifyAsync((7, first.Hash), default)).Number);
    }

    [Fact]
    public void Every_property_counts_in_the_hash()
    {
        var entry = new AuditEntry
        {
            Number = 1,
            At = time.Start,
            ActorId = "a",
            ActorName = "b",
            Action = "c",
            Subject = "d",
            Previous = AuditEntry.Beginning,
        };
        AuditEntry[] others =
        [
            entry, entry with { Number = 2 }, entry with { At = time.Start.AddTicks(1) }, entry with { ActorId = "x" }, entry with { ActorName = "x" },
            entry with { Action = "x" }, entry with { Subject = "x" }, entry with { Detail = "" }, entry with { Of = 1 }, entry with { Previous = new string('1', 64) },
            entry with { ActorId = "ab", ActorName = "" },
        ];

        Assert.Equal(others.Length, others.Select(other => other.ComputeHash()).Distinct().Count());
    }
}
