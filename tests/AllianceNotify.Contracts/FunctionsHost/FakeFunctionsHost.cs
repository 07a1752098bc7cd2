using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AllianceNotify.Amqp;
using AllianceNotify.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace AllianceNotify.Contracts.FunctionsHost;

/// <summary>
/// Does with an app's folder what the Functions host 4.1037 does: reads host.json and the functions, runs the custom handler and
/// starts it again, forwards HTTP, and posts messages until each is answered 2xx with a body that it can read. A message that
/// failed is handed out again at once. What it does not do: keys, timers by the clock, timeouts, and giving up after three ends.
/// </summary>
public sealed class FakeFunctionsHost : IAsyncDisposable
{
    private const string InvocationId = "X-Azure-Functions-InvocationId", HostVersion = "X-Azure-Functions-HostVersion";
    private const string Product = "Azure-Functions-Host/4.1037.0.0";
    private const int AtOnce = 16;

    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(5), BrokerPause = TimeSpan.FromMilliseconds(100);

    private readonly string root;
    private readonly string executable;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly IReadOnlyList<FunctionFolder> functions;
    private readonly IMessageQueue broker;
    private readonly WebApplication front;
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<string> failures = [];
    private Task draining = Task.CompletedTask;
    private Task keeping = Task.CompletedTask;
    private TaskCompletionSource<HandlerProcess> handler = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<HandlerProcess> ended = [];
    private int inHand;

