using System.Collections.Concurrent;
using System.Net;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>The application as the Functions host runs it, in this process, called as that host calls it.</summary>
internal sealed class HostedHub : IAsyncDisposable
{
    public const int Port = 41037;

    private readonly HubFixture hub;

    private HostedHub(HubFixture hub) => this.hub = hub;

    public HubFixture Hub => hub;

    /// <summary>How long each timer was set for since the hub started.</summary>
    public IReadOnlyList<TimeSpan> Waits => [.. ((RecordingTime)hub.Time).Waits];

    /// <param name="stage">In place of each queue's stage; null leaves the real ones.</param>
    public static async Task<HostedHub> StartAsync(Func<LeasedMessage, CancellationToken, Task<StageResult>>? stage = null)
    {
        var time = new RecordingTime();
        var hub = new HubFixture
        {
            Time = time,
            Settings = $$"""{ "{{FunctionsHost.PortSetting}}": "{{Port}}" }""",
            Adjust = builder =>
            {
                foreach (var name in stage is null ? [] : QueueName.All)
                {
                    builder.Services.RemoveAllKeyed<IQueueStage>(name.Value);
                    builder.Services.AddKeyedSingleton<IQueueStage>(name.Value, new Stage(name, stage!));
                }
            },
        };
        await hub.InitializeAsync();
        time.Waits.Clear();
        return new HostedHub(hub);
    }

    /// <summary>Posts an invocation; <paramref name="change"/> makes of it what somebody else could send.</summary>
    public async Task<(int Status, string ContentType, string Body)> PostAsync(string function, string payload, Action<HttpContext>? change = null)
    {
        var server = (TestServer)hub.Services.GetRequiredService<IServer>();
        var context = await server.SendAsync(context =>
        {
            var (request, connection) = (context.Request, context.Connection);
            request.Method = "POST";
            request.Path = $"/{function}";
            request.Host = new HostString("127.0.0.1", Port);
            request.ContentType = "application/json; charset=utf-8";
            request.Headers["X-Azure-Functions-InvocationId"] = "3d3ba4c2-6c12-4a1f-8a53-7a3df4a3f6b0";
            request.Headers["X-Azure-Functions-HostVersion"] = "4.1037.0.0";
            request.Headers.UserAgent = "Azure-Functions-Host/4.1037.0.0";
            request.Body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(payload));
            connection.RemoteIpAddress = IPAddress.Loopback;
            connection.LocalIpAddress = IPAddress.Loopback;
            connection.LocalPort = Port;
            change?.Invoke(context);
        });
        using var reader = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, context.Response.ContentType ?? "", await reader.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync() => await hub.DisposeAsync();

    private sealed class RecordingTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero))
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    private sealed class Stage(QueueName queue, Func<LeasedMessage, CancellationToken, Task<StageResult>> run) : IQueueStage
    {
        public QueueName Queue => queue;

        public Task<StageResult> RunAsync(LeasedMessage message, CancellationToken cancellationToken) => run(message, cancellationToken);
    }
}
