using System.IO.Pipelines;
using System.Text;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Intake;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Intake;

public sealed class AcceptBatchTests
{
    [Fact]
    public async Task Every_line_has_its_own_answer_in_order_and_bad_lines_fail_alone()
    {
        var hub = new IntakeHarness(new IntakeOptions { MaxBodyBytes = 1_000 });
        var lines = new[]
        {
            Line("1"), "", "{ broken", Line("2"), "   \r", new string('x', 5_000), Line("3", "mode-less"), Line("1"),
            IntakeHarness.Json("4", extra: ", \"classification\": \"SECRET\"").ReplaceLineEndings(" "), Line("5"),
        };

        var answers = await ReadAsync(hub, string.Join("\r\n", lines));

        Assert.Equal(
            [
                (1, "Accepted"), (3, "Invalid"), (4, "Accepted"), (6, "TooLarge"), (7, "Invalid"), (8, "Accepted"), (9, "Refused"), (10, "Accepted"),
            ],
            answers.Select(answer => (answer.Line, answer.Result.GetType().Name)));
        Assert.True(Assert.IsType<IntakeResult.Accepted>(answers[5].Result).Items[0].Duplicate);
        foreach (var id in new[] { "1", "2", "5" })
        {
            Assert.NotNull(await hub.Reports.GetAsync(SituationReport.IdOf("sample-radar", id), default));
        }

        Assert.Null(await hub.Reports.GetAsync(SituationReport.IdOf("sample-radar", "4"), default));
    }

    [Fact]
    public async Task A_thousand_lines_in_small_pieces_are_all_accepted_in_order()
    {
        var hub = new IntakeHarness();
        var pipe = new Pipe();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1_000).Select(i => Line($"n-{i}") + "\n")));
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < bytes.Length; at += 777)
            {
                await pipe.Writer.WriteAsync(bytes.AsMemory(at, Math.Min(777, bytes.Length - at)));
            }

            await pipe.Writer.CompleteAsync();
        });

        var answers = new List<BatchLine>();
        await foreach (var answer in hub.Accept.AcceptBatchAsync(pipe.Reader, IntakeHarness.Caller, default))
        {
            answers.Add(answer);
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, 1_000), answers.Select(answer => answer.Line));
        Assert.All(answers, answer => Assert.IsType<IntakeResult.Accepted>(answer.Result));
        Assert.Equal(1_000, (await hub.QueuedAsync()).Count);
    }

    [Fact]
    public async Task Lines_are_on_their_way_together_up_to_the_bound()
    {
        var store = new GatedStore();
        var hub = new IntakeHarness(new IntakeOptions { Concurrency = 8 }, store);
        var reading = ReadAsync(hub, string.Join('\n', Enumerable.Range(0, 40).Select(i => Line($"g-{i}"))));

        // Nothing is answered until the store is let go, so the bound is what is waiting there.
        await store.WaitForAsync(8);
        store.Open();

        Assert.Equal(40, (await reading).Count);
        Assert.InRange(store.MostAtOnce, 8, 10);
    }

    [Fact]
    public async Task A_line_that_cannot_be_stored_says_so_and_the_others_get_through()
    {
        var store = new GatedStore { FailFor = SituationReport.IdOf("sample-radar", "bad") };
        store.Open();
        var hub = new IntakeHarness(store: store);

        var answers = await ReadAsync(hub, string.Join('\n', Line("1"), Line("bad"), Line("2")));

        Assert.Equal(["Accepted", "Unavailable", "Accepted"], answers.Select(answer => answer.Result.GetType().Name));
    }

    [Fact]
    public async Task A_listener_that_leaves_half_way_leaves_nothing_running()
    {
        var hub = new IntakeHarness();
        var taken = 0;
        await foreach (var _ in hub.Accept.AcceptBatchAsync(Reader(string.Join('\n', Enumerable.Range(0, 500).Select(i => Line($"l-{i}")))), IntakeHarness.Caller, default))
        {
            if (++taken == 3)
            {
                break;
            }
        }

        Assert.NotNull(await hub.Reports.GetAsync(SituationReport.IdOf("sample-radar", "l-0"), default));
    }

    private static string Line(string sourceId, string mode = "actual") => IntakeHarness.Json(sourceId, mode).ReplaceLineEndings(" ");

    private static PipeReader Reader(string body) => PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(body)));

    private static async Task<List<BatchLine>> ReadAsync(IntakeHarness hub, string body)
    {
        var answers = new List<BatchLine>();
        await foreach (var answer in hub.Accept.AcceptBatchAsync(Reader(body), IntakeHarness.Caller, default))
        {
            answers.Add(answer);
        }

        return answers;
    }

    /// <summary>A store whose writes wait until it is opened, and which counts how many wait at once.</summary>
    private sealed class GatedStore : IEntityStore
    {
        private readonly InMemoryEntityStore inner = new();
        private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int waiting;
        private int target = int.MaxValue;
        private int most;

        public ReportId? FailFor { get; init; }

        public int MostAtOnce => Volatile.Read(ref most);

        public void Open() => opened.TrySetResult();

        public Task WaitForAsync(int count)
        {
            Volatile.Write(ref target, count);
            if (Volatile.Read(ref waiting) >= count)
            {
                reached.TrySetResult();
            }

            return reached.Task;
        }

        public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            inner.GetAsync(table, partition, row, cancellationToken);

        public async ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
        {
            if (partition == FailFor?.Value)
            {
                throw new IOException("The disk is full.");
            }

            var now = Interlocked.Increment(ref waiting);
            InterlockedMax(now);
            if (now >= Volatile.Read(ref target))
            {
                reached.TrySetResult();
            }

            await opened.Task;
            Interlocked.Decrement(ref waiting);
            return await inner.WriteAsync(table, partition, write, cancellationToken);
        }

        public ValueTask<WriteResult> WriteBatchAsync(TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            inner.WriteBatchAsync(table, partition, writes, cancellationToken);

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);

        private void InterlockedMax(int value)
        {
            for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            {
                Interlocked.CompareExchange(ref most, value, seen);
            }
        }
    }
}
