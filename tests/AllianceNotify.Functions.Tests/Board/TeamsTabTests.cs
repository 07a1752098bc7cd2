using System.Net;
using AllianceNotify.Functions.Tests.Infrastructure;
using Xunit;

namespace AllianceNotify.Functions.Tests.Board;

public sealed class TeamsTabTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Theory]
    [InlineData("s-0123abc", "/situations/s-0123abc")]
    [InlineData("", "/situations")]
    [InlineData("{subEntityId}", "/situations")]
    [InlineData("../outbox", "/situations")]
    [InlineData("\"><script>", "/situations")]
    public async Task The_tab_leads_to_the_situation_and_says_nothing_else(string situation, string target)
    {
        using var client = hub.Anonymous();
        using var response = await client.GetAsync($"/teams?situation={Uri.EscapeDataString(situation)}");
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains($"href=\"{target}\" target=\"_blank\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_teams_may_frame_it_and_nothing_may_frame_the_pages_behind_it()
    {
        using var client = hub.Anonymous();
        using var tab = await client.GetAsync("/teams");
        using var other = await client.GetAsync("/situations");

        Assert.False(tab.Headers.Contains("X-Frame-Options"));
        Assert.Contains("frame-ancestors https://teams.microsoft.com ", Assert.Single(tab.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("DENY", Assert.Single(other.Headers.GetValues("X-Frame-Options")));
    }
}
