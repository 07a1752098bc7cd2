using System.Diagnostics.CodeAnalysis;

namespace AllianceNotify.Functions;

/// <summary>
/// Maps routes as the framework does, but for the time at which a handler is compiled: the framework compiles all when the first
/// request asks for any, half of the time from the start of the process to the first report taken. Here each is compiled when it is
/// first asked for itself. What is known of a route (parameters, answers) is found out at once, as ever. Found before
/// the framework's methods of the same names everywhere in this namespace.
/// </summary>
internal static class Routes
{
    private static readonly string[] Get = [HttpMethods.Get], Post = [HttpMethods.Post], Put = [HttpMethods.Put], Delete = [HttpMethods.Delete];

    public static RouteHandlerBuilder MapGet(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string pattern, Delegate handler) =>
        routes.Map(pattern, Get, handler);

    public static RouteHandlerBuilder MapPost(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string pattern, Delegate handler) =>
        routes.Map(pattern, Post, handler);

    public static RouteHandlerBuilder MapPut(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string pattern, Delegate handler) =>
        routes.Map(pattern, Put, handler);

    public static RouteHandlerBuilder MapDelete(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string pattern, Delegate handler) =>
        routes.Map(pattern, Delete, handler);

    public static IEndpointConventionBuilder MapGet(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string pattern, RequestDelegate handler) =>
        EndpointRouteBuilderExtensions.MapGet(routes, pattern, handler);

    public static IEndpointConventionBuilder MapPost(this IEndpointRouteBuilder routes, [StringSyntax("Route")] string pattern, RequestDelegate handler) =>
        EndpointRouteBuilderExtensions.MapPost(routes, pattern, handler);

    private static RouteHandlerBuilder Map(this IEndpointRouteBuilder routes, string pattern, string[] methods, Delegate handler) =>
        RouteHandlerServices.Map(routes, pattern, handler, methods, RequestDelegateFactory.InferMetadata, CompileOnFirstUse);

    private static RequestDelegateResult CompileOnFirstUse(Delegate handler, RequestDelegateFactoryOptions options, RequestDelegateMetadataResult? metadata)
    {
        var compiled = new Lazy<RequestDelegate>(() => RequestDelegateFactory.Create(handler, options, metadata).RequestDelegate);
        return new RequestDelegateResult(context => compiled.Value(context), metadata?.EndpointMetadata ?? []);
    }
}
