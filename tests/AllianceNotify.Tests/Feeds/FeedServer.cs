using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AllianceNotify.Tests.Feeds;

/// <summary>What a feed's server was asked.</summary>
internal sealed record Asked(string Query, IHeaderDictionary Headers);

internal sealed record Reply(int Status, string Body, string? Type, (string Name, string Value)[] Headers)
{
    public static Reply Of(int status, string body = "", string? type = null, params (string Name, string Value)[] headers) => new(status, body, type, headers);
}

/// <summary>A feed's server on loopback; each path answers as the test says.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Func<Asked, Task<Reply>>> answers = new();
    private readonly ConcurrentDictionary<string, int> counts = new();

    public FeedServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(System.Net.IPAddress.Loopback, 0));
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public Uri Address => new(app.Urls.First() + "/");

    public Task StartAsync() => app.StartAsync();

    public void Answer(string path, Func<Asked, Reply> answer) => answers[path] = request => Task.FromResult(answer(request));

    public void AnswerLater(string path, Func<Asked, Task<Reply>> answer) => answers[path] = answer;

    public int Count(string path) => counts.GetValueOrDefault(path);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path;
        counts.AddOrUpdate(path, 1, (_, before) => before + 1);
        var reply = answers.TryGetValue(path, out var answer) ? await answer(new Asked(context.Request.QueryString.Value ?? "", context.Request.Headers)) : Reply.Of(404);
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.Type;
        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (reply.Body.Length > 0)
        {
            await context.Response.WriteAsync(reply.Body, context.RequestAborted);
        }
    }
}
