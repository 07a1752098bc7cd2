using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;

namespace AllianceNotify.Tests.Storage;

public sealed class InMemoryEntityStoreTests : EntityStoreContract
{
    protected override Task<IEntityStore> CreateAsync() => Task.FromResult<IEntityStore>(new InMemoryEntityStore());
}
