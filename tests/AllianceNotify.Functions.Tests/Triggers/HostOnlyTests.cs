using System.Net;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Functions.Triggers;
using AllianceNotify.Messaging;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

public sealed class HostOnlyTests : IAsyncLifetime
{
    private const string Payload = """{"Data":{"input":"\"{}\""},"Metadata":{}}""";

    private HostedHub hub = null!; // set before each test, by InitializeAsync
    private int ran;

    public static TheoryData<string> Others => [.. Changes.Keys];

    private static Dictionary<string, Action<HttpContext>> Changes { get; } = new()
    {
        ["another machine"] = context => context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7"),
        ["the public name, as a forwarding host keeps it"] = context => context.Request.Host = new HostString("hub.example"),
        ["loopback under another port"] = context => context.Request.Host = new HostString("127.0.0.1", 80),
        ["no host name"] = context => context.Request.Host = default,
        ["no invocation id"] = context => context.Request.Headers.Remove("X-Azure-Functions-InvocationId"),
        ["an invocation id that is none"] = context => context.Request.Headers["X-Azure-Functions-InvocationId"] = "spoof",
        ["a caller's invocation id before the host's, as a forwarding host leaves it"] = context =>
            context.Request.Headers["X-Azure-Functions-InvocationId"] = "3d3ba4c2-6c12-4a1f-8a53-7a3df4a3f6b0, 7b1f2a53-2f7e-44b2-9a0c-6a2a41f5a001",
        ["two invocation ids"] = context => context.Request.Headers["X-Azure-Functions-InvocationId"] =
            new[] { "3d3ba4c2-6c12-4a1f-8a53-7a3df4a3f6b0", "7b1f2a53-2f7e-44b2-9a0c-6a2a41f5a001" },
        ["the X-Forwarded headers that a proxying host adds"] = context => context.Request.Headers["X-Forwarded-Host"] = "hub.example",
        ["a Forwarded header"] = context => context.Request.Headers["Forwarded"] = "for=192.0.2.7",
    };

    public async Task InitializeAsync() => hub = await HostedHub.StartAsync((_, _) =>
    {
        Interlocked.Increment(ref ran);
        return Task.FromResult(StageResult.Done);
    });

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Whoever_is_not_the_host_finds_nothing(string other)
    {
        Assert.Equal(404, (await hub.PostAsync("TriageReportFlash", Payload, Changes[other])).Status);
        Assert.Equal(404, (await hub.PostAsync("Housekeeping", "{}", Changes[other])).Status);
        Assert.Equal(0, ran);

        Assert.Equal(200, (await hub.PostAsync("TriageReportFlash", Payload)).Status);
        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task Stand_alone_there_are_no_triggers()
    {
        var alone = new HubFixture();
        await alone.InitializeAsync();
        using var client = alone.Anonymous();

        using var answer = await client.PostAsync($"/{TriggerFunctions.Queues[0].Name}", new StringContent(Payload));

        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.Unauthorized });
        await alone.DisposeAsync();
    }
}
