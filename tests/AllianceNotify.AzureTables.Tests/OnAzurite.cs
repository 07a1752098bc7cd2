using System.Text;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>What tests on the emulator share: a partition of their own, a store with a faulty network and one beside it without.</summary>
[Collection(SharedAzurite.Name)]
public abstract class OnAzurite
{
    private protected static readonly TableName Table = new("Own");

    private protected OnAzurite(AzuriteServer azurite)
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);
        Azurite = azurite;
        Store = AzuriteStore.Open(azurite, network: Network, time: Clock);
        Others = AzuriteStore.Open(azurite);
    }

    private protected AzuriteServer Azurite { get; }

    private protected FaultyNetwork Network { get; } = new();

    private protected SkippingClock Clock { get; } = new();

    private protected AzureTablesEntityStore Store { get; }

    /// <summary>Another instance of the hub on the same tables.</summary>
    private protected AzureTablesEntityStore Others { get; }

    private protected string Partition { get; } = DeterministicId.Random("p-");

    private protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private protected static string? Text(StoredEntity? entity) => entity is null ? null : Encoding.UTF8.GetString(entity.Body.Span);

    private protected static EntityWrite Insert(string row, string body) => new EntityWrite.Insert(row, Bytes(body));

    private protected async Task<WriteResult> WriteAsync(EntityWrite write) => await Store.WriteAsync(Table, Partition, write, default);

    private protected async Task<WriteResult> WriteBatchAsync(params EntityWrite[] writes) => await Store.WriteBatchAsync(Table, Partition, writes, default);

    private protected async Task<StoredEntity?> ReadAsync(string row) => await Others.GetAsync(Table, Partition, row, default);

    private protected async Task<ETag> ByOthersAsync(EntityWrite write) =>
        Assert.IsType<WriteResult.Applied>(await Others.WriteAsync(Table, Partition, write, default)).ETag;

    private protected async Task<List<StoredEntity>> ListAsync(RowRange range)
    {
        var rows = new List<StoredEntity>();
        await foreach (var row in Store.QueryAsync(Table, Partition, range, default))
        {
            rows.Add(row);
        }

        return rows;
    }
}
