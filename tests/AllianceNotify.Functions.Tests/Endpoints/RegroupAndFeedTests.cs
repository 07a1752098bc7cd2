using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Security;
using AllianceNotify.Triage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Endpoints;

/// <summary>Merging and splitting by API, and the alerts as other systems read them.</summary>
public sealed class RegroupAndFeedTests(HubFixture hub) : IClassFixture<HubFixture>
{
    [Fact]
    public async Task A_duty_officer_merges_and_splits_and_an_auditor_may_not()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        using var auditor = await hub.ClientAsync(HubRole.Auditor);
        var (one, oneReport) = await SituationAsync(officer, "merge-1");
        var (other, otherReport) = await SituationAsync(officer, "merge-2");

        using var refused = await auditor.PostAsJsonAsync($"/api/situations/{other}/merge", new { into = one, reason = "same" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var invalid = await officer.PostAsJsonAsync($"/api/situations/{other}/merge", new { into = "s-none" });
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        using var merged = await officer.PostAsJsonAsync($"/api/situations/{other}/merge", new { into = one, reason = "same" });
        Assert.Equal(HttpStatusCode.OK, merged.StatusCode);
        var closed = await officer.GetFromJsonAsync<JsonElement>($"/api/situations/{other}");
        Assert.Equal(("closed", one), (closed.GetProperty("situation").GetProperty("status").GetString(), closed.GetProperty("situation").GetProperty("mergedInto").GetString()));

        using var none = await officer.PostAsJsonAsync($"/api/situations/{one}/split", new { reportIds = Array.Empty<string>(), reason = "two" });
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        using var split = await officer.PostAsJsonAsync($"/api/situations/{one}/split", new { reportIds = new[] { otherReport }, reason = "two" });
        var part = (await split.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("situation");
        Assert.Equal((one, "open"), (part.GetProperty("splitFrom").GetString(), part.GetProperty("status").GetString()));
        Assert.NotEqual(oneReport, otherReport);
    }

    [Fact]
    public async Task The_feed_is_read_with_a_key_by_marking_and_not_sent_again_unchanged()
    {
        using var officer = await hub.ClientAsync(HubRole.DutyOfficer);
        await SituationAsync(officer, "feed-1");

        using var anonymous = await hub.Anonymous().GetAsync("/feeds/cap.atom");
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        using var feed = await officer.GetAsync("/feeds/cap.atom");
        Assert.Equal("application/atom+xml", feed.Content.Headers.ContentType!.MediaType);
        var xml = await feed.Content.ReadAsStringAsync();
        Assert.Contains("urn:oasis:names:tc:emergency:cap:1.2", xml, StringComparison.Ordinal);
        using var conditional = new HttpRequestMessage(HttpMethod.Get, "/feeds/cap.atom");
        conditional.Headers.IfNoneMatch.Add(feed.Headers.ETag!);
        using var unchanged = await officer.SendAsync(conditional);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        var link = xml.Split("href=\"").Skip(2).First().Split('"')[0];
        using var cap = await officer.GetAsync(new Uri(link).PathAndQuery);
        Assert.Equal(("application/cap+xml", HttpStatusCode.OK), (cap.Content.Headers.ContentType!.MediaType, cap.StatusCode));

        // Marked AMBER: a key without a reader reads nothing of it.
        using var reporter = await hub.ClientAsync(HubRole.Reporter);
        Assert.DoesNotContain("<entry", await reporter.GetStringAsync("/feeds/cap.atom"), StringComparison.Ordinal);
        using var hidden = await reporter.GetAsync(new Uri(link).PathAndQuery);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }

    private async Task<(string Situation, string Report)> SituationAsync(HttpClient client, string sourceId)
    {
        using var posted = await client.PostAsJsonAsync("/api/reports", new
        {
            source = "coastal-radar-7",
            sourceId,
            action = "new",
            mode = "actual",
            observedAt = "2026-11-24T05:49:00Z",
            language = "en",
            title = "Ballistic missile launched",
            body = "",
        });
        var report = (await posted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        var queue = hub.Services.GetRequiredService<IMessageQueue>();
        foreach (var message in await queue.ReceiveAsync(QueueName.Reports, 10, TimeSpan.FromMinutes(1), default))
        {
            await hub.Services.GetRequiredService<TriageReport>().RunAsync(message, default);
            await queue.CompleteAsync(message, default);
        }

        var read = await client.GetFromJsonAsync<JsonElement>($"/api/reports/{report}");
        return (read.GetProperty("situationId").GetString()!, report);
    }
}
