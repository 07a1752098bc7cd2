using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Contracts.Delivery;

public sealed record SinkRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>A receiver of HTTP on loopback that answers as a test says and remembers what it was sent.</summary>
public sealed class HttpSink : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<SinkRequest> requests = new();
    private long count;

    private HttpSink(WebApplication app) => this.app = app;

    /// <summary>What it does with a request; by default 204.</summary>
    public Func<SinkRequest, HttpContext, Task> Answer { get; set; } = (_, context) =>
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    /// <summary>False: requests are counted and not kept, for measuring.</summary>
    public bool Remember { get; set; } = true;

    public IReadOnlyList<SinkRequest> Requests => [.. requests];

    public long Count => Interlocked.Read(ref count);

    public Uri Url { get; private set; } = null!;

    public static async Task<HttpSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var sink = new HttpSink(app);
        app.Run(sink.HandleAsync);
        await app.StartAsync();
        sink.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return sink;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new SinkRequest(
            context.Request.Path,
            Remember ? context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase) : new Dictionary<string, string>(),
            body.ToArray());
        Interlocked.Increment(ref count);
        if (Remember)
        {
            requests.Enqueue(request);
        }

        try
        {
            await Answer(request, context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
    }
}
