using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Escalation;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Tests.FanOut;
using Xunit;
using static AllianceNotify.Tests.FanOut.FanOutFixture;

namespace AllianceNotify.Tests.Escalation;

public sealed class EscalateUnansweredTests
{
    [Fact]
    public async Task An_unanswered_alert_is_asked_again_when_its_step_is_due_and_then_again_and_again()
    {
        var (hub, alert) = await StartedAsync();

        Assert.Equal(0, await hub.Escalate.SweepAsync(default));
        hub.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, await hub.Escalate.SweepAsync(default));
        Assert.Equal(0, await hub.Escalate.SweepAsync(default));
        hub.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, await hub.Escalate.SweepAsync(default));

        Assert.Equal([1, 2], await RoundsAskedAsync(hub));
        Assert.Equal(2, (await hub.TimelineAsync(alert)).Count(entry => entry.Kind == TimelineKind.Escalated));
    }

    [Fact]
    public async Task The_first_answer_ends_the_asking_at_once()
    {
        var (hub, alert) = await StartedAsync();

        var result = await hub.Acknowledge.ByContactAsync(alert.Id, new ContactId("c1"), "On it", default);
        hub.Time.Advance(TimeSpan.FromHours(1));

        Assert.IsType<AnswerResult.Recorded>(result);
        Assert.Equal(0, await hub.Escalate.SweepAsync(default));
        Assert.Empty(await RoundsAskedAsync(hub));
        var timeline = await hub.TimelineAsync(alert);
        Assert.Contains(timeline, entry => entry is { Kind: TimelineKind.Answered, Detail: "On it" });
        Assert.Contains(timeline, entry => entry.Kind == TimelineKind.EscalationEnded);
    }

    [Fact]
    public async Task A_second_answer_of_the_same_person_changes_nothing()
    {
        var (hub, alert) = await StartedAsync();
        await hub.Acknowledge.ByContactAsync(alert.Id, new ContactId("c1"), "First", default);

        var second = await hub.Acknowledge.ByContactAsync(alert.Id, new ContactId("c1"), "Second", default);

        Assert.Equal("First", Assert.IsType<AnswerResult.AlreadyAnswered>(second).Answer.Note);
        Assert.Single(await hub.TimelineAsync(alert), entry => entry.Kind == TimelineKind.Answered);
    }

    [Fact]
    public async Task An_alert_that_does_not_exist_cannot_be_answered()
    {
        var (hub, _) = await StartedAsync();

        Assert.IsType<AnswerResult.UnknownAlert>(await hub.Acknowledge.ByContactAsync(new AlertId("a-launch-9"), new ContactId("c1"), null, default));
        Assert.IsType<AnswerResult.UnknownAlert>(await hub.Acknowledge.ByContactAsync(new AlertId("nonsense"), new ContactId("c1"), null, default));
    }

    [Fact]
    public async Task Closing_the_situation_ends_the_asking()
    {
        var (hub, alert) = await StartedAsync();
        var situation = (await hub.Situations.GetAsync(alert.Situation, default))!.Value;
        await hub.Situations.WriteAsync(
            alert.Situation,
            new SituationChange { Situation = situation.Value with { Status = SituationStatus.Closed }, IfMatch = situation.ETag },
            default);

        hub.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, await hub.Escalate.SweepAsync(default));
        Assert.Contains(await hub.TimelineAsync(alert), entry => entry.Kind == TimelineKind.EscalationEnded);
    }

    [Fact]
    public async Task A_policy_that_asks_no_more_says_that_nobody_has_answered()
    {
        var (hub, alert) = await StartedAsync(repeat: false);
        hub.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(1, await hub.Escalate.SweepAsync(default));

        var state = (await hub.Situations.GetEscalationAsync(alert.Situation, alert.Revision, default))!.Value.Value;
        Assert.Equal(EscalationStatus.Exhausted, state.Status);
        Assert.Contains(await hub.TimelineAsync(alert), entry => entry.Kind == TimelineKind.EscalationEnded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_sweep_that_dies_at_any_write_is_finished_by_the_next_one(int failAt)
    {
        var store = new FailingStore(new InMemoryEntityStore());
        var (hub, alert) = await StartedAsync(store: store);
        hub.Time.Advance(TimeSpan.FromSeconds(60));

        store.FailAtWrite = failAt;
        await Assert.ThrowsAsync<IOException>(() => hub.Escalate.SweepAsync(default));
        store.FailAtWrite = 0;
        hub.Time.Advance(TimeSpan.FromSeconds(5));
        await hub.Escalate.SweepAsync(default);
        await hub.Escalate.SweepAsync(default);

        Assert.Equal([1], (await RoundsAskedAsync(hub)).Distinct());
        var state = (await hub.Situations.GetEscalationAsync(alert.Situation, alert.Revision, default))!.Value.Value;
        Assert.Equal(2, state.NextRound);
        hub.Time.Advance(TimeSpan.FromSeconds(120));
        await hub.Escalate.SweepAsync(default);
        Assert.Contains(2, await RoundsAskedAsync(hub));
    }

    private static async Task<(FanOutFixture Hub, Alert Alert)> StartedAsync(bool repeat = true, IEntityStore? store = null)
    {
        var hub = new FanOutFixture(store);
        var policy = FanOutAlertTests.PolicyOf("p", 60);
        await hub.Policies.InsertAsync(repeat ? policy : policy with { RepeatEvery = null }, default);
        await hub.SubscribeAsync("a", new PolicyId("p"), Person("c1"), Person("c2"));
        var alert = await hub.AlertAsync();
        await hub.RunAsync(alert);
        return (hub, alert);
    }

    private static async Task<List<int>> RoundsAskedAsync(FanOutFixture hub) =>
        [.. (await hub.DrainAsync(QueueName.Alerts)).Select(message => StageJson.TryRead(message.Body, StageJson.Default.AlertToFanOut)!.Round)];

    /// <summary>Loses its connection at a chosen write, before that write.</summary>
    private sealed class FailingStore(IEntityStore inner) : IEntityStore
    {
        private int writes;

        public int FailAtWrite
        {
            get;
            set
            {
                field = value;
                writes = 0;
            }
        }

        public ValueTask<StoredEntity?> GetAsync(TableName table, string partition, string row, CancellationToken cancellationToken) =>
            inner.GetAsync(table, partition, row, cancellationToken);

        public ValueTask<WriteResult> WriteAsync(TableName table, string partition, EntityWrite write, CancellationToken cancellationToken)
        {
            FailIfDue();
            return inner.WriteAsync(table, partition, write, cancellationToken);
        }

        public ValueTask<WriteResult> WriteBatchAsync(
            TableName table, string partition, IReadOnlyList<EntityWrite> batch, CancellationToken cancellationToken)
        {
            FailIfDue();
            return inner.WriteBatchAsync(table, partition, batch, cancellationToken);
        }

        public IAsyncEnumerable<StoredEntity> QueryAsync(TableName table, string partition, RowRange range, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, cancellationToken);

        private void FailIfDue()
        {
            if (++writes == FailAtWrite)
            {
                throw new IOException("The store is gone.");
            }
        }
    }
}
