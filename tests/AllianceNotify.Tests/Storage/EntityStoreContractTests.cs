using AllianceNotify.Contracts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Storage;

/// <summary>The suite itself is under test: it passes a right store and fails each wrong one.</summary>
public sealed class EntityStoreContractTests
{
    public static TheoryData<string> Broken => [.. BrokenEntityStores.All.Keys];

    [Fact]
    public async Task A_right_store_passes_every_fact()
    {
        Assert.Empty(await ContractRun.FailuresAsync(() => new Suite(store => store)));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_wrong_store_is_caught(string wrong)
    {
        Assert.NotEmpty(await ContractRun.FailuresAsync(() => new Suite(BrokenEntityStores.All[wrong]), enough: 1));
    }

    private sealed class Suite(Func<IEntityStore, IEntityStore> change) : EntityStoreContract
    {
        protected override Task<IEntityStore> CreateAsync() => Task.FromResult(change(new InMemoryEntityStore()));
    }
}
