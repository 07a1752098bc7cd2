using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

[Collection(SharedAzurite.Name)]
public sealed class AzureTablesEntityStoreTests(AzuriteServer azurite) : EntityStoreContract
{
    protected override Task<IEntityStore> CreateAsync()
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);
        return Task.FromResult<IEntityStore>(AzuriteStore.Open(azurite));
    }
}
