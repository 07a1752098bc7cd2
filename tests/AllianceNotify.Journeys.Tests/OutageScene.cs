using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.LoadDriver;
using AllianceNotify.Messaging;
using Xunit;
using Xunit.Sdk;

namespace AllianceNotify.Journeys.Tests;

/// <summary>
/// A hub with reports on their way through it, one message of a queue at a time in each instance, so that an outage finds work in
/// every stage; and the three contacts they are told to, whose receiver can be held while a send is in flight.
/// </summary>
internal sealed class OutageScene : IAsyncDisposable
{
    private const int Contacts = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly RunningHub hub;
    private readonly HttpSink sink;
    private readonly Dictionary<int, string> accepted = [];
    private readonly List<int> refused = [];
    private TaskCompletionSource free = Freed();
    private int number;

    private OutageScene(RunningHub hub, HttpSink sink)
    {
        (this.hub, this.sink) = (hub, sink);
        sink.Answer = async (_, context) =>
        {
            await free.Task.WaitAsync(context.RequestAborted);
            context.Response.StatusCode = 204;
        };
    }

    /// <summary>Reports that came while something was down, and were told to come again.</summary>
    public int Refused => refused.Count;

    /// <summary>Ids of all that has reached the receiver.</summary>
    public IReadOnlyList<string> Arrived => [.. sink.Requests.Select(request => request.Headers["webhook-id"])];

