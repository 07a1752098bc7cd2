using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Security;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

public sealed class DirectoryEndpointsTests(HubFixture hub) : IClassFixture<HubFixture>
{
    public static TheoryData<string, string> Resources => new()
    {
        { "/api/contacts", """{"id":"ID","name":{"en":"Sample"},"agency":"JCG","nation":"JPN","languages":["ja"],"channels":[{"channel":"outbox","address":""}],"maxTlp":"amber","timeZone":"Asia/Tokyo"}""" },
        { "/api/lists", """{"id":"ID","name":{"en":"List","ja":"一覧"},"owner":"Somebody"}""" },
        { "/api/subscriptions", """{"id":"ID","list":"duty-desk","categories":["missile-launch"],"minimumUrgency":"urgent","modes":["actual"],"phases":[],"quietHours":{"from":"22:00","to":"07:00"},"area":{"latitude":35,"longitude":139,"radiusKm":100,"areaCodes":[]}}""" },
        { "/api/policies", """{"id":"ID","name":{"en":"Policy","ja":"方針"},"steps":[{"after":"PT5S","target":"again"},{"after":"P1D","target":"list","list":"duty-desk"}],"onAnswer":"narrow-to-other-agencies","repeatEvery":"PT10M"}""" },
        { "/api/rotas", """{"id":"ID","name":{"en":"Rota","ja":"当直"},"entries":[]}""" },
    };

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task Everything_is_made_read_listed_changed_and_deleted_in_one_shape(string path, string template)
    {
        using var client = await AdministratorAsync();
        var body = JsonNode.Parse(template.Replace("\"ID\"", "\"life\"", StringComparison.Ordinal))!;

        var made = await client.CreateAsync(path, body);
        using var read = await client.GetAsync($"{path}/life");
        Assert.Equal(made, read.Headers.ETag!.ToString());
        var shown = JsonNode.Parse(await read.Content.ReadAsStringAsync())!;
        Assert.True(JsonNode.DeepEquals(body, shown), $"{shown}");
        var listed = await client.GetFromJsonAsync<JsonElement>(path);
        Assert.Contains(listed.GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetString() == "life");

        using var changed = await client.SendAsync(HttpMethod.Put, $"{path}/life", shown, made);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(made, changed.Headers.ETag!.ToString());
        using var late = await client.SendAsync(HttpMethod.Put, $"{path}/life", shown, made);
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        using var lateDelete = await client.SendAsync(HttpMethod.Delete, $"{path}/life", null, made);
        Assert.Equal(HttpStatusCode.PreconditionFailed, lateDelete.StatusCode);

        using var deleted = await client.SendAsync(HttpMethod.Delete, $"{path}/life", null, changed.Headers.ETag.ToString());
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await client.GetAsync($"{path}/life");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal("application/problem+json", gone.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task A_change_says_which_version_it_changes(string path, string template)
    {
        using var client = await AdministratorAsync();
        var body = JsonNode.Parse(template.Replace("\"ID\"", "\"version\"", StringComparison.Ordinal))!;
        await client.CreateAsync(path, body);

        using var put = await client.SendAsync(HttpMethod.Put, $"{path}/version", body, null);
        using var delete = await client.SendAsync(HttpMethod.Delete, $"{path}/version", null, null);
        using var invented = await client.SendAsync(HttpMethod.Put, $"{path}/version", body, "\"invented\"");
        Assert.Equal(HttpStatusCode.PreconditionRequired, put.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionRequired, delete.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, invented.StatusCode);

        using var any = await client.SendAsync(HttpMethod.Put, $"{path}/version", body, "*");
        using var deleteAny = await client.SendAsync(HttpMethod.Delete, $"{path}/version", null, "*");
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, deleteAny.StatusCode);
        using var nothing = await client.SendAsync(HttpMethod.Put, $"{path}/version", body, "*");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task Duty_officers_and_auditors_read_administrators_change_and_reporters_see_nothing(string path, string template)
    {
        var body = JsonNode.Parse(template.Replace("\"ID\"", "\"roles\"", StringComparison.Ordinal))!;
        using var administrator = await AdministratorAsync();
        await administrator.CreateAsync(path, body);

        foreach (var (role, mayRead) in new[] { (HubRole.Reporter, false), (HubRole.DutyOfficer, true), (HubRole.Auditor, true) })
        {
            using var client = await hub.ClientAsync(role);
            using var list = await client.GetAsync(path);
            using var one = await client.GetAsync($"{path}/roles");
            using var post = await client.PostAsJsonAsync(path, body);
            using var put = await client.SendAsync(HttpMethod.Put, $"{path}/roles", body, "*");
            using var delete = await client.SendAsync(HttpMethod.Delete, $"{path}/roles", null, "*");

            Assert.Equal(mayRead ? HttpStatusCode.OK : HttpStatusCode.Forbidden, list.StatusCode);
            Assert.Equal(mayRead ? HttpStatusCode.OK : HttpStatusCode.Forbidden, one.StatusCode);
            Assert.All([post, put, delete], response => Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode));
        }

        using var anonymous = hub.Anonymous();
        using var unknown = await anonymous.GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task A_body_that_is_not_right_is_refused_with_every_error_and_nothing_is_stored(string path, string template)
    {
        using var client = await AdministratorAsync();
        using var empty = await client.PostAsJsonAsync(path, new JsonObject { ["id"] = "NOT GOOD" });
        var errors = await empty.ErrorsAsync();
        Assert.Contains("id", errors);
        Assert.True(errors.Length > 1);

        var known = JsonNode.Parse(template.Replace("\"ID\"", "\"typo\"", StringComparison.Ordinal))!.AsObject();
        known["unknownMember"] = 1;
        using var unknown = await client.PostAsJsonAsync(path, known);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var nothing = await client.PostAsync(path, null);
        Assert.InRange((int)nothing.StatusCode, 400, 415);
        using var stored = await client.GetAsync($"{path}/typo");
        Assert.Equal(HttpStatusCode.NotFound, stored.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public async Task Without_an_id_it_gets_one_and_with_a_taken_one_it_is_refused(string path, string template)
    {
        using var client = await AdministratorAsync();
        var body = JsonNode.Parse(template)!.AsObject();
        body.Remove("id");

        using var made = await client.PostAsJsonAsync(path, body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var read = await client.GetAsync(made.Headers.Location);
        var shown = (await read.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        Assert.EndsWith($"/{shown}", made.Headers.Location!.OriginalString, StringComparison.Ordinal);

        body["id"] = shown;
        using var taken = await client.PostAsJsonAsync(path, body);
        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
        body["id"] = "another";
        using var renamed = await client.SendAsync(HttpMethod.Put, $"{path}/{shown}", body, "*");
        Assert.Equal(["id"], await renamed.ErrorsAsync());
    }

    [Fact]
    public async Task Pages_follow_their_own_links_to_the_end()
    {
        using var client = await AdministratorAsync();
        foreach (var i in Enumerable.Range(0, 7))
        {
            await client.CreateAsync("/api/rotas", JsonNode.Parse($$"""{"id":"page-{{i}}","name":{"en":"x","ja":"x"},"entries":[]}""")!);
        }

        var seen = new List<string>();
        var next = "/api/rotas?limit=3";
        while (next is not null)
        {
            var page = await client.GetFromJsonAsync<JsonElement>(next);
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 1, 3);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        Assert.Equal(seen.Order(StringComparer.Ordinal).Distinct(), seen);
        Assert.Equal(7, seen.Count(id => id.StartsWith("page-", StringComparison.Ordinal)));
        using var wrong = await client.GetAsync("/api/rotas?limit=0");
        Assert.Equal(["limit"], await wrong.ErrorsAsync());
    }

    [Fact]
    public async Task What_is_named_must_be_there_and_what_is_named_stays()
    {
        using var client = await AdministratorAsync();
        using var subscription = await client.PostAsJsonAsync("/api/subscriptions", new { id = "names", list = "no-list", policy = "no-policy" });
        Assert.Equal(["list", "policy"], await subscription.ErrorsAsync());
        using var policy = await client.PostAsJsonAsync("/api/policies", JsonNode.Parse(
            """{"id":"names","name":{"en":"x","ja":"x"},"onAnswer":"stop","steps":[{"after":"PT1M","target":"list","list":"no"},{"after":"PT2M","target":"on-call","rota":"no"}]}"""));
        Assert.Equal(["steps[0].list", "steps[1].rota"], await policy.ErrorsAsync());
        using var rota = await client.PostAsJsonAsync("/api/rotas", JsonNode.Parse(
            """{"id":"names","name":{"en":"x","ja":"x"},"entries":[{"contact":"no","from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"}]}"""));
        Assert.Equal(["entries[0].contact"], await rota.ErrorsAsync());

        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("named"));
        await client.CreateAsync("/api/lists", DirectoryDriver.List("named"));
        await client.CreateAsync("/api/rotas", JsonNode.Parse(
            """{"id":"named","name":{"en":"x","ja":"x"},"entries":[{"contact":"named","from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"}]}""")!);
        await client.CreateAsync("/api/policies", JsonNode.Parse(
            """{"id":"named","name":{"en":"x","ja":"x"},"onAnswer":"stop","steps":[{"after":"PT1M","target":"list","list":"named"},{"after":"PT2M","target":"on-call","rota":"named"}]}""")!);
        await client.CreateAsync("/api/subscriptions", JsonNode.Parse("""{"id":"named","list":"named","policy":"named"}""")!);

        foreach (var path in new[] { "contacts", "lists", "rotas", "policies" })
        {
            using var refused = await client.SendAsync(HttpMethod.Delete, $"/api/{path}/named", null, "*");
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        foreach (var path in new[] { "subscriptions", "policies", "rotas", "lists", "contacts" })
        {
            using var deleted = await client.SendAsync(HttpMethod.Delete, $"/api/{path}/named", null, "*");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }
    }

    [Fact]
    public async Task The_duty_desk_cannot_be_deleted()
    {
        using var client = await AdministratorAsync();

        using var refused = await client.SendAsync(HttpMethod.Delete, "/api/lists/duty-desk", null, "*");

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Fact]
    public async Task Members_join_and_leave_a_list_and_only_contacts_that_exist_join()
    {
        using var client = await AdministratorAsync();
        await client.CreateAsync("/api/lists", DirectoryDriver.List("members"));
        foreach (var id in new[] { "m-1", "m-2", "m-3" })
        {
            await client.CreateAsync("/api/contacts", DirectoryDriver.Contact(id));
        }

        await client.AddMembersAsync("members", "m-3", "m-1", "m-2");
        using var ghost = await client.PostAsJsonAsync("/api/lists/members/members", new { contacts = new[] { "m-1", "ghost", "\u0001" } });
        Assert.Equal(["contacts[1]", "contacts[2]"], await ghost.ErrorsAsync());
        using var nobody = await client.PostAsJsonAsync("/api/lists/members/members", new { contacts = Array.Empty<string>() });
        Assert.Equal(["contacts"], await nobody.ErrorsAsync());

        var page = await client.GetFromJsonAsync<JsonElement>("/api/lists/members/members?limit=2");
        Assert.Equal(["m-1", "m-2"], page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        var rest = await client.GetFromJsonAsync<JsonElement>(page.GetProperty("next").GetString());
        Assert.Equal("Sample m-3", rest.GetProperty("items")[0].GetProperty("name").GetProperty("en").GetString());

        using var removed = await client.DeleteAsync("/api/lists/members/members/m-2");
        using var again = await client.DeleteAsync("/api/lists/members/members/m-2");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (removed.StatusCode, again.StatusCode));
        var lists = await client.GetFromJsonAsync<JsonElement>("/api/contacts/m-1/lists");
        Assert.Equal("members", lists.GetProperty("items")[0].GetString());
        using var unknown = await client.GetAsync("/api/lists/none/members");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_rota_answers_who_is_on_call_now_and_at_another_time()
    {
        using var client = await AdministratorAsync();
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("day"));
        await client.CreateAsync("/api/contacts", DirectoryDriver.Contact("night"));
        await client.CreateAsync("/api/rotas", JsonNode.Parse(
            """
            {"id":"on-call","name":{"en":"x","ja":"x"},"entries":[
              {"contact":"day","from":"2026-11-24T09:00:00+09:00","to":"2026-11-24T21:00:00+09:00"},
              {"contact":"night","from":"2026-11-24T21:00:00+09:00","to":"2026-11-25T09:00:00+09:00"}]}
            """)!);

        var now = await client.GetFromJsonAsync<JsonElement>("/api/rotas/on-call/on-call");
        var later = await client.GetFromJsonAsync<JsonElement>("/api/rotas/on-call/on-call?at=2026-11-24T12:00:00Z");

        Assert.Equal("day", now.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal("night", later.GetProperty("items")[0].GetProperty("id").GetString());
    }

    private Task<HttpClient> AdministratorAsync() => hub.ClientAsync(HubRole.Administrator);
}
