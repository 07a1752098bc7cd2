using System.Text;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>The service goes away and comes back. It has an emulator of its own.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private static readonly TableName Table = new("Outage");
    private readonly AzuriteServer azurite = new();

    public async Task InitializeAsync()
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);
        await azurite.InitializeAsync();
    }

    public Task DisposeAsync() => azurite.DisposeAsync();

    [SkippableFact]
    public async Task Calls_fail_while_it_is_away_and_those_that_may_wait_end_well()
    {
        var patient = AzuriteStore.Open(azurite, retryFor: TimeSpan.FromMinutes(2));
        var impatient = AzuriteStore.Open(azurite, retryFor: TimeSpan.Zero);
        await WriteAsync(patient, "before");
        await azurite.StopAsync();

        await Assert.ThrowsAsync<StoreUnreachableException>(() => WriteAsync(impatient, "lost"));
        await Assert.ThrowsAsync<StoreUnreachableException>(async () => await impatient.GetAsync(Table, "p", "before", default));
        var waiting = Enumerable.Range(0, 8).Select(i => WriteAsync(patient, $"during-{i}")).ToList();
        using var cancel = new CancellationTokenSource();
        var cancelled = patient.WriteAsync(Table, "p", new EntityWrite.Insert("cancelled", "x"u8.ToArray()), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        await azurite.StartAsync();
        await Task.WhenAll(waiting);

        var rows = new List<string>();
        await foreach (var row in impatient.QueryAsync(Table, "p", RowRange.All, default))
        {
            Assert.Equal(row.Row, Encoding.UTF8.GetString(row.Body.Span));
            rows.Add(row.Row);
        }

        Assert.Equal(["before", .. Enumerable.Range(0, 8).Select(i => $"during-{i}")], rows);
    }

    private static async Task WriteAsync(AzureTablesEntityStore store, string row) => Assert.IsType<WriteResult.Applied>(
        await store.WriteAsync(Table, "p", new EntityWrite.Insert(row, Encoding.UTF8.GetBytes(row)), default));
}