    /// <param name="arrangement">How the hub runs.</param>
    /// <param name="backing">What it runs on.</param>
    /// <param name="askAgainAfter">When everybody is asked once more.</param>
    /// <param name="settings">More settings of the hub.</param>
    public static async Task<OutageScene> StartAsync(
        Arrangement arrangement, Backing backing, TimeSpan askAgainAfter, IReadOnlyDictionary<string, string> settings)
    {
        var sink = await HttpSink.StartAsync();
        var hub = await RunningHub.StartAsync(arrangement, backing, new Dictionary<string, string>(settings)
        {
            ["Pumps__DefaultConcurrency"] = "1",
            ["Webhook__AllowPrivateAddresses"] = "true",
            ["Webhook__Secret"] = WebhookSink.Secret,
            ["Delivery__Channels__webhook__Timeout"] = "00:00:25",
        });
        var scene = new OutageScene(hub, sink);
        try
        {
            await scene.SubscribeAsync(askAgainAfter);
            return scene;
        }
        catch (Exception exception)
        {
            var said = hub.LastErrors();
            await scene.DisposeAsync();
            throw new InvalidOperationException($"The scene could not be set up. {said}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        free.TrySetResult();
        await hub.DisposeAsync();
        await sink.DisposeAsync();
    }

    /// <summary>From now on what is sent is in flight until <see cref="Release"/>.</summary>
    public void Hold() => free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => free.TrySetResult();

    public Task ReportAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        var report = Interlocked.Increment(ref number);
        if (!await TryReportAsync(report))
        {
            Assert.Fail("A report was refused while nothing was down. " + hub.LastErrors());
        }
    }));

    /// <summary>
    /// Reports through one instance after the other for so long. Each must be accepted, or refused as an outage is: 503 with
    /// Retry-After.
    /// </summary>
    public async Task ReportForAsync(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < time)
        {
            var report = ++number;
            if (!await TryReportAsync(report))
            {
                refused.Add(report);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <summary>Sends what was refused again, as its sender would, until it is accepted.</summary>
    public async Task SendAgainAsync()
    {
        foreach (var report in refused)
        {
            await UntilAsync(() => TryReportAsync(report), $"report {report} accepted");
        }
    }

    public async Task<int> CountAlertsAsync() => (await AlertsAsync()).Count;

    public Task FirstTriagedAsync() => UntilAsync(async () => (await AlertsAsync()).Count > 0, "a report triaged");

    public Task FirstFannedOutAsync() => UntilAsync(
        async () => await AlertsAsync() is [var first, ..] && (await DeliveriesAsync(first)).Count > 0, "an alert fanned out");

    /// <summary>Everything but the sends is done, and some sends are held.</summary>
    public Task OnlySendsLeftAsync() => UntilAsync(
        async () => await AlertsAsync() is var alerts
            && alerts.Count == accepted.Count
            && sink.Count > 0
            && (await Task.WhenAll(alerts.Select(DeliveriesAsync))).All(deliveries => deliveries.Count == Contacts),
        "sends in flight");

    /// <summary>Waits until every accepted report has an alert, and this round of each alert has reached everybody.</summary>
    public Task ToldAsync(int round) => UntilAsync(
        async () => await AlertsAsync() is var alerts
            && alerts.Count == accepted.Count
            && (await Task.WhenAll(alerts.Select(DeliveriesAsync))).All(deliveries => IsTold(deliveries, round)),
        "everything told");

    /// <summary>No message waits, none was set aside, and no instance has ended.</summary>
    public async Task AssertDrainedAsync()
    {
        // A chunk that was planned twice waits for the claim of the first.
        foreach (var queue in QueueName.All)
        {
            await UntilAsync(async () => (await hub.Queue!.GetDepthAsync(queue, default)).Active == 0, $"nothing left in {queue}");
        }

        Assert.Equal("""{"items":[]}""", await hub.First.GetStringAsync("/api/dead-letters"));
        Assert.True(hub.IsRunning, hub.LastErrors());
    }

    /// <summary>That so many deliveries arrived, each once but those that were in flight.</summary>
    public void AssertToldOnce(int deliveries, IReadOnlyCollection<string> inFlight)
    {
        var arrived = Arrived.GroupBy(id => id, StringComparer.Ordinal).ToList();
        Assert.Equal(deliveries, arrived.Count);
        Assert.Empty(arrived.Where(delivery => delivery.Count() > (inFlight.Contains(delivery.Key) ? 2 : 1)).Select(delivery => $"{delivery.Key} came {delivery.Count()} times"));
    }

    public int Alerts => accepted.Count;

    /// <summary>Deliveries of one round of all alerts.</summary>
    public int DeliveriesOfARound => accepted.Count * Contacts;

    public async Task<(string, string)> TwoAlertsAsync() => await AlertsAsync() is [var one, var other, ..] ? (one, other) : throw new InvalidOperationException("There are no two.");

    /// <summary>Waits until everybody was asked about this alert once more.</summary>
    public Task AskedAgainAsync(string alert) => UntilAsync(async () => IsTold(await DeliveriesAsync(alert), round: 1), "asked again");

    /// <summary>The answer to an acknowledgement, at either instance.</summary>
    public async Task<HttpStatusCode> AcknowledgeAsync(string alert)
    {
        using var response = await PostAsync(hub.Last, $"/api/alerts/{alert}/acknowledgements", "{}");
        AssertSaysWhenToComeBack(response);
        return response.StatusCode;
    }

    /// <summary>Which rounds of an alert went out, by contact.</summary>
    public async Task<IReadOnlyList<int>> RoundsAsync(string alert) =>
        [.. (await DeliveriesAsync(alert)).Select(delivery => delivery.GetProperty("round").GetInt32()).Order()];

    private static bool IsTold(List<JsonElement> deliveries, int round) => deliveries.Count(delivery =>
        delivery.GetProperty("round").GetInt32() == round && delivery.GetProperty("state").GetString() == "sent") == Contacts;

    private async Task<bool> TryReportAsync(int report)
    {
        using var response = await PostAsync(report % 2 == 0 ? hub.First : hub.Last, "/api/reports", Report(report));
        AssertSaysWhenToComeBack(response);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }

        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, $"{response.StatusCode}: {body}");
        lock (accepted)
        {
            accepted[report] = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("id").GetString()!;
        }

        return true;
    }

    private static void AssertSaysWhenToComeBack(HttpResponseMessage response) =>
        Assert.True(response.StatusCode != HttpStatusCode.ServiceUnavailable || response.Headers.RetryAfter is not null, "503 without Retry-After.");

    /// <summary>Alerts of the reports accepted so far, as far as there are any.</summary>
    private async Task<List<string>> AlertsAsync()
    {
        var reports = await Task.WhenAll(accepted.Values.Select(report => hub.First.GetFromJsonAsync<JsonElement>($"/api/reports/{report}")));
        return [.. reports.SelectMany(report => report.GetProperty("alertIds").EnumerateArray()).Select(alert => alert.GetString()!)];
    }

    private async Task<List<JsonElement>> DeliveriesAsync(string alert) =>
        [.. (await hub.First.GetFromJsonAsync<JsonElement>($"/api/alerts/{alert}/deliveries")).GetProperty("items").EnumerateArray()];

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        try
        {
            await Eventually.TrueAsync(condition, what, Patience);
        }
        catch (FailException failure)
        {
            Assert.Fail($"{failure.Message} {hub.LastErrors()}");
        }
    }

    private async Task SubscribeAsync(TimeSpan askAgainAfter)
    {
        await SetUpAsync("/api/lists", """{ "id": "watch", "name": { "en": "Sample watch", "ja": "見本当直" } }""");
        var contacts = Enumerable.Range(1, Contacts).Select(contact => $"sample-{contact}").ToList();
        foreach (var contact in contacts)
        {
            await SetUpAsync(
                "/api/contacts",
                $$"""
                { "id": "{{contact}}", "name": { "en": "Sample {{contact}}" }, "agency": "SAMPLE", "nation": "JPN", "languages": ["en"],
                  "channels": [{ "channel": "webhook", "address": "{{new Uri(sink.Url, contact)}}" }] }
                """);
        }

        await SetUpAsync("/api/lists/watch/members", $$"""{ "contacts": {{JsonSerializer.Serialize(contacts)}} }""");
        await SetUpAsync(
            "/api/policies",
            $$"""
            { "id": "once", "name": { "en": "Once more", "ja": "もう一度" }, "onAnswer": "stop",
              "steps": [{ "after": "{{System.Xml.XmlConvert.ToString(askAgainAfter)}}", "target": "again" }] }
            """);
        await SetUpAsync("/api/subscriptions", """{ "id": "s", "list": "watch", "minimumUrgency": "info", "policy": "once" }""");
    }

    private async Task SetUpAsync(string path, string json)
    {
        using var response = await PostAsync(hub.First, path, json);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
    }

    private async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        try
        {
            return await client.PostAsync(path, content);
        }
        catch (HttpRequestException exception)
        {
            throw new InvalidOperationException($"The hub does not answer. {hub.LastErrors()}", exception);
        }
    }

    private static string Report(int number) => $$"""
        {"source":"sample-radar","sourceId":"outage-{{number}}","mode":"actual","observedAt":"2026-01-01T00:00:00Z","language":"en",
         "title":"Ballistic missile launch detected, track {{number}}","body":"Sample report of a test. No such launch took place.","marking":{"tlp":"clear"} }
        """;

    private static TaskCompletionSource Freed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
