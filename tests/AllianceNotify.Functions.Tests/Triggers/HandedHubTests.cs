using System.Net.Http.Headers;
using AllianceNotify.Amqp;
using AllianceNotify.Contracts.Journeys;
using AllianceNotify.Functions.Hosting;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Functions.Triggers;
using AllianceNotify.Isolated;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>
/// The isolated head without the worker: another server's requests go to its HTTP functions by their routes, what waits in the queues to
/// its queue functions, and its timer functions are called by their names.
/// </summary>
public sealed class HandedHubTests : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-handed-");
    private readonly CancellationTokenSource stopping = new();
    private HandedHub hub = null!; // set before each test, by InitializeAsync
    private HubOfTheWorker head = null!; // the same
    private WebApplication front = null!; // the same
    private Task draining = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        // The defaults, but under a Functions host they must be said.
        foreach (var name in new[] { "Store__Kind", "Queue__Kind" })
        {
            Environment.SetEnvironmentVariable(name, "sqlite");
        }

        hub = new HandedHub(new HubArguments(Data: folder.FullName));
        head = new HubOfTheWorker(hub);
        await head.StartAsync(CancellationToken.None);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        front = builder.Build();
        // With endpoints and services of its own, as the worker's pipeline has.
        foreach (var function in IsolatedHead.Functions.Where(function => IsolatedHead.TriggerOf(function) is HttpTriggerAttribute))
        {
            var http = (HttpTriggerAttribute)IsolatedHead.TriggerOf(function);
            front.MapMethods($"/{http.Route}", http.Methods!, context => IsolatedHead.CallAsync(function, head, context.Request));
        }

        await front.StartAsync();
        draining = Task.WhenAll(TriggerFunctions.Queues.GroupBy(function => function.Queue).Select(group => DrainAsync(group.Key)));
    }

    public async Task DisposeAsync()
    {
        await stopping.CancelAsync();
        await draining;
        await front.DisposeAsync();
        await head.StopAsync(CancellationToken.None);
        await head.DisposeAsync();
        folder.Delete(recursive: true);
    }

    public void Dispose() => stopping.Dispose();

    [Fact]
    public async Task A_report_becomes_alerts_that_somebody_answers_and_an_all_clear()
    {
        using var client = await ClientAsync();

        await new HubJourney(client).RunAsync();

        foreach (var timer in IsolatedHead.Functions.Where(function => IsolatedHead.TriggerOf(function) is TimerTriggerAttribute))
        {
            await IsolatedHead.CallAsync(timer, head, new TimerInfo(), CancellationToken.None);
        }
    }

    [Fact]
    public async Task It_takes_nothing_from_the_queues_by_itself_and_has_no_trigger_paths()
    {
        using var client = await ClientAsync();

        Assert.DoesNotContain(hub.Services.GetServices<IHostedService>(), service => service is QueuePump or SweepPump);
        using var answer = await client.PostAsync("/TriageReportFlash", new StringContent("""{"Data":{"input":""}}"""));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_the_hub_refuses_is_refused_through_the_other_server()
    {
        using var client = new HttpClient { BaseAddress = new Uri(front.Urls.First()) };

        using var answer = await client.GetAsync("/api/situations");

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    private async Task<HttpClient> ClientAsync()
    {
        var (_, key) = await hub.Services.GetRequiredService<ApiKeyTable>().CreateAsync(
            new NewApiKey("journey", HubRole.Administrator, "test"), TimeProvider.System.GetUtcNow(), default);
        var client = new HttpClient { BaseAddress = new Uri(front.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        return client;
    }

    private async Task DrainAsync(QueueName name)
    {
        var queue = hub.Services.GetRequiredService<IMessageQueue>();
        try
        {
            while (true)
            {
                foreach (var message in await queue.ReceiveAsync(name, 1, TimeSpan.FromMinutes(1), stopping.Token))
                {
                    var function = TriggerFunctions.Queues.Single(function => function.Queue == name && function.Lane == message.Message.Lane);
                    var received = ServiceBusModelFactory.ServiceBusReceivedMessage(
                        body: new BinaryData(message.Message.Body),
                        messageId: "of-the-broker",
                        properties: new Dictionary<string, object> { [AmqpProperties.Id] = message.Message.Id },
                        deliveryCount: message.DeliveryCount,
                        enqueuedTime: message.EnqueuedAt);
                    await IsolatedHead.CallAsync(IsolatedHead.Functions.Single(method => method.Name == function.Name), head, received, stopping.Token);
                    await queue.CompleteAsync(message, CancellationToken.None);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }
}
