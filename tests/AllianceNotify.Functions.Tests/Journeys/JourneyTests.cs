using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Functions.Web;
using AllianceNotify.Reports;
using AllianceNotify.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Journeys;

/// <summary>The hub as it runs stand-alone, on its SQLite file, its own pumps and its web server: from a report over HTTP to the all-clear.</summary>
public sealed class JourneyTests : IAsyncLifetime, IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("alliancenotify-").FullName;
    private HttpClient client = null!; // set before each test, by InitializeAsync
    private WebApplication? app;

    public async Task InitializeAsync()
    {
        app = HubApplication.Build(new HubArguments("http://127.0.0.1:0", data) { OutboxOnly = true });
        await app.StartAsync();
        client = new HttpClient { BaseAddress = app.Services.GetRequiredService<PublicAddress>().Listening[0] };
        var (_, key) = await app.Services.GetRequiredService<ApiKeyTable>().CreateAsync(
            new NewApiKey("journey", HubRole.Administrator, "test"), TimeProvider.System.GetUtcNow(), default);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
    }

    public async Task DisposeAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    public void Dispose() => client?.Dispose();

    [Fact]
    public async Task A_report_becomes_alerts_that_somebody_answers_and_an_all_clear()
    {
        await SubscribeAsync("watch", "jp-1", "us-1");

        var report = await PostAsync(Launch("1", "new", ""));
        var situation = await SituationOfAsync(report);
        var alert = await AlertsToldAsync(situation, count: 1);

        using (var answer = await client.PostAsJsonAsync($"/api/alerts/{alert}/acknowledgements", new { note = "Seen by the watch." }))
        {
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        await PostAsync(Launch("2", "cancel", """{ "source": "radar-7", "sourceId": "1" }"""));
        var cleared = await AlertsToldAsync(situation, count: 2);

        var details = await client.GetFromJsonAsync<JsonElement>($"/api/situations/{situation}");
        Assert.Equal("closed", details.GetProperty("situation").GetProperty("status").GetString());
        var kinds = details.GetProperty("timeline").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()).ToList();
        Assert.Contains("answered", kinds);
        Assert.Contains("escalation-ended", kinds);
        Assert.NotEqual(alert, cleared);
        var written = Directory.EnumerateFiles(Path.Combine(data, "outbox"), "*.entry.json", SearchOption.AllDirectories).Count();
        Assert.Equal(4, written);
    }

    private async Task SubscribeAsync(string list, params string[] members)
    {
        var tables = app!.Services.GetRequiredService<DirectoryTables>();
        await tables.Lists.InsertAsync(new ContactList { Id = new ListId(list), Name = new LocalizedText(list, list) }, default);
        foreach (var member in members)
        {
            var contact = new Contact
            {
                Id = new ContactId(member),
                Name = new PersonName($"Sample {member}", null),
                Agency = "JCG",
                Nation = "JPN",
                Languages = ["ja"],
                Channels = [new ContactChannel("outbox", "")],
            };
            await tables.Contacts.InsertAsync(contact, default);
        }

        await tables.Lists.AddMembersAsync(new ListId(list), members.Select(member => new ContactId(member)), default);
        var subscription = new Subscription { Id = new SubscriptionId("s"), List = new ListId(list), Categories = [new CategoryId("missile-launch")] };
        await tables.Subscriptions.InsertAsync(subscription, default);
    }

    private async Task<string> PostAsync(string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/reports", content);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
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
