using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Security;

public sealed class KeyAuthenticationTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Theory]
    [InlineData(HubRole.Reporter, HttpStatusCode.Forbidden)]
    [InlineData(HubRole.DutyOfficer, HttpStatusCode.Forbidden)]
    [InlineData(HubRole.Auditor, HttpStatusCode.OK)]
    [InlineData(HubRole.Administrator, HttpStatusCode.OK)]
    public async Task Keys_are_listed_for_those_who_oversee(HubRole role, HttpStatusCode expected)
    {
        using var client = await hub.ClientAsync(role);

        using var response = await client.GetAsync("/api/api-keys");

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_key_is_taken_from_either_header()
    {
        var (_, text) = await hub.KeyAsync(HubRole.Administrator);
        using var client = hub.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", text.Reveal());

        using var response = await client.GetAsync("/api/api-keys");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_the_answer_is_401_as_a_problem()
    {
        using var client = hub.Anonymous();

        using var response = await client.GetAsync("/api/api-keys");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ank_aaaaaaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_key_the_hub_never_made_is_refused(string key)
    {
        using var client = hub.Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Api-Key", key);

        using var response = await client.GetAsync("/api/api-keys");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_id_of_a_good_key_with_another_secret_is_refused()
    {
        var (_, good) = await hub.KeyAsync(HubRole.Administrator);
        using var client = hub.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", (good with { Secret = ApiKeyText.New().Secret }).Reveal());

        using var response = await client.GetAsync("/api/api-keys");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once()
    {
        var (key, text) = await hub.KeyAsync(HubRole.Auditor);
        using var auditor = hub.Anonymous();
        auditor.DefaultRequestHeaders.Add("X-Api-Key", text.Reveal());
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync("/api/api-keys")).StatusCode);
        using var administrator = await hub.ClientAsync(HubRole.Administrator);

        using var revoked = await administrator.DeleteAsync($"/api/api-keys/{key.Id}");

        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await auditor.GetAsync("/api/api-keys")).StatusCode);
    }

    [Fact]
    public async Task A_key_revoked_elsewhere_is_refused_once_its_memory_is_over()
    {
        var (key, text) = await hub.KeyAsync(HubRole.Auditor);
        using var auditor = hub.Anonymous();
        auditor.DefaultRequestHeaders.Add("X-Api-Key", text.Reveal());
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync("/api/api-keys")).StatusCode);

        await hub.Services.GetRequiredService<ApiKeyTable>().RevokeAsync(key.Id, hub.Time.GetUtcNow(), CancellationToken.None);
        hub.Time.Advance(CallerLookup.Memory);

        Assert.Equal(HttpStatusCode.Unauthorized, (await auditor.GetAsync("/api/api-keys")).StatusCode);
    }

    [Fact]
    public async Task An_expired_key_is_refused()
    {
        using var client = await hub.ClientAsync(HubRole.Auditor, key => key with { ExpiresAt = hub.Time.GetUtcNow().AddMinutes(1) });
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/api-keys")).StatusCode);

        hub.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/api-keys")).StatusCode);
    }

    [Fact]
    public async Task A_new_key_is_shown_once_and_works()
    {
        using var administrator = await hub.ClientAsync(HubRole.Administrator);

        using var created = await administrator.PostAsJsonAsync("/api/api-keys", new { name = "coastal radar", role = "reporter", sources = new[] { "coastal-radar-7" } });

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var body = await created.Content.ReadFromJsonAsync<JsonElement>();
        var text = body.GetProperty("key").GetString()!;
        Assert.Equal("reporter", body.GetProperty("details").GetProperty("role").GetString());
        var list = await administrator.GetStringAsync("/api/api-keys");
        Assert.Contains("coastal radar", list, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKeyText.Parse(text)!.Value.Secret, list, StringComparison.Ordinal);
        Assert.DoesNotContain("secretHash", list, StringComparison.OrdinalIgnoreCase);
        using var reporter = hub.Anonymous();
        reporter.DefaultRequestHeaders.Add("X-Api-Key", text);
        Assert.Equal(HttpStatusCode.Forbidden, (await reporter.GetAsync("/api/api-keys")).StatusCode);
    }

    [Fact]
    public async Task A_bad_key_request_names_every_field_at_once_and_makes_nothing()
    {
        using var administrator = await hub.ClientAsync(HubRole.Administrator);
        var before = await administrator.GetStringAsync("/api/api-keys");

        using var response = await administrator.PostAsJsonAsync("/api/api-keys", new { name = "", expiresAt = "2020-01-01T00:00:00Z", sources = new[] { "" } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Equal(["name", "role", "sources", "expiresAt"], errors.EnumerateObject().Select(error => error.Name));
        Assert.Equal(
            JsonDocument.Parse(before).RootElement.GetProperty("items").GetArrayLength(),
            JsonDocument.Parse(await administrator.GetStringAsync("/api/api-keys")).RootElement.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"role\":\"owner\"}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("name=x", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_cannot_be_read_is_a_problem(string body, string contentType, HttpStatusCode expected)
    {
        using var administrator = await hub.ClientAsync(HubRole.Administrator);

        using var response = await administrator.PostAsync("/api/api-keys", new StringContent(body, System.Text.Encoding.UTF8, contentType));

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task When_the_store_is_cut_off_the_answer_is_503_and_when_to_come_back()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        hub.Store.IsDown = true;
        try
        {
            using var response = await client.GetAsync("/api/api-keys");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        }
        finally
        {
            hub.Store.IsDown = false;
        }

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/api-keys")).StatusCode);
    }

    [Fact]
    public async Task Use_of_a_key_is_noted()
    {
        var (key, text) = await hub.KeyAsync(HubRole.Auditor);
        using var client = hub.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", text.Reveal());

        await client.GetAsync("/api/api-keys");

        var stored = await hub.Services.GetRequiredService<ApiKeyTable>().GetAsync(key.Id, CancellationToken.None);
        Assert.Equal(hub.Time.GetUtcNow(), stored!.LastUsedAt);
    }

    [Fact]
    public async Task Use_that_has_been_noted_is_not_looked_up_again_with_the_next_request()
    {
        var (_, text) = await hub.KeyAsync(HubRole.Reporter);
        using var client = hub.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", text.Reveal());
        var report = new { source = "test", sourceId = "1", mode = "test", observedAt = "2026-01-01T00:00:00Z", title = "Sample data" };
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/api/classify", report)).StatusCode);

        hub.Store.IsDown = true;
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/api/classify", report)).StatusCode);
        }
        finally
        {
            hub.Store.IsDown = false;
        }
    }
}

public sealed class FailedAttemptsTests
{
    [Fact]
    public async Task After_many_bad_keys_further_ones_are_told_to_wait_and_a_good_one_still_works()
    {
        var hub = new HubFixture();
        await hub.InitializeAsync();
        using var good = await hub.ClientAsync(HubRole.Administrator);
        using var guesser = hub.Anonymous();
        for (var i = 0; i < FailedAttempts.Limit - 1; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await GuessAsync());
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await GuessAsync());
        Assert.Equal(HttpStatusCode.OK, (await good.GetAsync("/api/api-keys")).StatusCode);
        hub.Time.Advance(FailedAttempts.Window);
        Assert.Equal(HttpStatusCode.Unauthorized, await GuessAsync());
        await hub.DisposeAsync();

        async Task<HttpStatusCode> GuessAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/api-keys") { Headers = { { "X-Api-Key", ApiKeyText.New().Reveal() } } };
            using var response = await guesser.SendAsync(request);
            return response.StatusCode;
        }
    }
}
