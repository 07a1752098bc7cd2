using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Functions.Tests.Crash;
using AllianceNotify.Functions.Web;
using AllianceNotify.Security;
using AllianceNotify.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Telemetry;

/// <summary>The hub stand-alone on its SQLite file: what its spans say of one report's way through three queues.</summary>
public sealed class TraceTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] WayToADelivery =
        ["deliver alert", "process deliveries", "fan out alert", "process alerts", "triage report", "process reports", "accept report"];

    private readonly string data = Directory.CreateTempSubdirectory("alliancenotify-trace-").FullName;
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityTraceId trace = ActivityTraceId.CreateRandom();
    private readonly ActivitySpanId caller = ActivitySpanId.CreateRandom();
    private ActivityListener? listener;
    private HttpSink? sink;
    private WebApplication? app;

    public async Task InitializeAsync()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is HubTelemetry.Name or "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            // Other tests of this process have traces of their own.
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace)
                {
                    ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        sink = await HttpSink.StartAsync();
        sink.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.Path.StartsWith(CrashSample.RefusingPath, StringComparison.Ordinal) ? 410 : 204;
            return Task.CompletedTask;
        };
        await CrashSample.WriteAsync(data, sink.Url);
        await File.WriteAllTextAsync(
            Path.Combine(data, "appsettings.json"),
            """{ "Webhook": { "Secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "AllowPrivateAddresses": true } }""");
        app = HubApplication.Build(new HubArguments("http://127.0.0.1:0", data));
        await app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        await sink!.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    public void Dispose() => listener?.Dispose();

    [Fact]
    public async Task One_trace_leads_from_the_caller_through_every_stage_to_the_last_delivery()
    {
        await PostAsync();

        // Refused by the webhook and told by the outbox: the last delivery, behind a message of its own.
        await Eventually.TrueAsync(() => By("outbox").Count == 1, "the last delivery");

        Assert.Single(Named("accept report"));
        Assert.Single(Named("triage report"));
        Assert.All(By("webhook"), delivery => Assert.Equal(WayToADelivery, NamesUp(delivery)));
        Assert.Equal(["deliver alert", "process deliveries", .. WayToADelivery], NamesUp(By("outbox")[0]));
        Assert.All(Named("deliver alert"), delivery => Assert.Equal(caller, WayUp(delivery).Last().ParentSpanId));
    }

    [Fact]
    public async Task Spans_say_ids_and_outcomes_and_nothing_of_what_a_report_says()
    {
        await PostAsync();
        await Eventually.TrueAsync(() => By("outbox").Count == 1, "the last delivery");

        var said = string.Join('\n', ended.Where(span => span.Source.Name == HubTelemetry.Name)
            .SelectMany(span => span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append(span.StatusDescription)));

        Assert.Contains("messaging.destination.name=deliveries", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Ballistic", said, StringComparison.Ordinal);
        Assert.DoesNotContain(sink!.Url.Authority, said, StringComparison.Ordinal);
    }

    private async Task PostAsync()
    {
        var (_, key) = await app!.Services.GetRequiredService<ApiKeyTable>().CreateAsync(
            new NewApiKey("trace", HubRole.Reporter, "test"), TimeProvider.System.GetUtcNow(), default);
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null })
        {
            BaseAddress = app.Services.GetRequiredService<PublicAddress>().Listening[0],
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{caller}-01");
        using var body = new StringContent(CrashSample.Report(1), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/reports", body);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private List<Activity> Named(string name) => [.. ended.Where(span => span.OperationName == name)];

    private List<Activity> By(string channel) =>
        [.. Named("deliver alert").Where(span => (string?)span.GetTagItem("alliancenotify.channel") == channel)];

    private IEnumerable<string> NamesUp(Activity span) =>
        WayUp(span).Where(above => above.Source.Name == HubTelemetry.Name).Select(above => above.OperationName);

    private IEnumerable<Activity> WayUp(Activity span)
    {
        for (var at = span; at is not null; at = ended.FirstOrDefault(other => other.SpanId == at.ParentSpanId))
        {
            yield return at;
        }
    }
}
