using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace AllianceNotify.Contracts.Journeys;

/// <summary>A sample contact of the journey, and the one way to reach it.</summary>
public sealed record JourneyContact(string Id, string Channel, string Address);

/// <summary>
/// From a report to the all-clear by the API alone, so that it can be made against a hub wherever it runs. Bodies go with their
/// length: a Functions host that only forwards refuses others.
/// </summary>
/// <param name="reporting">An administrator of a hub whose store is fresh.</param>
/// <param name="answering">The same at another of its instances; null: at the same one.</param>
public sealed class HubJourney(HttpClient reporting, HttpClient? answering = null)
{
    private readonly HttpClient answering = answering ?? reporting;

    /// <summary>Who is told, by which channel.</summary>
    public IReadOnlyList<JourneyContact> Contacts { get; init; } = [new("jp-1", "outbox", ""), new("us-1", "outbox", "")];

    /// <summary>The path of the personal link in what was sent of this alert; null: the answer is given by the API.</summary>
    public Func<string, string>? PersonalLink { get; init; }

    public async Task RunAsync()
    {
        await SubscribeAsync();

        var report = await ReportAsync(Launch("1", "new", ""));
        var situation = await SituationOfAsync(report);
        var alert = await AlertsToldAsync(situation, count: 1);
        await AnswerAsync(situation, alert);
        await ReportAsync(Launch("2", "cancel", """{ "source": "radar-7", "sourceId": "1" }"""));
        var cleared = await AlertsToldAsync(situation, count: 2);

        var details = await reporting.GetFromJsonAsync<JsonElement>($"/api/situations/{situation}");
        Assert.Equal("closed", details.GetProperty("situation").GetProperty("status").GetString());
        var kinds = KindsOf(details);
        Assert.Contains("answered", kinds);
        Assert.Contains("escalation-ended", kinds);
        Assert.NotEqual(alert, cleared);
    }

    private async Task SubscribeAsync()
    {
        await PostAsync(reporting, "/api/lists", """{ "id": "watch", "name": { "en": "Watch", "ja": "当直" } }""", HttpStatusCode.Created);
        foreach (var contact in Contacts)
        {
            await PostAsync(
                reporting,
                "/api/contacts",
                $$"""
                { "id": "{{contact.Id}}", "name": { "en": "Sample {{contact.Id}}" }, "agency": "JCG", "nation": "JPN", "languages": ["ja"],
                  "channels": [{ "channel": "{{contact.Channel}}", "address": "{{contact.Address}}" }], "maxTlp": "amber" }
                """,
                HttpStatusCode.Created);
        }

        await PostAsync(
            reporting,
            "/api/lists/watch/members",
            $$"""{ "contacts": {{JsonSerializer.Serialize(Contacts.Select(contact => contact.Id))}} }""",
            HttpStatusCode.NoContent);
        await PostAsync(reporting, "/api/subscriptions", """{ "id": "s", "list": "watch", "categories": ["missile-launch"] }""", HttpStatusCode.Created);
    }

    private async Task<string> ReportAsync(string json) => (await PostAsync(reporting, "/api/reports", json, HttpStatusCode.Accepted)).GetProperty("id").GetString()!;

    private async Task AnswerAsync(string situation, string alert)
    {
        if (PersonalLink is null)
        {
            await PostAsync(answering, $"/api/alerts/{alert}/acknowledgements", """{ "note": "Seen by the watch." }""", HttpStatusCode.Created);
            return;
        }

        var link = PersonalLink(alert);
        using (var shown = await answering.GetAsync(new Uri(link, UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }

        Assert.DoesNotContain("answered", KindsOf(await answering.GetFromJsonAsync<JsonElement>($"/api/situations/{situation}")));
        using var form = new FormUrlEncodedContent([new("note", "Seen by the watch.")]);
        using var pressed = await answering.PostAsync(new Uri(link, UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.OK, pressed.StatusCode);
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, string json, HttpStatusCode expected)
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
                var read = await answering.GetFromJsonAsync<JsonElement>($"/api/reports/{report}");
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
                var details = await answering.GetFromJsonAsync<JsonElement>($"/api/situations/{situation}");
                var alerts = details.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("id").GetString()!).ToList();
                if (alerts.Count < count)
                {
                    return false;
                }

                latest = alerts[^1];
                var deliveries = await answering.GetFromJsonAsync<JsonElement>($"/api/alerts/{latest}/deliveries");
                var states = deliveries.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("state").GetString()).ToList();
                return states.Count == Contacts.Count && states.TrueForAll(state => state == "sent");
            },
            $"{count} alerts sent to all contacts");
        return latest;
    }

    private static List<string?> KindsOf(JsonElement situation) =>
        [.. situation.GetProperty("timeline").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString())];

    private static string Launch(string sourceId, string action, string reference) => $$"""
        {
          "source": "radar-7", "sourceId": "{{sourceId}}", "action": "{{action}}", "references": [{{reference}}], "mode": "actual",
          "observedAt": "2026-11-24T05:4{{sourceId}}:00Z",
          "title": "弾道ミサイルの可能性があるものが発射された",
          "body": "北朝鮮から弾道ミサイルの可能性があるものが発射された。"
        }
        """;
}
