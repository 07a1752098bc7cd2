using AllianceNotify.Contacts;
using AllianceNotify.Feeds;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Tests.Correlation;
using AllianceNotify.Tests.Journeys;
using Xunit;
using static AllianceNotify.Tests.Correlation.EventReports;

namespace AllianceNotify.Tests.Feeds;

/// <summary>Sources fetched from a server on this machine, and the silence of those that should report.</summary>
public sealed class FeedTests : IAsyncLifetime, IDisposable
{
    private readonly HubInProcess hub = new(null, [new("Feeds:AllowPrivateAddresses", "true"), new("Feeds:TimeoutSeconds", "5"), new("Feeds:Authorization:cert", "Bearer secret-1")]);
    private readonly FeedServer server = new();

    [Fact]
    public async Task A_feed_is_fetched_when_due_and_not_again_unchanged()
    {
        server.Answer("/quakes", request => request.Headers["If-None-Match"] == "\"v1\"" ? Reply.Of(304) : Reply.Of(200, Usgs("us1", Quake.AddHours(-1), 7.5, 37.5, 137.3).Body, "application/geo+json", ("ETag", "\"v1\"")));
        await AddAsync(Feed("quakes", "/quakes"));

        await PollAsync();
        Assert.Single(await SituationsAsync());
        await PollAsync();
        Assert.Equal(1, server.Count("/quakes"));

        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await PollAsync();
        Assert.Equal(2, server.Count("/quakes"));
        Assert.Equal((0, null), await StateAsync("quakes"));
        Assert.Single(await SituationsAsync());
    }

    [Fact]
    public async Task Old_news_of_a_first_fetch_is_history()
    {
        server.Answer("/quakes", _ => Reply.Of(200, Usgs("us1", Quake.AddDays(-30), 7.5, 37.5, 137.3).Body, "application/geo+json"));
        await AddAsync(Feed("quakes", "/quakes"));

        await PollAsync();

        Assert.Empty(await SituationsAsync());
        Assert.Equal((0, null), await StateAsync("quakes"));
    }

