using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

[Collection(SharedAzurite.Name)]
public sealed class AzureTablesEntityDumpTests(AzuriteServer azurite) : EntityDumpContract
{
    protected override Task<(IEntityStore Store, IEntityDump Dump)> CreateAsync()
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);

        // Nothing else is under this prefix, and the tables of other hubs beside it are none of its own.
        var store = AzuriteStore.Open(azurite, AzuriteStore.NewPrefix());
        return Task.FromResult<(IEntityStore, IEntityDump)>((store, store));
    }
}
