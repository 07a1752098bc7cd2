using AllianceNotify.Contracts;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Storage;
using Xunit;

namespace AllianceNotify.Tests.Storage;

/// <summary>The dump's contract passes the store in memory and fails dumps that are each wrong in one way.</summary>
public sealed class EntityDumpTests
{
    private static readonly Dictionary<string, Func<IEntityDump, IEntityDump>> Wrong = new()
    {
        ["starts anew whatever the position"] = inner => new Changed((after, token) => inner.DumpAsync(null, token)),
        ["gives the last one again"] = inner => new Changed((after, token) => after is null ? inner.DumpAsync(null, token) : Again(inner, after)),
        ["leaves out a table"] = inner => new Changed((after, token) => inner.DumpAsync(after, token).Where(item => item.Table.Value != "Dump")),
        ["mixes partitions"] = inner => new Changed((after, token) => inner.DumpAsync(after, token).OrderBy(item => item.Entity.Row)),
        ["cuts large bodies"] = inner => new Changed((after, token) => inner.DumpAsync(after, token).Select(
            item => item with { Entity = item.Entity with { Body = item.Entity.Body[..Math.Min(65536, item.Entity.Body.Length)] } })),
    };

    public static TheoryData<string> Names => [.. Wrong.Keys];

    [Fact]
    public async Task The_store_in_memory_passes_every_fact() => Assert.Empty(await ContractRun.FailuresAsync(() => new Suite(dump => dump)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_dump_is_caught(string wrong) =>
        Assert.NotEmpty(await ContractRun.FailuresAsync(() => new Suite(Wrong[wrong]), enough: 1));

    private static async IAsyncEnumerable<DumpedEntity> Again(IEntityDump inner, string after)
    {
        await foreach (var item in inner.DumpAsync(null, default))
        {
            if (string.CompareOrdinal(item.Position, after) >= 0)
            {
                yield return item;
            }
        }
    }

    private sealed class Suite(Func<IEntityDump, IEntityDump> change) : EntityDumpContract
    {
        protected override Task<(IEntityStore Store, IEntityDump Dump)> CreateAsync()
        {
            var store = new InMemoryEntityStore();
            return Task.FromResult<(IEntityStore, IEntityDump)>((store, change(store)));
        }
    }

    private sealed class Changed(Func<string?, CancellationToken, IAsyncEnumerable<DumpedEntity>> dump) : IEntityDump
    {
        public IAsyncEnumerable<DumpedEntity> DumpAsync(string? after, CancellationToken cancellationToken) => dump(after, cancellationToken);
    }
}
