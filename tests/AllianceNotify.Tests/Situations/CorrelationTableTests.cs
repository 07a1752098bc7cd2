using AllianceNotify.Contracts.Storage;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Triage;
using Xunit;

namespace AllianceNotify.Tests.Situations;

public sealed class CorrelationTableTests
{
    private readonly CorrelationTable correlation = new(new InMemoryEntityStore());

    [Fact]
    public async Task An_update_finds_the_situation_of_the_report_it_refers_to()
    {
        var first = TriageDecisionTests.Report();
        var opened = await correlation.ClaimAsync(first, CorrelationTable.NewIdFor(first), default);

        var update = TriageDecisionTests.Report("Second") with { References = [new ReportReference(first.Source, first.SourceId)] };

        Assert.Equal(opened, await correlation.FindAsync(update, default));
    }

    [Fact]
    public async Task A_report_that_arrives_after_its_update_joins_the_situation_that_the_update_opened()
    {
        var first = TriageDecisionTests.Report();
        var update = TriageDecisionTests.Report("Second") with { References = [new ReportReference(first.Source, first.SourceId)] };
        var opened = await correlation.ClaimAsync(update, CorrelationTable.NewIdFor(update), default);

        Assert.Equal(opened, await correlation.FindAsync(first, default));
    }

    [Fact]
    public async Task Reports_of_one_event_of_one_source_are_one_situation_in_any_order()
    {
        var one = TriageDecisionTests.Report("One") with { EventKeys = ["jma:20240101161010"] };
        var other = TriageDecisionTests.Report("Other") with { EventKeys = ["jma:20240101161010"] };

        Assert.Equal(CorrelationTable.NewIdFor(one), CorrelationTable.NewIdFor(other));
        var opened = await correlation.ClaimAsync(one, CorrelationTable.NewIdFor(one), default);
        Assert.Equal(opened, await correlation.ClaimAsync(other, new SituationId("s-something-else"), default));
    }

    [Fact]
    public async Task An_exercise_never_finds_what_is_real()
    {
        var real = TriageDecisionTests.Report() with { EventKeys = ["jma:20240101161010"] };
        await correlation.ClaimAsync(real, CorrelationTable.NewIdFor(real), default);
        var played = real with { Mode = ReportMode.Exercise, References = [new ReportReference(real.Source, real.SourceId)] };

        Assert.Null(await correlation.FindAsync(played, default));
        Assert.NotEqual(CorrelationTable.NewIdFor(real), CorrelationTable.NewIdFor(played));
    }

    [Fact]
    public async Task A_link_between_two_situations_keeps_the_older_one()
    {
        var first = TriageDecisionTests.Report("A");
        var second = TriageDecisionTests.Report("B");
        var opened = await correlation.ClaimAsync(first, CorrelationTable.NewIdFor(first), default);
        await correlation.ClaimAsync(second, CorrelationTable.NewIdFor(second), default);
        var both = TriageDecisionTests.Report("C") with
        {
            References = [new ReportReference(first.Source, first.SourceId), new ReportReference(second.Source, second.SourceId)],
        };

        Assert.Equal(opened, await correlation.FindAsync(both, default));
    }

    [Theory]
    [InlineData("a-abcdef-12", "s-abcdef", 12)]
    [InlineData("a-abc-def-1", "s-abc-def", 1)]
    public void An_alerts_id_names_its_situation_and_revision(string id, string situation, int revision)
    {
        Assert.True(Alert.TryParseId(new AlertId(id), out var foundSituation, out var foundRevision));
        Assert.Equal((new SituationId(situation), revision), (foundSituation, foundRevision));
        Assert.Equal(new AlertId(id), Alert.IdOf(foundSituation, foundRevision));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-")]
    [InlineData("a-abc")]
    [InlineData("a-abc-0")]
    [InlineData("b-abc-1")]
    [InlineData("a-abc-1x")]
    public void What_is_no_alerts_id_is_not_read_as_one(string id) => Assert.False(Alert.TryParseId(new AlertId(id), out _, out _));
}
