using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

public sealed class ReportEndpointsTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Theory]
    [InlineData(HubRole.Reporter, HttpStatusCode.Accepted)]
    [InlineData(HubRole.DutyOfficer, HttpStatusCode.Accepted)]
    [InlineData(HubRole.Administrator, HttpStatusCode.Accepted)]
    [InlineData(HubRole.Auditor, HttpStatusCode.Forbidden)]
    public async Task A_report_is_taken_from_those_who_may_report(HubRole role, HttpStatusCode expected)
    {
        using var client = await hub.ClientAsync(role);

        using var response = await PostAsync(client, Report($"role-{role}"));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_taken()
    {
        using var client = hub.Anonymous();

        using var response = await PostAsync(client, Report("anonymous"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await AssertNotStoredAsync("anonymous");
    }

    [Fact]
    public async Task What_is_answered_202_is_stored_queued_and_can_be_read()
    {
        using var client = await hub.ClientAsync(HubRole.DutyOfficer);
        var queue = hub.Services.GetRequiredService<IMessageQueue>();
        var before = (await queue.GetDepthAsync(QueueName.Reports, CancellationToken.None)).Active;

        using var response = await PostAsync(client, Report("journey"));

        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        var id = body.GetProperty("id").GetString();
        Assert.False(body.GetProperty("duplicate").GetBoolean());
        Assert.Equal($"/api/reports/{id}", response.Headers.Location!.OriginalString);
        Assert.Equal($"/api/reports/{id}", body.GetProperty("links").GetProperty("self").GetString());
        Assert.Equal(before + 1, (await queue.GetDepthAsync(QueueName.Reports, CancellationToken.None)).Active);
        var read = await client.GetFromJsonAsync<JsonElement>(response.Headers.Location);
        Assert.Equal("accepted", read.GetProperty("state").GetString());
        Assert.Equal("弾道ミサイルの可能性があるものが発射された", read.GetProperty("title").GetString());
        Assert.Equal("actual", read.GetProperty("mode").GetString());
        Assert.Equal("2026-11-24T05:49:00Z", read.GetProperty("observedAt").GetString());
    }

    [Fact]
    public async Task A_CloudEvent_in_binary_mode_makes_its_report_stricter_and_an_incomplete_one_is_refused()
    {
        using var client = await hub.ClientAsync(HubRole.DutyOfficer);
        using var request = Event("binary-mode", ("ce-specversion", "1.0"), ("ce-id", "e-1"), ("ce-source", "/radar"), ("ce-type", "org.example.report"), ("ce-status", "exercise"));
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var read = await client.GetFromJsonAsync<JsonElement>(response.Headers.Location);
        Assert.Equal("exercise", read.GetProperty("mode").GetString());

        using var incomplete = Event("binary-incomplete", ("ce-specversion", "1.0"), ("ce-id", "e-1"));
        using var refused = await client.SendAsync(incomplete);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("ce-source", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertNotStoredAsync("binary-incomplete");
    }

    private static HttpRequestMessage Event(string sourceId, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/reports") { Content = new StringContent(Report(sourceId), Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    [Fact]
    public async Task The_same_report_twice_is_one_report()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);

        using var first = await PostAsync(client, Report("twice"));
        using var second = await PostAsync(client, Report("twice"));

        var (one, two) = (await first.Content.ReadFromJsonAsync<JsonElement>(), await second.Content.ReadFromJsonAsync<JsonElement>());
        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.True(two.GetProperty("duplicate").GetBoolean());
        Assert.Equal(one.GetProperty("id").GetString(), two.GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_idempotency_key_with_another_body_is_a_conflict()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "attempt-1");

        using var first = await PostAsync(client, Report("keyed-1"));
        using var again = await PostAsync(client, Report("keyed-1"));
        using var other = await PostAsync(client, Report("keyed-2"));

        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        await AssertNotStoredAsync("keyed-2");
    }

    [Theory]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("[]", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"source\":\"s\"}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("hello", "image/png", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("<alert/>", "application/json", HttpStatusCode.BadRequest)]
    public async Task What_is_no_report_is_refused_with_a_problem(string body, string contentType, HttpStatusCode expected)
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);

        using var response = await client.PostAsync("/api/reports", new StringContent(body, Encoding.UTF8, contentType));

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task All_wrong_fields_are_named_at_once()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);

        using var response = await client.PostAsJsonAsync("/api/reports", new { source = "s", sourceId = "wrong", mode = "real", location = new { latitude = 91 } });

        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateObject().Select(error => error.Name).ToList();
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Superset(new HashSet<string> { "mode", "observedAt", "title", "location.latitude" }, errors.ToHashSet());
    }

    [Fact]
    public async Task A_report_without_a_mode_is_refused()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);

        using var response = await PostAsync(client, Report("no-mode").Replace("\"mode\":\"actual\",", "", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await AssertNotStoredAsync("no-mode");
    }

    [Fact]
    public async Task A_report_marked_above_unclassified_is_refused_and_not_stored()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);

        using var response = await PostAsync(client, Report("secret").Replace("\"mode\"", "\"marking\":{\"classification\":\"secret\"},\"mode\"", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        await AssertNotStoredAsync("secret");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_whether_or_not_it_says_its_length()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);
        var large = Report("large").Replace("本文", new string('x', 1_100_000), StringComparison.Ordinal);

        using var stated = await PostAsync(client, large);
        using var chunked = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/reports")
        {
            Content = new StringContent(large, Encoding.UTF8, "application/json"),
            Headers = { TransferEncodingChunked = true },
        });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, stated.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        await AssertNotStoredAsync("large");
    }

    [Fact]
    public async Task A_reporter_reports_only_as_its_own_sources()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter, key => key with { Sources = ["buoy-1"] });

        using var foreign = await PostAsync(client, Report("foreign"));
        using var own = await PostAsync(client, Report("own", source: "buoy-1"));

        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, own.StatusCode);
        await AssertNotStoredAsync("foreign");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(own.Headers.Location)).StatusCode);
    }

    [Fact]
    public async Task A_marking_hides_a_report_from_those_it_does_not_name()
    {
        using var sender = await hub.ClientAsync(HubRole.Reporter, key => key with { Sources = ["coastal-radar-7"] });
        using var posted = await PostAsync(sender, Report("marked").Replace("\"mode\"", "\"marking\":{\"tlp\":\"amber\",\"releasableTo\":[\"JPN\"]},\"mode\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);

        Assert.Equal(HttpStatusCode.OK, await ReadAsync(key => key with { Reader = new Reader("JPN", "JCG", Tlp.Amber) }));
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(key => key with { Reader = new Reader("USA", "USFJ", Tlp.Red) }));
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(key => key with { Reader = new Reader("JPN", "JCG", Tlp.Green) }));
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(key => key));
        using var browser = await hub.BrowserAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(posted.Headers.Location)).StatusCode);

        async Task<HttpStatusCode> ReadAsync(Func<NewApiKey, NewApiKey> with)
        {
            using var client = await hub.ClientAsync(HubRole.DutyOfficer, with);
            using var response = await client.GetAsync(posted.Headers.Location);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("r-none")]
    [InlineData("%01")]
    [InlineData("a%2Fb")]
    public async Task A_report_that_is_not_there_is_a_problem(string id)
    {
        using var client = await hub.ClientAsync(HubRole.DutyOfficer);

        using var response = await client.GetAsync($"/api/reports/{id}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Each_line_of_a_batch_has_its_own_answer_in_order()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);
        var lines = string.Join('\n', Report("batch-1"), "{\"broken\"", Report("batch-2"), "", Report("batch-1"));

        using var response = await client.PostAsync("/api/reports/batch", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        var answers = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([1, 2, 3, 5], answers.Select(answer => answer.GetProperty("line").GetInt32()));
        Assert.Equal([202, 400, 202, 202], answers.Select(answer => answer.GetProperty("status").GetInt32()));
        Assert.Equal(answers[0].GetProperty("id").GetString(), answers[3].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_batch_in_another_format_is_refused()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);

        using var response = await client.PostAsync("/api/reports/batch", new StringContent("<alert/>", Encoding.UTF8, "application/xml"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);
        var content = new ByteArrayContent([0x1f, 0x8b]) { Headers = { ContentEncoding = { "gzip" }, ContentType = new MediaTypeHeaderValue("application/json") } };

        using var response = await client.PostAsync("/api/reports", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task With_the_store_cut_off_nothing_is_accepted_and_the_caller_is_asked_to_come_back()
    {
        using var client = await hub.ClientAsync(HubRole.Reporter);
        using var warm = await PostAsync(client, Report("before-outage"));
        hub.Store.IsDown = true;
        try
        {
            using var response = await PostAsync(client, Report("outage"));

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            using var ready = await client.GetAsync("/health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }
        finally
        {
            hub.Store.IsDown = false;
        }

        await AssertNotStoredAsync("outage");
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string report) =>
        client.PostAsync("/api/reports", new StringContent(report, Encoding.UTF8, "application/json"));

    private static string Report(string sourceId, string source = "coastal-radar-7") =>
        $$"""{"source":"{{source}}","sourceId":"{{sourceId}}","mode":"actual","observedAt":"2026-11-24T05:49:00Z","title":"弾道ミサイルの可能性があるものが発射された","body":"本文"}""";

    private async Task AssertNotStoredAsync(string sourceId) => Assert.Null(
        await hub.Services.GetRequiredService<ReportTable>().GetAsync(SituationReport.IdOf("coastal-radar-7", sourceId), CancellationToken.None));
}
