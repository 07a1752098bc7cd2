using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AllianceNotify.Contracts.Journeys;
using AllianceNotify.Functions.Tests.Crash;
using AllianceNotify.LoadDriver;
using AllianceNotify.Sqlite;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>
/// The published folder under a Functions host of our own. The embedded file stands for the broker here: the host takes the
/// messages from it, beside the hub whose pumps are off.
/// </summary>
public sealed class PublishedAppTests(PublishedApp app, StoreWithKey made) : IClassFixture<PublishedApp>, IClassFixture<StoreWithKey>, IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-host-");
    private SqliteDatabase database = null!; // set before each test, by InitializeAsync
    private string Data => Path.Combine(folder.FullName, "data");

    private Dictionary<string, string> Settings => new()
    {
        ["Store__Kind"] = "Sqlite",
        ["Queue__Kind"] = "Sqlite",
        ["Hub__DataDirectory"] = Data,
        ["Hub__PublicUrl"] = "https://hub.example",
        ["Webhook__AllowPrivateAddresses"] = "true",
        ["Webhook__Secret"] = WebhookSink.Secret,
    };

    public Task InitializeAsync()
    {
        made.CopyTo(Data);
        database = SqliteDatabase.Open(
            new SqliteOptions { Path = Path.Combine(Data, "hub.db"), Exclusive = false, OtherProcessCheck = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        database.Dispose();
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_report_becomes_alerts_that_somebody_answers_and_an_all_clear()
    {
        var before = Directory.EnumerateFileSystemEntries(app.Root).Order().ToList();
        await using var host = await StartAsync();
        using var client = Client(host);

        await new HubJourney(client).RunAsync();

        Assert.True(await host.RunTimerAsync("EscalateUnanswered"));
        Assert.True(await host.RunTimerAsync("Housekeeping"));
        Assert.Empty(host.Failures);
        // The host starts its handler anew when a folder appears there.
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(app.Root).Order());
        Assert.All(host.Handler.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("Warning: ", line, StringComparison.Ordinal));
        Assert.DoesNotContain("ticket", host.Handler.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/TriageReportFlash", false)]
    [InlineData("/Housekeeping", false)]
    [InlineData("/situations/%252e%252e/TriageReportFlash", true)]
    [InlineData("/situations/x/%252E%252e/%252e%252e/Housekeeping", true)]
    [InlineData("/api/contacts/%252e%252e/%252e%252e/TriageReportFlash", true)]
    public async Task Nobody_outside_reaches_a_trigger(string path, bool forwarded)
    {
        await using var host = await StartAsync();
        using var client = Client(host);
        using var content = new StringContent("""{"Data":{"input":"bm9uc2Vuc2U="},"Metadata":{}}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, path)) { Content = content };
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(forwarded ? "application/problem+json" : null, answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"items":[]}""", await client.GetStringAsync("/api/dead-letters"));
    }

    [Fact]
    public async Task A_signed_in_browser_keeps_its_cookie_for_https_though_the_host_speaks_http()
    {
        await using var host = await StartAsync();
        using var client = Client(host);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var form = new FormUrlEncodedContent([new("key", made.Key)]);

        using var answer = await client.PostAsync("/sign-in", form);

        Assert.Contains("; secure", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Nonsense_on_a_queue_waits_among_the_hubs_dead_letters()
    {
        await using var host = await StartAsync();
        using var client = Client(host);
        var queue = new SqliteMessageQueue(database);

        await queue.SendAsync(
            Messaging.QueueName.Alerts,
            [new Messaging.QueueMessage { Id = "m-1", Body = new byte[] { 0xFF, 0xFE }, Lane = Messaging.Lane.Exercise }],
            CancellationToken.None);

        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync("/api/dead-letters")).Contains("stored.", StringComparison.Ordinal), "the dead letter");
        Assert.Equal(0, (await queue.GetDepthAsync(Messaging.QueueName.Alerts, CancellationToken.None)).Active);
    }

    [Fact]
    public async Task Killed_with_invocations_in_its_hands_it_loses_nothing()
    {
        const int Kills = 6, ReportsARound = 8;
        await using var sink = await WebhookSink.StartAsync(path =>
            path.StartsWith(CrashSample.RefusingPath, StringComparison.Ordinal) ? 410 : 204);
        await CrashSample.WriteAsync(Data, sink.Address);
        var load = new CrashLoad(made.Key, behindHost: true);
        var random = new Random(20150427);
        var inHand = 0;
        await using (var host = await StartAsync())
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var (accepted, arrived) = (load.Accepted.Count, sink.Count);
                var (more, then) = (random.Next(2, ReportsARound), random.Next(0, 20));
                var failed = host.Failures.Count;
                var sending = load.SendAsync(host.Address, ReportsARound);
                await Eventually.TrueAsync(
                    () => load.Accepted.Count + load.Unanswered >= accepted + more && (sink.Count >= arrived + then || sending.IsCompleted), "work in hand");
                await host.KillHandlerAsync();
                await sending;
                inHand += host.Failures.Count - failed;
            }

            await load.SendAsync(host.Address, newReports: 0);
            using var queues = new QueueView(Data);
            await Eventually.TrueAsync(async () => await queues.ActiveAsync() == 0, "the queues empty", TimeSpan.FromMinutes(2));
            Assert.True(inHand > 0, "No kill met an invocation.");
        }

        database.Dispose();
        using var store = new FinalStore(Data);
        await CrashOutcome.AssertReportsAreThereAndTriagedAsync(store, load, Kills * ReportsARound);
        await CrashOutcome.AssertEverybodyWasToldOrSetAsideAsync(store, sink, load);
    }

    [Fact]
    public async Task Without_a_named_store_and_queue_it_does_not_start()
    {
        var settings = Settings;
        settings.Remove("Queue__Kind");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => HandlerProcess.StartAsync(app.Root, "AllianceNotify.Functions", settings));

        Assert.StartsWith("The handler ended with 2. alliancenotify: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("must be set", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ended_from_outside_it_asks_to_be_started_again()
    {
        using var handler = await HandlerProcess.StartAsync(app.Root, "AllianceNotify.Functions", Settings);

        using (var kill = Process.Start("kill", ["-TERM", handler.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await handler.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotEqual(0, handler.ExitCode);
    }

    private Task<FakeFunctionsHost> StartAsync() => FakeFunctionsHost.StartAsync(app.Root, Settings, new SqliteMessageQueue(database));

    private HttpClient Client(FakeFunctionsHost host)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Key);
        return client;
    }
}

/// <summary>A fresh store in which there is an administrator's key, made once by the hub's own verb and copied for each test.</summary>
public sealed class StoreWithKey : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-key-");

    public string Key { get; private set; } = "";

    public async Task InitializeAsync() => Key = await HubProcess.CreateKeyAsync(
        new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = folder.FullName }, "administrator");

    public void CopyTo(string data)
    {
        Directory.CreateDirectory(data);
        foreach (var file in folder.EnumerateFiles())
        {
            file.CopyTo(Path.Combine(data, file.Name));
        }
    }

    public Task DisposeAsync()
    {
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
