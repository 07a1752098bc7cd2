using AllianceNotify.Delivery;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>What must be true of <see cref="CrashSample"/> once all is drained, however often the hub was killed.</summary>
internal static class CrashOutcome
{
    public static async Task AssertReportsAreThereAndTriagedAsync(FinalStore store, CrashLoad load, int sent)
    {
        Assert.Equal(0, load.Unanswered);
        Assert.Equal(sent, load.Accepted.Count);
        Assert.Equal(load.Accepted.Count, load.Accepted.Values.Distinct(StringComparer.Ordinal).Count());
        var lost = new List<string>();
        foreach (var id in load.Accepted.Values)
        {
            if (await store.ReportAsync(id) is not { Outcome: not null })
            {
                lost.Add(id);
            }
        }

        var (_, deadMessages) = await store.DeadLettersAsync();
        Assert.Empty(deadMessages);
        Assert.Empty(lost);
    }

    public static async Task<IReadOnlySet<string>> AssertEverybodyWasToldOrSetAsideAsync(FinalStore store, WebhookSink sink, CrashLoad load)
    {
        var alerts = await store.AlertsAsync();
        Assert.Equal(load.Accepted.Values.Order(StringComparer.Ordinal), alerts.Select(alert => alert.Report!.Value.Value).Order(StringComparer.Ordinal));
        var (setAside, deadMessages) = await store.DeadLettersAsync();
        Assert.Empty(deadMessages);
        var arrived = sink.Arrivals.Where(arrival => !IsRefused(arrival)).Select(arrival => arrival.WebhookId).ToHashSet(StringComparer.Ordinal);
        var planned = new HashSet<string>(StringComparer.Ordinal);
        var untold = new List<string>();
        foreach (var alert in alerts)
        {
            var records = await store.DeliveriesAsync(alert.Id);
            planned.UnionWith(records.Select(record => record.MessageId));
            foreach (var contact in CrashSample.Everybody)
            {
                var told = records.Any(record => record.Contact == contact && record.State == DeliveryState.Sent
                    && (record.Channel != "webhook" || arrived.Contains(record.MessageId)));
                if (!told && !setAside.Contains((alert.Id, contact)))
                {
                    untold.Add($"{contact} of {alert.Id}: {string.Join(", ", records.Where(record => record.Contact == contact).Select(record => $"{record.Channel} {record.State}"))}");
                }
            }

            Assert.DoesNotContain(records, record => record.Contact != CrashSample.Unreachable && setAside.Contains((alert.Id, record.Contact)));
        }

        Assert.Empty(untold);
        return planned;
    }

    private static bool IsRefused(Arrival arrival) => arrival.Path.StartsWith(CrashSample.RefusingPath, StringComparison.Ordinal);
}
