using AllianceNotify.Contacts;
using AllianceNotify.Reports;
using Xunit;

namespace AllianceNotify.Tests.Contacts;

public sealed class PolicyAndRotaTests
{
    private readonly DirectoryFixture directory = new();

    [Fact]
    public async Task Where_no_policy_is_named_the_built_in_one_holds_until_one_is_stored_in_its_place()
    {
        Assert.Same(EscalationPolicy.Default, await directory.Policies.InForceAsync(null, default));

        await directory.Policies.InsertAsync(EscalationPolicy.Default with { RepeatEvery = TimeSpan.FromMinutes(1) }, default);

        Assert.Equal(TimeSpan.FromMinutes(1), (await directory.Policies.InForceAsync(null, default)).RepeatEvery);
    }

    [Fact]
    public async Task A_named_policy_holds_and_a_deleted_one_falls_back_to_the_default()
    {
        var own = EscalationPolicy.Default with { Id = new PolicyId("own"), RepeatEvery = null };
        await directory.Policies.InsertAsync(own, default);
        Assert.Null((await directory.Policies.InForceAsync(own.Id, default)).RepeatEvery);

        var etag = (await directory.Policies.GetAsync(own.Id, default))!.Value.ETag;
        await directory.Policies.DeleteAsync(own.Id, etag, default);

        Assert.Same(EscalationPolicy.Default, await directory.Policies.InForceAsync(own.Id, default));
    }

    [Fact]
    public async Task On_call_is_everybody_whose_watch_covers_the_time_and_a_handover_leaves_no_gap_and_no_overlap()
    {
        var noon = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.FromHours(9));
        await directory.Rotas.InsertAsync(
            new Rota
            {
                Id = new RotaId("watch"),
                Name = new LocalizedText("Watch", "当直"),
                Entries =
                [
                    new RotaEntry(new ContactId("day"), noon.AddHours(-6), noon),
                    new RotaEntry(new ContactId("night"), noon, noon.AddHours(6)),
                    new RotaEntry(new ContactId("backup"), noon.AddHours(-6), noon.AddHours(6)),
                    new RotaEntry(new ContactId("night"), noon.AddHours(-1), noon.AddHours(1)),
                ],
            },
            default);

        async Task<string[]> At(DateTimeOffset time) => [.. (await directory.Rotas.OnCallAsync(new RotaId("watch"), time, default)).Select(id => id.Value)];

        Assert.Equal(["day", "backup"], await At(noon.AddHours(-2)));
        Assert.Equal(["day", "backup", "night"], await At(noon.AddTicks(-1).ToUniversalTime()));
        Assert.Equal(["night", "backup"], await At(noon));
        Assert.Empty(await At(noon.AddHours(6)));
        Assert.Empty(await directory.Rotas.OnCallAsync(new RotaId("none"), noon, default));
    }
}
