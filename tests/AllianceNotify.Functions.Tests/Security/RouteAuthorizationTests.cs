using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Security;

public sealed class RouteAuthorizationTests(HubFixture hub) : IClassFixture<HubFixture>
{
    private static readonly HashSet<string> Anonymous =
    [
        "GET /", "GET /health/live", "GET /health/ready", "GET /openapi/{documentName}.json", "GET /sign-in", "POST /sign-in", "GET /hub.css", "GET /teams", "GET /docs/api", "GET /a/{token}", "POST /a/{token}",
    ];

    [Fact]
    public void Every_route_names_a_policy_or_is_one_of_the_few_that_are_open()
    {
        var wrong = Routes()
            .Where(route => route.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
                ? !route.Endpoint.Metadata.OfType<IAuthorizeData>().Any(data => data.Policy is not null) && route.Endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null
                : !Anonymous.Contains(route.Name))
            .Select(route => route.Name)
            .ToList();

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_policy_named_by_a_route_exists()
    {
        var known = new HashSet<string> { HubPolicies.Report, HubPolicies.ReadReports, HubPolicies.Read, HubPolicies.Act, HubPolicies.Administer, HubPolicies.Oversee };

        Assert.All(
            Routes().SelectMany(route => route.Endpoint.Metadata.OfType<IAuthorizeData>()).Select(data => data.Policy).OfType<string>(),
            policy => Assert.Contains(policy, known));
    }

    private IEnumerable<(string Name, RouteEndpoint Endpoint)> Routes() =>
        hub.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"])
                .Select(method => ($"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}", endpoint)));
}
