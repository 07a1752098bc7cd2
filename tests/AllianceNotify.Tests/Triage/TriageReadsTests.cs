using AllianceNotify.Contracts.Storage;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Tests.Correlation;
using AllianceNotify.Tests.Journeys;
using AllianceNotify.Triage;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;

namespace AllianceNotify.Tests.Triage;

public sealed class TriageReadsTests : IDisposable
{
    private readonly SituationReads store = new(new InMemoryEntityStore());
    private readonly HubInProcess hub;

    public TriageReadsTests() => hub = new HubInProcess(store);

    [Fact]
    public async Task A_report_that_opens_a_situation_reads_for_it_once()
    {
        Assert.Equal(1, await ReadsOfAsync(Usgs("us7000m9g4", Quake, 7.5, 37.49, 137.27)));
        Assert.Equal(1, await ReadsOfAsync(Own("radar-7", "1", "Ballistic missile launched", Quake)));
    }

    [Fact]
    public async Task An_update_by_reference_reads_its_situation_once_and_still_gives_way_to_another_writer()
    {
        await ReadsOfAsync(Own("radar-7", "1", "Ballistic missile launched", Quake));
        var update = Own("radar-7", "2", "Ballistic missile launched, second sighting", Quake.AddMinutes(1), action: "update", extra: ",\"references\":[{\"source\":\"radar-7\",\"sourceId\":\"1\"}]");
        store.AfterNextRead = async situation =>
        {
            var read = (await hub.Situations.GetAsync(situation, default))!.Value;
            var change = new SituationChange { Situation = read.Value with { SplitFrom = new SituationId("s-seen-by-an-officer") }, IfMatch = read.ETag };
            Assert.IsType<WriteResult.Applied>(await hub.Situations.WriteAsync(situation, change, default));
        };

        // Once in vain, because somebody wrote in between (and read for it), and once more.
        Assert.Equal(3, await ReadsOfAsync(update));
        Assert.Equal(1, await ReadsOfAsync(Own("radar-7", "3", "Ballistic missile fell into the sea", Quake.AddMinutes(2), action: "update", extra: ",\"references\":[{\"source\":\"radar-7\",\"sourceId\":\"1\"}]")));

        var situation = await hub.Situations.ListAsync(null, default).Select(row => row.Situation).SingleAsync();
        Assert.Equal("s-seen-by-an-officer", situation.SplitFrom?.Value);
        Assert.Equal("Ballistic missile fell into the sea", situation.Texts[0].Title);
    }

    public void Dispose() => hub.Dispose();

    private async Task<int> ReadsOfAsync((string Body, string Type) report)
    {
        await hub.SendAsync(report);
        store.Count = 0;
        foreach (var message in await hub.Queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default))
        {
            Assert.Equal(StageResult.Done, await hub.Get<TriageReport>().RunAsync(message, default));
            await hub.Queue.CompleteAsync(message, default);
        }

        return store.Count;
    }

    /// <summary>Counts how often a situation's own row is read.</summary>
    private sealed class SituationReads(IEntityStore inner) : IEntityStore
    {
        public int Count { get; set; }

        public Func<SituationId, Task>? AfterNextRead { get; set; }

        public async ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken)
        {
            var found = await inner.GetAsync(table, partition, row, cancellationToken);
            if (table == new TableName("Situations") && row == "situation")
            {
                Count++;
                if (AfterNextRead is { } meanwhile)
                {
                    AfterNextRead = null;
                    await meanwhile(new SituationId(partition));
                }
            }

            return found;
        }

        public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken) =>
            inner.WriteAsync(table, partition, write, cancellationToken);

        public ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> writes, CancellationToken cancellationToken) =>
            inner.WriteBatchAsync(table, partition, writes, cancellationToken);

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);
    }
}
