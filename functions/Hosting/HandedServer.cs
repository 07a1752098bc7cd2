using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace AllianceNotify.Functions.Hosting;

/// <summary>A server that does not listen: another program's server hands it the requests.</summary>
internal sealed class HandedServer : IServer
{
    /// <summary>What belongs to the connection. The rest (services, routing, the caller) is the hub's own to find.</summary>
    private static readonly Type[] OfTheConnection =
    [
        typeof(IHttpRequestFeature), typeof(IHttpRequestBodyDetectionFeature), typeof(IHttpMaxRequestBodySizeFeature), typeof(IHttpRequestIdentifierFeature),
        typeof(IHttpRequestLifetimeFeature), typeof(IHttpResponseFeature), typeof(IHttpResponseBodyFeature), typeof(IHttpConnectionFeature),
    ];

    private Func<FeatureCollection, Task>? answer;

    public HandedServer() => Features.Set<IServerAddressesFeature>(new ServerAddressesFeature());

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        answer = features => AnswerAsync(application, features);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    /// <summary>Lets the hub answer a request that came to another server.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var features = new FeatureCollection();
        foreach (var feature in OfTheConnection)
        {
            features[feature] = context.Features[feature];
        }

        return answer is null ? throw new InvalidOperationException("The hub has not started.") : answer(features);
    }

    /// <summary>An answer without a body has not begun yet; what waits for its beginning needs the hub's own context, which is gone after this.</summary>
    private static async Task StartAsync(FeatureCollection features)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        if (response.HasStarted)
        {
            return;
        }

        if (response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.Headers.ContentLength ??= 0;
        }

        await features.GetRequiredFeature<IHttpResponseBodyFeature>().StartAsync();
    }

    private static async Task AnswerAsync<TContext>(IHttpApplication<TContext> application, FeatureCollection features)
        where TContext : notnull
    {
        var context = application.CreateContext(features);
        try
        {
            await application.ProcessRequestAsync(context);
            await StartAsync(features);
            application.DisposeContext(context, exception: null);
        }
        catch (Exception exception)
        {
            application.DisposeContext(context, exception);
            throw;
        }
    }
}
