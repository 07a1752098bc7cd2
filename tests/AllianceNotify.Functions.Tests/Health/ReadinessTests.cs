using System.Net;
using System.Text.Json;
using AllianceNotify.Functions.Health;
using AllianceNotify.Functions.Tests.Endpoints;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Health;

public sealed class ReadinessTests : IAsyncLifetime
{
    private readonly HubFixture hub = new();

    public Task InitializeAsync() => hub.InitializeAsync();

    public Task DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_first_start_makes_the_duty_desk_and_says_that_nobody_is_on_it()
    {
        using var administrator = await hub.ClientAsync(HubRole.Administrator);
        using var list = await administrator.GetAsync("/api/lists/duty-desk");
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);

        var (status, health) = await ReadyAsync();

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal(("degraded", "Nobody is on the duty desk."), PartOf(health, "duty-desk"));
    }

    [Fact]
    public async Task Somebody_who_can_be_reached_on_the_duty_desk_makes_it_ready()
    {
        using var administrator = await hub.ClientAsync(HubRole.Administrator);
        var unreachable = DirectoryDriver.Contact("without-channel");
        unreachable["channels"] = new System.Text.Json.Nodes.JsonArray();
        using var refused = await administrator.SendAsync(HttpMethod.Post, "/api/contacts", unreachable, null);
        await administrator.CreateAsync("/api/contacts", DirectoryDriver.Contact("officer"));
        await administrator.AddMembersAsync("duty-desk", "officer");

        var (status, health) = await ReadyAsync();

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("ready", health.GetProperty("status").GetString());
        Assert.All(health.GetProperty("parts").EnumerateArray(), part => Assert.False(part.TryGetProperty("reason", out _)));
    }

    [Fact]
    public async Task A_store_that_reads_and_does_not_write_is_not_ready()
    {
        hub.Store.IsFull = true;

        var (status, health) = await ReadyAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("not ready", health.GetProperty("status").GetString());
        Assert.Equal("ok", PartOf(health, "store").State);
        Assert.Equal(("failed", "It takes no writes: nothing can be accepted."), PartOf(health, "store-writes"));
    }

    [Fact]
    public async Task However_often_it_is_asked_it_writes_once_in_a_while()
    {
        await ReadyAsync();
        var writes = hub.Store.Writes;
        for (var i = 0; i < 20; i++)
        {
            await ReadyAsync();
        }

        Assert.Equal(writes, hub.Store.Writes);

        hub.Store.IsFull = true;
        hub.Time.Advance(WriteProbe.Memory);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ReadyAsync()).Status);
        Assert.Equal(writes + 1, hub.Store.Writes);

        hub.Store.IsFull = false;
        hub.Time.Advance(WriteProbe.Memory);
        Assert.Equal(HttpStatusCode.OK, (await ReadyAsync()).Status);
    }

    [Theory]
    [InlineData(HubRole.Administrator, true)]
    [InlineData(HubRole.DutyOfficer, true)]
    [InlineData(HubRole.Auditor, false)]
    public async Task The_board_tells_those_who_can_change_it_that_the_desk_is_empty(HubRole role, bool told)
    {
        using var client = await hub.ClientAsync(role);

        var page = await client.GetStringAsync("/situations");

        Assert.Equal(told, page.Contains("Nobody is on the duty desk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_board_says_nothing_once_somebody_is_on_the_desk()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("officer"));
        await client.AddMembersAsync("duty-desk", "officer");

        Assert.DoesNotContain("Nobody is on the duty desk", await client.GetStringAsync("/situations"), StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, JsonElement Health)> ReadyAsync()
    {
        using var client = hub.Anonymous();
        using var response = await client.GetAsync("/health/ready");
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private static (string? State, string? Reason) PartOf(JsonElement health, string name)
    {
        var part = health.GetProperty("parts").EnumerateArray().Single(part => part.GetProperty("name").GetString() == name);
        return (part.GetProperty("state").GetString(), part.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
    }
}
