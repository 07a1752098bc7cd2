using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.Functions.Tests.Infrastructure;
using Xunit;

namespace AllianceNotify.Functions.Tests.Journeys;

/// <summary>
/// From a report to the all-clear by the API alone, so that it can be made against a hub wherever it runs. Bodies go with their
/// length: a Functions host that only forwards refuses others.
/// </summary>
/// <param name="client">An administrator of a hub whose store is fresh.</param>
internal sealed class HubJourney(HttpClient client)
{
    private static readonly string[] Members = ["jp-1", "us-1"];

    public async Task RunAsync()
    {
        await SubscribeAsync();

        var report = await ReportAsync(Launch("1", "new", ""));
        var situation = await SituationOfAsync(report);
        var alert = await AlertsToldAsync(situation, count: 1);
        await PostAsync($"/api/alerts/{alert}/acknowledgements", """{ "note": "Seen by the watch." }""", HttpStatusCode.Created);
        await ReportAsync(Launch("2", "cancel", """{ "source": "radar-7", "sourceId": "1" }"""));
        var cleared = await AlertsToldAsync(situation, count: 2);

        var details = await client.GetFromJsonAsync<JsonElement>($"/api/situations/{situation}");
        Assert.Equal("closed", details.GetProperty("situation").GetProperty("status").GetString());
        var kinds = details.GetProperty("timeline").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()).ToList();
        Assert.Contains("answered", kinds);
        Assert.Contains("escalation-ended", kinds);
        Assert.NotEqual(alert, cleared);
    }

    private async Task SubscribeAsync()
    {
        await PostAsync("/api/lists", """{ "id": "watch", "name": { "en": "Watch", "ja": "当直" } }""", HttpStatusCode.Created);
        foreach (var member in Members)
        {
            await PostAsync(
                "/api/contacts",
                $$"""
                { "id": "{{member}}", "name": { "en": "Sample {{member}}" }, "agency": "JCG", "nation": "JPN", "languages": ["ja"],
                  "channels": [{ "channel": "outbox", "address": "" }], "maxTlp": "amber" }
                """,
                HttpStatusCode.Created);
        }

        await PostAsync("/api/lists/watch/members", $$"""{ "contacts": {{JsonSerializer.Serialize(Members)}} }""", HttpStatusCode.NoContent);
        await PostAsync("/api/subscriptions", """{ "id": "s", "list": "watch", "categories": ["missile-launch"] }""", HttpStatusCode.Created);
    }

    private async Task<string> ReportAsync(string json) => (await PostAsync("/api/reports", json, HttpStatusCode.Accepted)).GetProperty("id").GetString()!;

    private async Task<JsonElement> PostAsync(string path, string json, HttpStatusCode expected)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, content);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{path} answered {response.StatusCode}: {body}");
        return body.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(body) : default;
    }

    private async Task<string> SituationOfAsync(string report)
    {
        var situation = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var read = await client.GetFromJsonAsync<JsonElement>($"/api/reports/{report}");
                situation = read.TryGetProperty("situationId", out var id) ? id.GetString() ?? "" : "";
                return situation.Length > 0;
            },
            "the report's situation");
        return situation;
    }

    /// <summary>Waits until that many alerts of the situation have reached everybody, and answers the latest one's id.</summary>
    private async Task<string> AlertsToldAsync(string situation, int count)
    {
        var latest = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var details = await client.GetFromJsonAsync<JsonElement>($"/api/situations/{situation}");
                var alerts = details.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("id").GetString()!).ToList();
                if (alerts.Count < count)
                {
                    return false;
                }

                latest = alerts[^1];
                var deliveries = await client.GetFromJsonAsync<JsonElement>($"/api/alerts/{latest}/deliveries");
                var states = deliveries.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("state").GetString()).ToList();
                return states is ["sent", "sent"];
            },
            $"{count} alerts sent to both contacts");
        return latest;
    }

    private static string Launch(string sourceId, string action, string reference) => $$"""
        {
          "source": "radar-7", "sourceId": "{{sourceId}}", "action": "{{action}}", "references": [{{reference}}], "mode": "actual",
          "observedAt": "2026-11-24T05:4{{sourceId}}:00Z",
          "title": "弾道ミサイルの可能性があるものが発射された",
          "body": "北朝鮮から弾道ミサイルの可能性があるものが発射された。"
        }
        """;
}