    private FakeFunctionsHost(string root, IReadOnlyDictionary<string, string> settings, IMessageQueue broker)
    {
        (this.root, this.settings, this.broker) = (root, settings, broker);
        functions = FunctionFolder.ReadAll(root);
        using var hostJson = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "host.json")));
        var custom = hostJson.RootElement.GetProperty("customHandler");
        executable = custom.GetProperty("description").GetProperty("defaultExecutablePath").GetString()!;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        front = builder.Build();
        front.Run(ForwardAsync);
    }

    /// <summary>Where the outside reaches the app.</summary>
    public Uri Address => new(front.Urls.First());

    public HandlerProcess Handler => handler.Task.Result;

    /// <summary>What invocations failed with, in order.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <param name="root">The app's folder.</param>
    /// <param name="settings">App settings.</param>
    /// <param name="broker">Stands for the broker, and hands out again what was abandoned.</param>
    public static async Task<FakeFunctionsHost> StartAsync(string root, IReadOnlyDictionary<string, string> settings, IMessageQueue broker)
    {
        var host = new FakeFunctionsHost(root, settings, broker);
        try
        {
            host.handler.SetResult(await HandlerProcess.StartAsync(root, host.executable, settings));
        }
        catch
        {
            await host.front.DisposeAsync();
            throw;
        }

        await host.front.StartAsync();
        host.keeping = host.KeepRunningAsync();
        host.draining = Task.WhenAll(QueueName.All.Select(host.DrainAsync));
        return host;
    }

    /// <summary>A timer is due. Answers whether the run succeeded.</summary>
    public async Task<bool> RunTimerAsync(string name)
    {
        var function = functions.Single(function => function.Name == name && function.Type == "timerTrigger");
        return await InvokeAsync(await handler.Task, function, Invocation.OfTimer(function));
    }

    public async Task KillHandlerAsync()
    {
        var running = await handler.Task;
        running.Kill();
        await running.Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await keeping;
        (await handler.Task).Dispose();
        await draining;
        ended.ForEach(process => process.Dispose());
        await front.DisposeAsync();
        client.Dispose();
        stopping.Dispose();
    }

    /// <summary>A handler that ended with anything but 0 is started again, once what it had in hand has failed.</summary>
    private async Task KeepRunningAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var running = await handler.Task;
            await Task.WhenAny(running.Exited, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping.Token));
            if (stopping.IsCancellationRequested || running.ExitCode == 0)
            {
                return;
            }

            var next = new TaskCompletionSource<HandlerProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
            handler = next;
            while (Volatile.Read(ref inHand) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }

            ended.Add(running);
            next.SetResult(await HandlerProcess.StartAsync(root, executable, settings));
        }
    }

    private async Task DrainAsync(QueueName queue)
    {
        // A hub that starts on the embedded file ends the leases of this host as well, which a broker's locks survive: what is handed
        // out again for that reason must not use up the deliveries that a message has.
        var patient = queue with { MaxDeliveries = 1000 };
        using var slots = new SemaphoreSlim(AtOnce);
        var work = new ConcurrentDictionary<Task, bool>();
        try
        {
            while (true)
            {
                await slots.WaitAsync(stopping.Token);
                var message = await ReceiveAsync(patient);
                Interlocked.Increment(ref inHand);
                work[HandOverAsync(message).ContinueWith(
                    _ =>
                    {
                        Interlocked.Decrement(ref inHand);
                        slots.Release();
                    },
                    TaskScheduler.Default)] = true;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        await Task.WhenAll(work.Keys);
    }

    private async Task<LeasedMessage> ReceiveAsync(QueueName queue)
    {
        while (true)
        {
            try
            {
                return (await broker.ReceiveAsync(queue, 1, Lock, stopping.Token))[0];
            }
            catch (IOException)
            {
                // The broker is away.
                await Task.Delay(BrokerPause, TimeProvider.System, stopping.Token);
            }
        }
    }

    private async Task HandOverAsync(LeasedMessage message)
    {
        var name = new AmqpQueueNames().Of(message.Queue, message.Message.Lane);
        var function = functions.Single(function => function.Type == "serviceBusTrigger" && function.Text("queueName") == name);
        HandlerProcess? running;
        while ((running = Running) is null)
        {
            Interlocked.Decrement(ref inHand);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stopping.Token);
            Interlocked.Increment(ref inHand);
        }

        // A hub that starts on the embedded file frees what a dead one held: somebody else may have the message by now.
        if (!await broker.RenewAsync(message, Lock, CancellationToken.None))
        {
            return;
        }

        var done = await InvokeAsync(running, function, Invocation.Of(function, message));
        try
        {
            _ = done
                ? await broker.CompleteAsync(message, CancellationToken.None)
                : await broker.AbandonAsync(message, TimeSpan.Zero, CancellationToken.None);
        }
        catch (IOException)
        {
            // The broker is away, and hands it out again when it is back.
        }
    }

    private HandlerProcess? Running => handler.Task is { IsCompletedSuccessfully: true, Result: { HasExited: false } running } ? running : null;

    private async Task<bool> InvokeAsync(HandlerProcess running, FunctionFolder function, string payload)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{running.Port}/{function.Name}"));
        request.Headers.Add(InvocationId, Guid.NewGuid().ToString());
        request.Headers.Add(HostVersion, "4.1037.0.0");
        request.Headers.UserAgent.ParseAdd(Product);
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StringContent(payload, Encoding.UTF8, "application/json");
        try
        {
            using var answer = await client.SendAsync(request, CancellationToken.None);
            var body = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == "application/json" && JsonDocument.Parse(body) is { RootElement.ValueKind: JsonValueKind.Object })
            {
                return true;
            }

            failures.Enqueue($"{function.Name}: {(int)answer.StatusCode} {body}");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            failures.Enqueue($"{function.Name}: {exception.Message}");
        }

        return false;
    }

    /// <summary>As a host that forwards and does not yet proxy: the path unescaped once, the body only with its length.</summary>
    private async Task ForwardAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!functions.Any(function => function.Takes(request.Method, request.Path)))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            using var answer = await SendAsync(await ForwardedAsync(request));
            response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not "Transfer-Encoding"))
            {
                response.Headers[name] = new StringValues([.. values]);
            }

            if (await answer.Content.ReadAsByteArrayAsync() is { Length: > 0 } body)
            {
                await response.Body.WriteAsync(body);
            }
        }
        catch (HttpRequestException)
        {
            response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            return await client.SendAsync(request);
        }
    }

    private async Task<HttpRequestMessage> ForwardedAsync(HttpRequest request)
    {
        if (request.Headers.TransferEncoding.Count > 0)
        {
            throw new HttpRequestException("'Transfer-Encoding: chunked' header can not be used when content object is not specified.");
        }

        var query = string.Join('&', request.Query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value.ToString())}"));
        var forwarded = new HttpRequestMessage(
            new HttpMethod(request.Method),
            new Uri($"http://127.0.0.1:{(await handler.Task).Port}{request.Path.Value}{(query.Length > 0 ? "?" : "")}{query}"));
        foreach (var (name, values) in request.Headers.Where(header => !header.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)))
        {
            forwarded.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        forwarded.Headers.TryAddWithoutValidation("User-Agent", Product);
        forwarded.Headers.TryAddWithoutValidation(InvocationId, Guid.NewGuid().ToString());
        forwarded.Headers.TryAddWithoutValidation(HostVersion, "4.1037.0.0");
        if (request.ContentLength > 0)
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            forwarded.Content = new ByteArrayContent(body.ToArray());
            forwarded.Content.Headers.ContentType = request.ContentType is { } type ? MediaTypeHeaderValue.Parse(type) : null;
        }

        return forwarded;
    }
}
