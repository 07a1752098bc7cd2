using AllianceNotify.Contracts.Storage;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Triage;
using AllianceNotify.Triage;
using Xunit;

namespace AllianceNotify.Tests.Situations;

public sealed class SituationTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 5, 49, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_situation_that_a_run_listed_before_it_died_is_listed_once()
    {
        var table = new SituationTable(new InMemoryEntityStore());
        var (died, opened) = (OpenedAt(Now), OpenedAt(Now.AddSeconds(2)));

        await table.ListNewAsync(died, default);
        await table.ListNewAsync(opened, default);
        await table.WriteAsync(opened.Id, new SituationChange { Situation = opened }, default);

        var (_, only) = Assert.Single(await table.ListAsync(null, default).ToListAsync());
        Assert.Equal(opened.OpenedAt, only.OpenedAt);
    }

    private static Situation OpenedAt(DateTimeOffset time) => TriageDecision.Decide(
        new SituationId("s-abc"), null, TriageDecisionTests.Report(), TriageDecisionTests.Recognised("missile-launch", Urgency.Flash), time).Situation!;
}
