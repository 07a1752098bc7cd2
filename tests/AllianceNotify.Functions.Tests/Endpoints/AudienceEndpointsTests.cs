using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

public sealed class AudienceEndpointsTests : IAsyncLifetime
{
    private readonly HubFixture hub = new();

    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        await hub.InitializeAsync();
        client = await hub.ClientAsync(HubRole.Administrator);
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("a-jcg"));
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("b-usfj", "USA", "USFJ", "amber-strict"));
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("c-desk"));
        foreach (var (list, members) in new[] { ("missile", new[] { "a-jcg", "b-usfj" }), ("tokyo", ["a-jcg"]), ("duty-desk", ["c-desk"]) })
        {
            if (list != "duty-desk")
            {
                await client.CreateAsync("/api/lists", DirectoryDriver.List(list));
            }

            await client.AddMembersAsync(list, members);
        }

        await client.CreateAsync("/api/subscriptions", JsonNode.Parse(
            """{"id":"missile","list":"missile","categories":["missile-launch"],"quietHours":{"from":"14:00","to":"16:00"}}""")!);
        await client.CreateAsync("/api/subscriptions", JsonNode.Parse(
            """{"id":"tokyo","list":"tokyo","minimumUrgency":"urgent","area":{"latitude":35.7,"longitude":139.8,"radiusKm":100}}""")!);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task It_says_who_would_be_told_and_who_not_and_why_and_tells_nobody()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);

        var answer = await officer.GetFromJsonAsync<JsonElement>(
            "/api/audience?category=missile-launch&mode=actual&urgency=flash&tlp=amber-strict&releasableTo=agency:USFJ&latitude=35.7&longitude=139.8");

        Assert.Equal((1, 0, 1), Counts(answer));
        var (jcg, usfj) = (answer.GetProperty("items")[0], answer.GetProperty("items")[1]);
        Assert.Equal("a-jcg", jcg.GetProperty("contact").GetProperty("id").GetString());
        Assert.Contains("TLP:AMBER+STRICT", jcg.GetProperty("withheld").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [("missile", "missile"), ("tokyo", "tokyo")],
            jcg.GetProperty("reasons").EnumerateArray().Select(reason => (reason.GetProperty("list").GetString(), reason.GetProperty("subscription").GetString())));
        Assert.False(usfj.TryGetProperty("withheld", out _));
        Assert.Single(usfj.GetProperty("reasons").EnumerateArray());
    }

    [Fact]
    public async Task Urgency_place_time_and_marking_decide()
    {
        // It is 15:00 in Tokyo: routine waits for 16:00.
        var routine = await AskAsync("category=missile-launch&mode=actual&urgency=routine");
        Assert.Equal((0, 2, 0), Counts(routine));
        Assert.Equal("2026-11-24T07:00:00Z", routine.GetProperty("items")[0].GetProperty("notBefore").GetString());
        Assert.Equal((2, 0, 0), Counts(await AskAsync("category=missile-launch&mode=actual&urgency=routine&at=2026-11-24T07:00:00Z")));

        // Far from Tokyo the second subscription says nothing; the default marking reaches both nations.
        var far = await AskAsync("category=missile-launch&mode=actual&urgency=flash&latitude=20&longitude=150&radiusKm=10");
        Assert.All(far.GetProperty("items").EnumerateArray(), item => Assert.Single(item.GetProperty("reasons").EnumerateArray()));

        // Nobody hears of exercises, and nobody is disturbed instead.
        Assert.Equal((0, 0, 0), Counts(await AskAsync("category=missile-launch&mode=exercise")));

        // What nobody may read goes to nobody, not even to the duty desk.
        Assert.Equal((0, 0, 3), Counts(await AskAsync("category=missile-launch&mode=actual&tlp=amber")));

        // What nobody subscribes to, and what nothing recognises, is the duty desk's.
        Assert.Equal((1, 0, 0), Counts(await AskAsync("category=cyber-incident&mode=actual&urgency=routine")));
        Assert.Equal("duty-desk", (await AskAsync("category=unclassified&mode=actual")).GetProperty("items")[0].GetProperty("reasons")[0].GetProperty("list").GetString());
        Assert.Equal((0, 0, 0), Counts(await AskAsync("category=none&mode=actual")));

        // Lists named are the audience.
        Assert.Equal((2, 0, 0), Counts(await AskAsync("category=cyber-incident&mode=actual&urgency=info&list=duty-desk,tokyo")));
    }

    [Fact]
    public async Task Pages_together_are_the_whole_audience()
    {
        var first = await AskAsync("category=missile-launch&mode=actual&urgency=flash&limit=1&releasableTo=JPN,USA");
        var second = await client.GetFromJsonAsync<JsonElement>(first.GetProperty("next").GetString());

        Assert.Equal("a-jcg", first.GetProperty("items")[0].GetProperty("contact").GetProperty("id").GetString());
        Assert.Equal("b-usfj", second.GetProperty("items")[0].GetProperty("contact").GetProperty("id").GetString());
        Assert.False(second.TryGetProperty("next", out _));
        Assert.Equal((2, 0, 0), Counts(second));
    }

    [Fact]
    public async Task Every_error_of_the_question_is_answered_at_once()
    {
        using var response = await client.GetAsync(
            "/api/audience?category=missile&also=x&urgency=now&tlp=blue&latitude=91&radiusKm=-1&limit=0&skip=-1");

        Assert.Equal(
            ["category", "also", "urgency", "mode", "tlp", "latitude", "radiusKm", "limit", "skip"], await response.ErrorsAsync());
    }

    [Fact]
    public async Task Reporters_may_not_ask()
    {
        using var reporter = await hub.ClientAsync(HubRole.Reporter);

        using var response = await reporter.GetAsync("/api/audience?category=missile-launch&mode=actual");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private Task<JsonElement> AskAsync(string query) => client.GetFromJsonAsync<JsonElement>($"/api/audience?{query}");

    private static (int Told, int Later, int Withheld) Counts(JsonElement answer) =>
        (answer.GetProperty("told").GetInt32(), answer.GetProperty("later").GetInt32(), answer.GetProperty("withheld").GetInt32());
}
