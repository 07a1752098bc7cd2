using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.LoadDriver;

/// <summary>A webhook receiver on loopback that remembers what came, by <c>webhook-id</c>.</summary>
public sealed class WebhookSink : IAsyncDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly WebApplication app;
    private readonly ConcurrentQueue<Arrival> arrivals = new();
    private readonly Func<string, int> statusOf;
    private long count;

    private WebhookSink(WebApplication app, Func<string, int> statusOf)
    {
        this.app = app;
        this.statusOf = statusOf;
    }

    /// <summary>A made-up secret to configure as <c>Webhook:Secret</c>; the sink does not check signatures.</summary>
    public static string Secret { get; } = "whsec_" + Convert.ToBase64String(Key);

    public Uri Address => new(app.Urls.First());

    public long Count => Interlocked.Read(ref count);

    public IReadOnlyCollection<Arrival> Arrivals => arrivals;

    /// <summary>The first request since <see cref="Clear"/>, to be sent again by a client to compare with.</summary>
    public SinkRequest? Sample { get; private set; }

    /// <param name="statusOf">The status that a path is answered with; null: 204 for all.</param>
    public static async Task<WebhookSink> StartAsync(Func<string, int>? statusOf = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var sink = new WebhookSink(app, statusOf ?? (_ => StatusCodes.Status204NoContent));
        app.Run(sink.TakeAsync);
        await app.StartAsync().ConfigureAwait(false);
        return sink;
    }

    public void Clear()
    {
        arrivals.Clear();
        Interlocked.Exchange(ref count, 0);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        arrivals.Enqueue(new Arrival(context.Request.Headers["webhook-id"].ToString(), context.Request.Path, Stopwatch.GetTimestamp()));
        if (Interlocked.Increment(ref count) == 1)
        {
            var headers = context.Request.Headers.Where(header => header.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase));
            Sample = new SinkRequest(body.ToArray(), context.Request.ContentType, headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
        }

        context.Response.StatusCode = statusOf(context.Request.Path);
    }
}

/// <param name="WebhookId">What the sender calls it; the same on every attempt.</param>
/// <param name="Path">Which recipient.</param>
/// <param name="At">By <see cref="Stopwatch"/>, which all processes of a machine share on Linux.</param>
public readonly record struct Arrival(string WebhookId, string Path, long At);

public sealed record SinkRequest(ReadOnlyMemory<byte> Body, string? ContentType, IReadOnlyDictionary<string, string> Headers);
