using AllianceNotify.Classification;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Situations;

public sealed class DirectSituationTests
{
    private readonly FakeTimeProvider time = new(SampleAlerts.MadeAt);
    private readonly SituationTable situations;
    private readonly DirectSituation direct;

    public DirectSituationTests()
    {
        situations = new SituationTable(new InMemoryEntityStore());
        direct = new DirectSituation(situations, new Taxonomy([]), new InMemoryMessageQueue(time), time);
    }

    [Fact]
    public async Task Orders_at_one_instant_are_all_carried_out_and_all_in_the_timeline()
    {
        var situation = SampleAlerts.Situation();
        Assert.IsType<WriteResult.Applied>(await situations.WriteAsync(situation.Id, new SituationChange { Situation = situation }, default));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);

        for (var number = 1; number <= 3; number++)
        {
            await direct.AlertAsync(situation.Id, [new ReportText("en", $"Word {number}", "")], Urgency.Urgent, null, "Sample Officer", patience.Token);
        }

        await direct.CloseAsync(situation.Id, "Over.", "Sample Officer", patience.Token);

        Assert.Equal(4, await situations.ListAlertsAsync(situation.Id, default).CountAsync());
        Assert.Equal(4, await situations.TimelineAsync(situation.Id, default).CountAsync(row => row.Value.Kind == TimelineKind.Changed));
        Assert.Equal(SituationStatus.Closed, (await situations.GetAsync(situation.Id, default))!.Value.Value.Status);
    }
}
