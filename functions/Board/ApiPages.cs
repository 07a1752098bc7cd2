using System.Text.Json;
using AllianceNotify.Functions.Security;
using AllianceNotify.Functions.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace AllianceNotify.Functions.Board;

/// <summary>The API for people, written from the same document that programs get at <c>/openapi/v1.json</c>; as open as that one.</summary>
internal static class ApiPages
{
    public static void MapApiPages(this IEndpointRouteBuilder routes) => routes.MapGet("/docs/api", ShowAsync).AllowAnonymous();

    private static async Task<RazorComponentResult<ApiPage>> ShowAsync(
        HttpContext context,
        [FromKeyedServices("v1")] IOpenApiDocumentProvider provider,
        IEnumerable<EndpointDataSource> endpoints,
        IOptions<AuthorizationOptions> authorization,
        PublicAddress address,
        CancellationToken cancellationToken)
    {
        var described = await (await provider.GetOpenApiDocumentAsync(cancellationToken)).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        using var document = JsonDocument.Parse(described);
        var roles = RolesOf(endpoints, authorization.Value);
        IReadOnlyList<ApiRoute> all = [.. ApiRoute.ReadAll(document.RootElement, (method, path) => roles.GetValueOrDefault($"{method} {path.Trim('/')}") ?? [])];
        return new RazorComponentResult<ApiPage>(new { Routes = all, Hub = address.Base, SignedIn = HubCaller.Of(context.User)?.Name });
    }

    private static Dictionary<string, IReadOnlyList<string>> RolesOf(IEnumerable<EndpointDataSource> sources, AuthorizationOptions authorization)
    {
        var roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var endpoint in sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
            {
                roles[$"{method} {endpoint.RoutePattern.RawText!.Trim('/')}"] = RolesOf(endpoint, authorization);
            }
        }

        return roles;
    }

    private static IReadOnlyList<string> RolesOf(RouteEndpoint endpoint, AuthorizationOptions authorization)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return [];
        }

        var named = endpoint.Metadata.OfType<IAuthorizeData>().Select(data => data.Policy).OfType<string>().FirstOrDefault();
        var policy = named is null ? authorization.FallbackPolicy : authorization.GetPolicy(named);
        return [.. policy!.Requirements.OfType<RolesAuthorizationRequirement>().SelectMany(requirement => requirement.AllowedRoles)];
    }
}
