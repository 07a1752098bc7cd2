using System.Net;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

public sealed class BenchEndpointTests
{
    private static readonly Uri Nothing = new("/bench/nothing", UriKind.Relative);

    [Fact]
    public async Task What_benchmarks_compare_with_is_not_there_unless_asked_for()
    {
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(new HubFixture(), HubRole.Administrator));
    }

    [Fact]
    public async Task What_benchmarks_compare_with_asks_for_a_key_as_reports_do()
    {
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(Asked(), HubRole.Reporter));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(Asked(), role: null));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(Asked(), HubRole.Auditor));
    }

    private static HubFixture Asked() => new() { Adjust = builder => builder.Configuration["Bench:NullEndpoint"] = "true" };

    private static async Task<HttpStatusCode> PostAsync(HubFixture hub, HubRole? role)
    {
        await hub.InitializeAsync();
        try
        {
            using var client = role is { } known ? await hub.ClientAsync(known) : hub.Anonymous();
            using var body = new StringContent("{}");
            using var response = await client.PostAsync(Nothing, body);
            return response.StatusCode;
        }
        finally
        {
            await hub.DisposeAsync();
        }
    }
}
