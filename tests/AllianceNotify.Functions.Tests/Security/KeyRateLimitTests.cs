using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Tests.Crash;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Functions.Web;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Security;

public sealed class KeyRateLimitTests
{
    [Fact]
    public async Task A_key_that_floods_is_told_to_wait_and_the_others_are_served()
    {
        await using var hub = await StartedAsync(5);
        using var flooding = await hub.Fixture.ClientAsync(HubRole.Reporter);
        using var quiet = await hub.Fixture.ClientAsync(HubRole.Reporter);
        using var person = await hub.Fixture.BrowserAsync();
        var accepted = new List<Uri>();
        for (var i = 0; i < 5; i++)
        {
            using var taken = await PostAsync(flooding, i);
            Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
            accepted.Add(taken.Headers.Location!);
        }

        using var refused = await PostAsync(flooding, 5);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Equal(429, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetInt32());
        Assert.Equal("nosniff", Assert.Single(refused.Headers.GetValues("X-Content-Type-Options")));
        using (var other = await PostAsync(quiet, 6))
        {
            Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
        }

        for (var i = 0; i < 10; i++)
        {
            using var page = await person.GetAsync("/api/situations");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        // What was accepted is there, and nothing of what was turned away.
        foreach (var report in accepted)
        {
            using var read = await person.GetAsync(report);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        Assert.Equal(6, (await hub.Fixture.Services.GetRequiredService<IMessageQueue>().GetDepthAsync(QueueName.Reports, default)).Active);
    }

    [Fact]
    public async Task Whoever_waits_is_let_in_again()
    {
        await using var hub = await StartedAsync(60);
        using var client = await hub.Fixture.ClientAsync(HubRole.Auditor);
        await Eventually.TrueAsync(async () => await StatusAsync() == HttpStatusCode.TooManyRequests, "the key has used up what it may");

        await Eventually.TrueAsync(async () => await StatusAsync() == HttpStatusCode.OK, "the key may go on");

        async Task<HttpStatusCode> StatusAsync()
        {
            using var response = await client.GetAsync("/api/situations");
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Without_a_limit_nobody_is_turned_away_and_the_default_is_a_thousand_a_second()
    {
        await using var hub = await StartedAsync(0);
        using var client = await hub.Fixture.ClientAsync(HubRole.Auditor);
        for (var i = 0; i < 100; i++)
        {
            using var response = await client.GetAsync("/api/situations");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var bucket = KeyRateLimit.BucketOf(new WebServerOptions().RequestsPerMinute);
        Assert.Equal((60_000, 1_000, TimeSpan.FromSeconds(1)), (bucket.TokenLimit, bucket.TokensPerPeriod, bucket.ReplenishmentPeriod));
    }

    [Fact]
    public async Task A_limit_below_zero_stops_the_start()
    {
        var fixture = new HubFixture { Settings = """{ "Pumps": { "Enabled": false }, "Http": { "RequestsPerMinute": -1 } }""" };

        var failure = await Assert.ThrowsAnyAsync<Exception>(fixture.InitializeAsync);

        Assert.Contains("RequestsPerMinute", failure.Message, StringComparison.Ordinal);
        await fixture.DisposeAsync();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, int number) =>
        client.PostAsync("/api/reports", new StringContent(CrashSample.Report(number), Encoding.UTF8, "application/json"));

    private static async Task<Started> StartedAsync(int requestsPerMinute)
    {
        var fixture = new HubFixture { Settings = $$"""{ "Pumps": { "Enabled": false }, "Http": { "RequestsPerMinute": {{requestsPerMinute}} } }""" };
        await fixture.InitializeAsync();
        return new Started(fixture);
    }

    private sealed record Started(HubFixture Fixture) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Fixture.DisposeAsync();
    }
}
