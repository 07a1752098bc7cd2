using AllianceNotify.Functions.Tests.Infrastructure;
using Xunit;

namespace AllianceNotify.Functions.Tests.Web;

public sealed class ResponseHeaderTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/health/live")]
    [InlineData("/sign-in")]
    [InlineData("/api/api-keys")]
    [InlineData("/nowhere")]
    public async Task Every_answer_tells_browsers_what_they_may_do(string path)
    {
        using var client = hub.Anonymous();

        using var response = await client.GetAsync(path);

        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("same-origin", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Empty(response.Headers.Server);
    }
}
