using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Audit;
using AllianceNotify.Functions.Tests.Board;
using AllianceNotify.Functions.Tests.Endpoints;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Audit;

/// <summary>What callers order leaves an entry each; what they read does not.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly HubFixture hub = new();

    private AuditLog Log => hub.Services.GetRequiredService<AuditLog>();

    public Task InitializeAsync() => hub.InitializeAsync();

    public Task DisposeAsync() => hub.DisposeAsync();

    [Theory]
    [InlineData("contact", "/api/contacts", """{"id":"x","name":{"en":"Sample x"},"agency":"JCG","nation":"JPN","languages":["en"],"channels":[{"channel":"smtp","address":"secret@example.org"}],"maxTlp":"amber"}""")]
    [InlineData("list", "/api/lists", """{"id":"x","name":{"en":"x","ja":"x"}}""")]
    [InlineData("subscription", "/api/subscriptions", """{"id":"x","list":"duty-desk"}""")]
    [InlineData("policy", "/api/policies", """{"id":"x","name":{"en":"x","ja":"x"},"steps":[{"after":"PT5M","target":"again"}],"onAnswer":"stop"}""")]
    [InlineData("rota", "/api/rotas", """{"id":"x","name":{"en":"x","ja":"x"},"entries":[]}""")]
    public async Task Every_change_of_the_directory_is_an_entry_and_one_that_was_overtaken_says_so(string noun, string path, string json)
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        var body = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        var subject = $"{path["/api/".Length..]}/x";
        var etag = await client.CreateAsync(path, body);
        using var changed = await client.SendAsync(HttpMethod.Put, $"{path}/x", body, etag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var late = await client.SendAsync(HttpMethod.Put, $"{path}/x", body, etag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        using var invalid = await client.SendAsync(HttpMethod.Post, path, new System.Text.Json.Nodes.JsonObject(), null);
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        using var deleted = await client.SendAsync(HttpMethod.Delete, $"{path}/x", null, "*");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var read = await client.GetAsync(path);

        var entries = await EntriesAsync();

        Assert.Equal(
            [$"create-{noun}", $"change-{noun}", $"change-{noun}", "not-done", $"delete-{noun}"], entries.Select(entry => entry.Action));
        Assert.All(entries, entry => Assert.Equal((subject, "test Administrator"), (entry.Subject, entry.ActorName)));
        Assert.Equal(3, entries[3].Of);
        Assert.DoesNotContain("secret@", JsonSerializer.Serialize(entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_imports_keys_and_replays_are_entries_and_no_secret_is_in_one()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("officer"));
        await client.AddMembersAsync("duty-desk", "officer");
        using var removed = await client.DeleteAsync("/api/lists/duty-desk/members/officer");
        await client.ImportAsync("id\n", dryRun: true);
        await client.ImportAsync("id,nameEn,agency,nation,languages\nimported,Sample,JCG,JPN,en\n");
        using var made = await client.PostAsJsonAsync("/api/api-keys", new { name = "radar", role = "reporter" });
        var key = await made.Content.ReadFromJsonAsync<JsonElement>();
        using var revoked = await client.DeleteAsync($"/api/api-keys/{key.GetProperty("details").GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var replayed = await client.PostAsync("/api/dead-letters/reports.none/replay", null);
        Assert.Equal(HttpStatusCode.NotFound, replayed.StatusCode);

        var entries = await EntriesAsync();

        Assert.Equal(
            ["create-contact", "add-members", "remove-member", "import-contacts", "create-api-key", "revoke-api-key", "replay-dead-letter", "not-done"],
            entries.Select(entry => entry.Action));
        Assert.Equal("officer", entries[1].Detail);
        Assert.DoesNotContain(key.GetProperty("key").GetString()!, JsonSerializer.Serialize(entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_and_out_are_entries()
    {
        var ticket = await hub.Services.GetRequiredService<SessionTable>().IssueTicketAsync(
            "test administrator", HubRole.Administrator, hub.Time.GetUtcNow(), default);
        using var client = hub.Anonymous();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var wrong = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("ticket", "unknown")]));
        using var signedIn = await client.PostAsync("/sign-in", new FormUrlEncodedContent([new("ticket", ticket)]));
        client.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        using var signedOut = await client.PostAsync("/sign-out", null);

        var entries = await EntriesAsync();

        Assert.Equal([("sign-in", "local"), ("sign-out", "local")], entries.Select(entry => (entry.Action, entry.ActorId)));
        Assert.DoesNotContain(ticket, JsonSerializer.Serialize(entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_about_situations_and_answers_are_entries_without_the_words_behind_a_marking()
    {
        var scene = new BoardScene(hub);
        var situation = await scene.OpenAsync("audited");
        var alert = await scene.AlertAsync(situation.Id);
        var contact = await scene.ContactAsync("c-audited");
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        using var browser = await hub.BrowserAsync();
        using var reclassified = await officer.PostAsJsonAsync($"/api/situations/{situation.Id}/reclassify", new { category = "aerial-incursion", reason = "hush" });
        Assert.Equal(HttpStatusCode.OK, reclassified.StatusCode);
        using var answered = await officer.PostAsJsonAsync($"/api/alerts/{alert.Id}/acknowledgements", new { note = "hush" });
        var token = hub.Services.GetRequiredService<AcknowledgeLinks>().TokenFor(alert.Id, contact.Id, hub.Time.GetUtcNow().AddHours(1));
        using var anybody = hub.Anonymous();
        using var shown = await anybody.GetAsync($"/a/{token}");
        using var pressed = await anybody.PostAsync($"/a/{token}", null);
        using var again = await anybody.PostAsync($"/a/{token}", null);
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        var revision = (await scene.FindAsync(situation.Id)).Revision.ToString(CultureInfo.InvariantCulture);
        using var closed = await browser.PostAsync(
            $"/situations/{situation.Id}/close", new FormUrlEncodedContent([new("reason", "hush"), new("revision", revision)]));
        using var closedAlready = await officer.PostAsJsonAsync($"/api/situations/{situation.Id}/close", new { reason = "hush" });
        Assert.Equal(HttpStatusCode.Conflict, closedAlready.StatusCode);

        var entries = await EntriesAsync();

        Assert.Equal(
            [
                ("direct-situation", "reclassify to aerial-incursion"), ("acknowledge", null), ("acknowledge", null), ("direct-situation", "close"),
                ("direct-situation", "close"), ("not-done", null),
            ],
            entries.Select(entry => (entry.Action, entry.Detail)));
        Assert.Equal("contact:c-audited", entries[2].ActorId);
        Assert.DoesNotContain("hush", JsonSerializer.Serialize(entries), StringComparison.Ordinal);
        Assert.DoesNotContain(token, JsonSerializer.Serialize(entries), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_log_cut_off_nothing_is_changed()
    {
        using var client = await hub.ClientAsync(HubRole.Administrator);
        using var warm = await client.GetAsync("/api/lists");
        hub.Store.IsFull = true;

        using var refused = await client.SendAsync(HttpMethod.Post, "/api/lists", DirectoryDriver.List("unaudited"), null);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        hub.Store.IsFull = false;
        using var read = await client.GetAsync("/api/lists/unaudited");
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }

    [Fact]
    public async Task Auditors_and_administrators_read_it_in_pages_and_from_a_time_on_and_others_do_not()
    {
        for (var i = 0; i < 3; i++)
        {
            await Log.AppendAsync(new AuditOrder("k", "Sample", "change-list", $"lists/{i}"), default);
            hub.Time.Advance(TimeSpan.FromMinutes(1));
        }

        using var auditor = await hub.ClientAsync(HubRole.Auditor);
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        using var reporter = await hub.ClientAsync(HubRole.Reporter);

        var page = await auditor.GetFromJsonAsync<JsonElement>("/api/audit?limit=2");
        var rest = await auditor.GetFromJsonAsync<JsonElement>(page.GetProperty("next").GetString());
        var since = await auditor.GetFromJsonAsync<JsonElement>("/api/audit?since=2026-11-24T06:01:30Z");

        Assert.Equal([1, 2], Numbers(page));
        Assert.Equal([3], Numbers(rest));
        Assert.Equal([3], Numbers(since));
        Assert.Equal("lists/2", rest.GetProperty("items")[0].GetProperty("subject").GetString());
        foreach (var client in new[] { officer, reporter })
        {
            using var refused = await client.GetAsync("/api/audit");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var invalid = await auditor.GetAsync("/api/audit?limit=0");
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
    }

    private static IEnumerable<int> Numbers(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(entry => entry.GetProperty("number").GetInt32());

    private async Task<List<AuditEntry>> EntriesAsync()
    {
        Assert.IsType<AuditVerdict.Unbroken>(await Log.VerifyAsync(null, default));
        return await Log.ReadAsync(0).ToListAsync();
    }
}