    [Fact]
    public async Task A_failing_feed_is_asked_less_and_less_often_and_as_its_server_says()
    {
        server.Answer("/down", _ => Reply.Of(503));
        server.Answer("/busy", _ => Reply.Of(429, headers: ("Retry-After", "3600")));
        await AddAsync(Feed("down", "/down"));
        await AddAsync(Feed("busy", "/busy"));

        for (var minute = 0; minute < 20; minute++)
        {
            await PollAsync();
            hub.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(server.Count("/down"), 3, 5);
        Assert.Equal(1, server.Count("/busy"));
        Assert.Contains("503", (await StateAsync("down")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_feed_holds_up_nobody_and_ends_within_its_time()
    {
        var release = new TaskCompletionSource();
        server.AnswerLater("/slow", async _ =>
        {
            await release.Task;
            return Reply.Of(200);
        });
        server.Answer("/quick", _ => Reply.Of(200, Usgs("us1", Quake.AddHours(-1), 7.5, 37.5, 137.3).Body, "application/geo+json"));
        await AddAsync(Feed("slow", "/slow"));
        await AddAsync(Feed("quick", "/quick"));

        var run = hub.Get<PollFeeds>().RunAsync(default);
        await Eventually(async () => (await StatusAsync("quick"))?.LastHeard is not null && server.Count("/slow") == 1);
        Assert.False(run.IsCompleted);

        hub.Time.Advance(TimeSpan.FromSeconds(6));
        await run.WaitAsync(TimeSpan.FromSeconds(20));
        release.SetResult();
        Assert.Contains("5 s", (await StateAsync("slow")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_cut_off_and_one_that_is_no_feed_is_told()
    {
        server.Answer("/large", _ => Reply.Of(200, new string(' ', 9 * 1024 * 1024), "application/json"));
        server.Answer("/page", _ => Reply.Of(200, "<html><body>Sign in</body></html>", "text/html"));
        await AddAsync(Feed("large", "/large"));
        await AddAsync(Feed("page", "/page"));

        await PollAsync();

        Assert.Contains("8388608", (await StateAsync("large")).Error, StringComparison.Ordinal);
        Assert.NotNull((await StateAsync("page")).Error);
    }

    [Fact]
    public async Task An_address_in_a_private_network_is_not_fetched_unless_opened()
    {
        using var closed = new HubInProcess();
        server.Answer("/quakes", _ => Reply.Of(200, "{}", "application/geo+json"));
        await closed.Get<SourceTable>().InsertAsync(Feed("quakes", "/quakes"), default);

        await closed.Get<PollFeeds>().RunAsync(default);

        Assert.Equal(0, server.Count("/quakes"));
        Assert.Contains("network", (await closed.Get<SourceStatusTable>().GetAsync(new SourceId("quakes"), default))!.Value.Value.LastError, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_silences_no_other_and_is_told()
    {
        var good = Intake.CapFormatTests.Alert(info: Intake.CapFormatTests.Info(name: "Earthquake")).Replace("2026-11-24T14:49:00+09:00", $"{Quake.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}-00:00", StringComparison.Ordinal);
        var alert = good[good.IndexOf("<alert", StringComparison.Ordinal)..];
        var bad = alert.Replace("<urgency>Immediate</urgency>", "<urgency>Now</urgency>", StringComparison.Ordinal);
        server.Answer("/cap", request => request.Headers["If-None-Match"] == "\"v1\""
            ? Reply.Of(304)
            : Reply.Of(200, $"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><content>{bad}</content></entry><entry><id>2</id><content>{alert}</content></entry></feed>", "application/atom+xml", ("ETag", "\"v1\"")));
        await AddAsync(Feed("cap", "/cap"));

        for (var round = 0; round < 2; round++)
        {
            await PollAsync();
            hub.Time.Advance(TimeSpan.FromMinutes(2));
            Assert.Single(await SituationsAsync());
            var (failures, error) = await StateAsync("cap");
            Assert.Equal(0, failures);
            Assert.Contains("alert/info/urgency, line", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_object_that_is_none_does_not_hold_up_a_TAXII_collection()
    {
        server.Answer("/objects/", _ => Reply.Of(
            200,
            $$"""{ "objects": [ { "type": "incident" }, 5, { "type": "incident", "id": "incident--2", "modified": "yesterday" }, { "type": "incident", "spec_version": "2.1", "id": "incident--1", "name": "Intrusion at a sample ministry, ransomware", "created": "{{Quake.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}}.000Z", "modified": "{{Quake.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}}.000Z" } ] }""",
            "application/taxii+json;version=2.1",
            ("X-TAXII-Date-Added-Last", "2026-11-24T05:00:00.000Z")));
        await AddAsync(Feed("cert", "/objects/") with { Kind = SourceKind.Taxii });

        await PollAsync();

        Assert.Single(await SituationsAsync());
        var status = (await StatusAsync("cert"))!;
        Assert.Equal((0, "2026-11-24T05:00:00.000Z"), (status.Failures, status.AddedAfter));
        Assert.StartsWith("Read, except for 3 parts of it: objects[0].id: ", status.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_is_followed_to_its_new_entries_once()
    {
        var telegram = JmaQuake("20261124131000", Quake, 7.6, "+37.5+137.3-10000/").Body;
        server.Answer("/t/1.xml", _ => Reply.Of(200, telegram, "application/xml"));
        server.Answer("/eqvol.xml", _ => Reply.Of(200, $"""
            <feed xmlns="http://www.w3.org/2005/Atom"><title>高頻度</title><id>urn:x</id><updated>2026-11-24T04:16:00Z</updated>
            <entry><title>震源・震度に関する情報</title><id>{server.Address}t/1.xml</id><updated>2026-11-24T04:15:00Z</updated><link href="{server.Address}t/1.xml"/></entry>
            <entry><title>elsewhere</title><id>urn:elsewhere</id><updated>2026-11-24T04:15:00Z</updated><link href="http://other.example/2.xml"/></entry></feed>
            """, "application/atom+xml"));
        await AddAsync(Feed("jma", "/eqvol.xml"));

        await PollAsync();
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await PollAsync();

        Assert.Single(await SituationsAsync());
        Assert.Equal((2, 1), (server.Count("/eqvol.xml"), server.Count("/t/1.xml")));
    }

    [Fact]
    public async Task A_collection_is_pulled_page_by_page_from_where_it_was_left()
    {
        var asked = new List<string>();
        server.Answer("/api/collections/1/objects/", request =>
        {
            lock (asked)
            {
                asked.Add(request.Query + "|" + request.Headers["Accept"] + "|" + request.Headers["Authorization"]);
            }

            var second = request.Query.Contains("next=p2", StringComparison.Ordinal);
            var id = second ? "2" : "1";
            return request.Query.Contains("added_after", StringComparison.Ordinal)
                ? Reply.Of(200, "{}", "application/taxii+json;version=2.1")
                : Reply.Of(
                    200,
                    $$"""{"more":{{(second ? "false" : "true")}},{{(second ? "" : "\"next\":\"p2\",")}}"objects":[{"type":"incident","spec_version":"2.1","id":"incident--00000000-0000-4000-8000-00000000000{{id}}","created":"2026-11-24T04:00:00.000Z","modified":"2026-11-24T04:00:00.000Z","name":"Ransomware at a sample hospital {{id}}"}]}""",
                    "application/taxii+json;version=2.1",
                    ("X-TAXII-Date-Added-Last", $"2026-11-24T04:0{id}:00.000Z"));
        });
        await AddAsync(Feed("cert", "/api/collections/1/objects/") with { Kind = SourceKind.Taxii });

        await PollAsync();
        hub.Time.Advance(TimeSpan.FromMinutes(2));
        await PollAsync();

        Assert.Equal(2, (await SituationsAsync()).Count);
        Assert.Equal(3, asked.Count);
        Assert.All(asked, each => Assert.EndsWith("|application/taxii+json;version=2.1|Bearer secret-1", each.Replace("; version", ";version", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains("added_after=2026-11-24T04%3A02%3A00.000Z", asked[2], StringComparison.Ordinal);
        Assert.Equal((0, null), await StateAsync("cert"));
    }

    [Fact]
    public async Task Silence_is_told_to_the_duty_desk_once_and_cleared_when_it_ends()
    {
        await hub.SubscribeAsync(ContactList.DutyDesk.Value, HubInProcess.CategoryFilter.Actual("space-threat"), HubInProcess.Person("desk", "JPN", "ja"));
        await AddAsync(new ReportSource { Id = new SourceId("radar"), Name = new("Coastal radar 7", "沿岸レーダー7"), Kind = SourceKind.Reports, ReportsAs = "radar-7", Heartbeat = TimeSpan.FromMinutes(10) });
        await SweepAsync(TimeSpan.Zero);
        await hub.TakeAsync(Own("radar-7", "1", "All quiet, routine check of the radar", hub.Time.GetUtcNow()));

        await SweepAsync(TimeSpan.FromMinutes(9));
        Assert.Empty(hub.Channel.Sends);
        await SweepAsync(TimeSpan.FromMinutes(2));
        await SweepAsync(TimeSpan.FromMinutes(30));
        var silent = Assert.Single(await SituationsAsync(), situation => situation.Status == SituationStatus.Open);
        Assert.Equal((Urgency.Routine, ReportMode.Actual), (silent.Urgency, silent.Mode));
        Assert.Equal(["desk"], hub.Channel.Sends.Select(send => send.Contact.Value));

        await hub.TakeAsync(Own("radar-7", "2", "All quiet, routine check of the radar", hub.Time.GetUtcNow()));
        await SweepAsync(TimeSpan.FromSeconds(10));
        await SweepAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SituationStatus.Closed, (await hub.Situations.GetAsync(silent.Id, default))!.Value.Value.Status);
        Assert.Equal(2, hub.Channel.Sends.Count);

        await SweepAsync(TimeSpan.FromMinutes(11));
        Assert.Single(await SituationsAsync(), situation => situation.Status == SituationStatus.Open && situation.Id != silent.Id);
    }

    [Theory]
    [InlineData("{}", "id", "name.en", "name.ja", "kind")]
    [InlineData("{\"id\":\"a\",\"name\":{\"en\":\"A\",\"ja\":\"あ\"},\"kind\":\"feed\",\"interval\":\"PT1S\",\"heartbeat\":\"PT1S\"}", "address", "interval", "heartbeat")]
    [InlineData("{\"id\":\"a\",\"name\":{\"en\":\"A\",\"ja\":\"あ\"},\"kind\":\"reports\",\"address\":\"https://user:pw@x.example/\"}", "reportsAs", "address")]
    public void A_form_tells_every_mistake(string json, params string[] fields)
    {
        var form = System.Text.Json.JsonSerializer.Deserialize<SourceForm>(json, System.Text.Json.JsonSerializerOptions.Web)!;
        var invalid = Assert.IsType<AllianceNotify.Contacts.Forms.FormResult<ReportSource>.Invalid>(form.Check());
        Assert.Equal(fields.Order(), invalid.Errors.Select(error => error.Field).Distinct().Order());
    }

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    public void Dispose() => hub.Dispose();

    private ReportSource Feed(string id, string path) => new() { Id = new SourceId(id), Name = new(id, id), Kind = SourceKind.Feed, Address = new Uri(server.Address, path) };

    private async Task AddAsync(ReportSource source) => await hub.Get<SourceTable>().InsertAsync(source, default);

    private async Task PollAsync()
    {
        await hub.Get<PollFeeds>().RunAsync(default);
        await hub.SettleAsync();
    }

    private async Task SweepAsync(TimeSpan after)
    {
        hub.Time.Advance(after);
        await hub.Get<WatchSources>().SweepAsync(default);
        await hub.SettleAsync();
    }

    private async Task<SourceStatus?> StatusAsync(string id) => (await hub.Get<SourceStatusTable>().GetAsync(new SourceId(id), default))?.Value;

    private async Task<(int Failures, string? Error)> StateAsync(string id) => await StatusAsync(id) is { } status ? (status.Failures, status.LastError) : (-1, "never looked at");

    private async Task<List<Situation>> SituationsAsync() => await hub.Situations.ListAsync(null, default).Select(row => row.Situation).ToListAsync();

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
