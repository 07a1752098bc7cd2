using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Contracts.Graph;

/// <summary>
/// The part of Microsoft Graph that the hub uses, on loopback: <c>sendMail</c>, the two activity notifications and <c>$batch</c>. It
/// enforces the documented limits on a clock of the test's, answers with Graph's error shapes, fails as a script says, and
/// remembers what it took.
/// </summary>
public sealed class FakeGraph : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TimeProvider time;
    private readonly FakeGraphState state;
    private readonly ConcurrentQueue<GraphCall> calls = new();
    private readonly SemaphoreSlim arrivals = new(0);

    private FakeGraph(WebApplication app, TimeProvider time, FakeGraphLimits limits)
    {
        this.app = app;
        this.time = time;
        state = new FakeGraphState(limits);
    }

    /// <summary>What goes wrong with a request; null: nothing. Asked before limits are looked at.</summary>
    public Func<GraphCall, GraphFault?> Script { get; set; } = _ => null;

    /// <summary>What happens while a request is worked on.</summary>
    public Func<GraphCall, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Application permissions that are granted.</summary>
    public HashSet<string> Permissions => state.Permissions;

    /// <summary>Users who have not got the Teams app.</summary>
    public HashSet<string> NotInstalled => state.NotInstalled;

    /// <summary>Users who do not exist.</summary>
    public HashSet<string> Unknown => state.Unknown;

    /// <summary>Recipients' addresses that Exchange finds invalid.</summary>
    public HashSet<string> InvalidRecipients => state.InvalidRecipients;

    /// <summary>What the tokens it is shown have left.</summary>
    public TimeSpan TokenLeft { get; set; } = TimeSpan.FromMinutes(60);

    public IReadOnlyList<SentMail> Mails => state.Mails;

    public IReadOnlyList<SentActivity> Activities => state.Activities;

    /// <summary>Every request, those in batches among them, in order of arrival.</summary>
    public IReadOnlyList<GraphCall> Calls => [.. calls];

    /// <summary>How often a limit was exceeded, and how often somebody came back before the time they were told.</summary>
    public IReadOnlyList<string> Violations => state.Violations;

    public int MostInFlight => state.MostInFlight;

    /// <summary>With the version, for <c>Graph:BaseAddress</c>.</summary>
    public Uri Address { get; private set; } = null!;

    public static async Task<FakeGraph> StartAsync(TimeProvider time, FakeGraphLimits? limits = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var fake = new FakeGraph(app, time, limits ?? FakeGraphLimits.Documented);
        app.Run(fake.HandleAsync);
        await app.StartAsync();
        fake.Address = new Uri(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "/v1.0");
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        arrivals.Dispose();
    }

    /// <summary>A request has arrived that no earlier call of this has counted.</summary>
    public Task UntilReceivingAsync() => arrivals.WaitAsync();

    /// <summary>Forgets what has arrived so far, and nothing of what its limits count.</summary>
    public void Forget()
    {
        calls.Clear();
        state.Forget();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var requestId = Guid.NewGuid().ToString();
        context.Response.Headers["request-id"] = requestId;
        context.Response.Headers.Date = time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
        var path = context.Request.Path.Value!;
        if (context.Request.Method != "POST" || !path.StartsWith("/v1.0/", StringComparison.Ordinal))
        {
            await WriteAsync(context, FakeGraphAnswer.Error(404, "BadRequest", "Resource not found for the segment."), requestId);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = JsonNode.Parse(await reader.ReadToEndAsync(context.RequestAborted));
        var authorization = context.Request.Headers.Authorization.ToString();
        var signedIn = authorization.StartsWith("Bearer ", StringComparison.Ordinal) && authorization.Length > 8;
        try
        {
            var answer = path == "/v1.0/$batch"
                ? await BatchAsync(body, signedIn, context.RequestAborted)
                : await OneAsync(path["/v1.0".Length..], body, signedIn, inBatch: false, context.RequestAborted);
            if (answer is null)
            {
                context.Abort();
                return;
            }

            await WriteAsync(context, answer, requestId);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
    }

    private async Task<FakeGraphAnswer?> BatchAsync(JsonNode? body, bool signedIn, CancellationToken aborted)
    {
        var call = Arrived(GraphCallKind.Batch, null, body, inBatch: false);
        if (Script(call) is { } fault)
        {
            return await FailAsync(fault, aborted);
        }

        var requests = body!["requests"]!.AsArray();
        if (requests.Count > state.Limits.Batch)
        {
            return FakeGraphAnswer.Error(400, "BadRequest", "The number of requests in a batch is limited.");
        }

        var responses = new JsonArray();
        foreach (var request in requests)
        {
            var url = request!["url"]!.GetValue<string>();
            var answer = await OneAsync(url.StartsWith('/') ? url : $"/{url}", request["body"], signedIn, inBatch: true, aborted);
            if (answer is null)
            {
                return null;
            }

            var headers = new JsonObject { ["request-id"] = Guid.NewGuid().ToString() };
            if (answer.RetryAfter is { } after)
            {
                headers["Retry-After"] = after;
            }

            responses.Add(new JsonObject
            {
                ["id"] = request["id"]!.GetValue<string>(),
                ["status"] = answer.Status,
                ["headers"] = headers,
                ["body"] = answer.Body?.DeepClone(),
            });
        }

        return new FakeGraphAnswer(200, new JsonObject { ["responses"] = responses });
    }

    private async Task<FakeGraphAnswer?> OneAsync(string path, JsonNode? body, bool signedIn, bool inBatch, CancellationToken aborted)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var (kind, user) = parts switch
        {
            ["users", var sender, "sendMail"] => (GraphCallKind.Mail, sender),
            ["users", var person, "teamwork", "sendActivityNotification"] => (GraphCallKind.UserActivity, person),
            ["teamwork", "sendActivityNotificationToRecipients"] => (GraphCallKind.BulkActivity, null),
            _ => ((GraphCallKind?)null, (string?)null),
        };
        if (kind is null)
        {
            return FakeGraphAnswer.Error(404, "BadRequest", $"Resource not found for the segment '{parts.LastOrDefault()}'.");
        }

        var call = Arrived(kind.Value, user, body, inBatch);
        if (Script(call) is { } fault)
        {
            return await FailAsync(fault, aborted);
        }

        if (!signedIn)
        {
            return FakeGraphAnswer.Error(401, "InvalidAuthenticationToken", "Access token is empty.");
        }

        if (kind == GraphCallKind.BulkActivity && TokenLeft < state.Limits.TokenLeft)
        {
            return FakeGraphAnswer.Error(412, "PreconditionFailed", "The token expires too soon.");
        }

        if (state.Begin(call) is { } refused)
        {
            return refused;
        }

        try
        {
            await Work(call, aborted);
            return state.Take(call);
        }
        finally
        {
            state.End(call);
        }
    }

    private GraphCall Arrived(GraphCallKind kind, string? user, JsonNode? body, bool inBatch)
    {
        var call = new GraphCall(kind, user, body, inBatch, time.GetUtcNow());
        calls.Enqueue(call);
        arrivals.Release();
        return call;
    }

    private static async Task<FakeGraphAnswer?> FailAsync(GraphFault fault, CancellationToken aborted)
    {
        switch (fault)
        {
            case GraphFault.Answer answer:
                return FakeGraphAnswer.Error(answer.Status, answer.Code, answer.Message) with { RetryAfter = answer.RetryAfter };
            case GraphFault.Gateway gateway:
                return new FakeGraphAnswer(gateway.Status, null) { RetryAfter = gateway.RetryAfter };
            case GraphFault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
                return null;
            default:
                return null;
        }
    }

    private async Task WriteAsync(HttpContext context, FakeGraphAnswer answer, string requestId)
    {
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter is { } after)
        {
            context.Response.Headers.RetryAfter = after;
        }

        if (answer.Body is { } body)
        {
            if (body["error"]?["innerError"] is JsonObject inner)
            {
                inner["date"] = time.GetUtcNow().ToString("s", CultureInfo.InvariantCulture);
                inner["request-id"] = requestId;
                inner["client-request-id"] = requestId;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body.ToJsonString(JsonSerializerOptions.Default), context.RequestAborted);
        }
        else if (answer.Status >= 400)
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html><body>gateway</body></html>", context.RequestAborted);
        }
    }
}

internal sealed record FakeGraphAnswer(int Status, JsonNode? Body)
{
    public string? RetryAfter { get; init; }

    public static FakeGraphAnswer Error(int status, string code, string message) => new(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["innerError"] = new JsonObject() },
    });
}
