using System.Net;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Security;

public sealed class SignInTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task Opening_the_link_uses_nothing_up_and_the_button_signs_in_once()
    {
        var ticket = await TicketAsync();
        using var client = hub.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/sign-in?ticket={ticket}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/sign-in?ticket={ticket}")).StatusCode);

        using var first = await SignInAsync(client, ("ticket", ticket));
        using var second = await SignInAsync(client, ("ticket", ticket));

        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.False(second.Headers.Contains("Set-Cookie"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/api-keys") { Headers = { { "Cookie", cookie[..cookie.IndexOf(';', StringComparison.Ordinal)] } } };
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Of_many_who_use_one_link_at_once_one_gets_in()
    {
        var ticket = await TicketAsync();
        using var client = hub.Anonymous();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await SignInAsync(client, ("ticket", ticket))).StatusCode));

        Assert.Single(answers, HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_link_expires()
    {
        var ticket = await TicketAsync();
        hub.Time.Advance(SessionTable.TicketLifetime);
        using var client = hub.Anonymous();

        using var response = await SignInAsync(client, ("ticket", ticket));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_key_signs_in_with_its_own_role_and_ends_with_the_key()
    {
        var (key, text) = await hub.KeyAsync(HubRole.DutyOfficer);
        using var client = hub.Anonymous();
        using var signedIn = await SignInAsync(client, ("key", text.Reveal()));
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        client.DefaultRequestHeaders.Add("Cookie", cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/api-keys")).StatusCode);
        using var administrator = await hub.ClientAsync(HubRole.Administrator);

        await administrator.DeleteAsync($"/api/api-keys/{key.Id}");

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/api-keys")).StatusCode);
    }

    [Theory]
    [InlineData("//elsewhere.example/", "/situations")]
    [InlineData("/\\elsewhere.example/", "/situations")]
    [InlineData("https://elsewhere.example/", "/situations")]
    [InlineData("/situations/s-1", "/situations/s-1")]
    public async Task Sign_in_returns_to_this_hub_only(string asked, string expected)
    {
        using var client = hub.Anonymous();

        using var response = await SignInAsync(client, ("ticket", await TicketAsync()), ("return", asked));

        Assert.Equal(expected, response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Another_site_cannot_sign_a_browser_in()
    {
        using var client = hub.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent([new("ticket", await TicketAsync())]),
            Headers = { { "Origin", "https://elsewhere.example" } },
        };

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("none")]
    public async Task Another_site_cannot_act_with_a_browsers_session(string site)
    {
        using var browser = await hub.BrowserAsync(site);

        using var read = await browser.GetAsync("/api/api-keys");
        using var act = await browser.DeleteAsync("/api/api-keys/none");

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, act.StatusCode);
    }

    [Fact]
    public async Task The_hubs_own_page_acts_and_signing_out_ends_the_session()
    {
        using var browser = await hub.BrowserAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.DeleteAsync("/api/api-keys/none")).StatusCode);

        using var response = await browser.PostAsync("/sign-out", null);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/api-keys")).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_by_itself()
    {
        using var browser = await hub.BrowserAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/api-keys")).StatusCode);

        hub.Time.Advance(SessionTable.SessionLifetime);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/api-keys")).StatusCode);
    }

    private Task<string> TicketAsync() =>
        hub.Services.GetRequiredService<SessionTable>().IssueTicketAsync("test", HubRole.Administrator, hub.Time.GetUtcNow(), CancellationToken.None);

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient client, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))),
            Headers = { { "Origin", "http://localhost" } },
        };
        return await client.SendAsync(request);
    }
}
