using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Contracts.Delivery;

/// <summary>A request that arrived at an <see cref="HttpSink"/>.</summary>
public sealed record SunkRequest(string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A real web server on loopback that remembers what it was sent and answers what a test writes.</summary>
public sealed class HttpSink : IAsyncDisposable
{
    private readonly ConcurrentQueue<SunkRequest> requests = new();
    private WebApplication? app;

    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public IReadOnlyList<SunkRequest> Requests => [.. requests];

    public Uri Address => new(app!.Urls.Single());

    public static async Task<HttpSink> StartAsync()
    {
        var sink = new HttpSink();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        sink.app = builder.Build();
        sink.app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
            sink.requests.Enqueue(new SunkRequest(context.Request.Path, headers, await reader.ReadToEndAsync()));
            await sink.Answer(context);
        });
        await sink.app.StartAsync();
        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
    }
}
