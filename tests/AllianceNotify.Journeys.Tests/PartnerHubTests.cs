using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.Journeys.Tests;

/// <summary>
/// Two hubs as two processes, each polling the other's feed of alerts: what one tells, the other tells on with its mode and marking, and neither
/// takes its own words for news when they come back.
/// </summary>
public sealed class PartnerHubTests : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-partners-");
    private readonly List<HubProcess> processes = [];
    private readonly List<HttpClient> clients = [];

    [Theory]
    [InlineData("actual", "green", "")]
    [InlineData("exercise", "amber", "JPN,USA")]
    public async Task An_alert_goes_to_the_partner_with_its_mode_and_marking_and_raises_nothing_when_it_comes_back(string mode, string tlp, string nations)
    {
        var (first, second) = await StartAsync();
        await PostAsync(first, "/api/reports", Launch(mode, tlp, nations));
        var here = await SituationAsync(first, alerts: 1);
        AssertSame(here, mode, tlp, nations);

        await PollAsync(second, first.BaseAddress!);
        var there = await SituationAsync(second, alerts: 1);
        AssertSame(there, mode, tlp, nations);

        await PollAsync(first, second.BaseAddress!);
        await Eventually.TrueAsync(async () => Kinds(await DetailsAsync(first, here)).Contains("came-back"), "the partner's alert, known as this hub's own", TimeSpan.FromMinutes(2));

        // Once more round: what came back here is on the feed that the partner reads next.
        var seen = await FetchedAsync(second);
        await Eventually.TrueAsync(async () => await FetchedAsync(second) > seen, "the partner's next look", TimeSpan.FromMinutes(2));
        Assert.Equal((1, 1), (await AlertsAsync(first, here), await AlertsAsync(second, there)));
        Assert.Equal((1, 1), (await CountAsync(first), await CountAsync(second)));

        await PostAsync(first, "/api/reports", Launch(mode, tlp, nations, "cancel"));
        await Eventually.TrueAsync(
            async () => (await DetailsAsync(second, there)).GetProperty("situation").GetProperty("status").GetString() == "closed", "the all-clear at the partner", TimeSpan.FromMinutes(2));
    }

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }

    private async Task<(HttpClient First, HttpClient Second)> StartAsync()
    {
        var launches = new[] { "hub-a", "hub-b" }.Select(name => new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Path.Combine(folder.FullName, name),
            Settings = new Dictionary<string, string> { ["Cap__Sender"] = $"{name}.example", ["Feeds__AllowedNetworks__0"] = "127.0.0.0/8" },
        }).ToList();
        foreach (var (launch, partner) in launches.Zip(Enumerable.Reverse(launches)))
        {
            ((Dictionary<string, string>)launch.Settings)["Feeds__Authorization__partner"] = $"Bearer {await HubProcess.CreateKeyAsync(partner, "auditor")}";
            var key = await HubProcess.CreateKeyAsync(launch, "administrator");
            var process = await HubProcess.StartAsync(launch);
            processes.Add(process);
            var client = new HttpClient { BaseAddress = process.Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            clients.Add(client);
        }

        return (clients[0], clients[1]);
    }

    private static Task PollAsync(HttpClient hub, Uri partner) => PostAsync(
        hub, "/api/sources", $$"""{ "id": "partner", "name": { "en": "Sample partner", "ja": "見本の相手" }, "kind": "feed", "address": "{{new Uri(partner, "/feeds/cap.atom")}}", "interval": "PT10S" }""");

    private static string Launch(string mode, string tlp, string nations, string action = "new") => $$"""
        { "source": "radar-7", "sourceId": "{{action}}", "action": "{{action}}", "references": [{{(action == "new" ? "" : """{ "source": "radar-7", "sourceId": "new" }""")}}],
          "mode": "{{mode}}", "observedAt": "{{TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}",
          "marking": { "tlp": "{{tlp}}", "releasableTo": {{JsonSerializer.Serialize(nations.Split(',', StringSplitOptions.RemoveEmptyEntries))}} },
          "title": "弾道ミサイルの可能性があるものが発射された", "body": "北朝鮮から弾道ミサイルの可能性があるものが発射された。" }
        """;

    private static void AssertSame(JsonElement situation, string mode, string tlp, string nations)
    {
        var marking = situation.GetProperty("marking");
        Assert.Equal(
            ("missile-launch", mode, "open", tlp, nations),
            (situation.GetProperty("category").GetString(), situation.GetProperty("mode").GetString(), situation.GetProperty("status").GetString(), marking.GetProperty("tlp").GetString(),
                string.Join(',', marking.GetProperty("releasableTo").EnumerateArray().Select(nation => nation.GetString()).Order(StringComparer.Ordinal))));
    }

    /// <summary>The hub's only situation, once it has that many alerts.</summary>
    private static async Task<JsonElement> SituationAsync(HttpClient hub, int alerts)
    {
        JsonElement found = default;
        await Eventually.TrueAsync(
            async () =>
            {
                var items = (await hub.GetFromJsonAsync<JsonElement>("/api/situations")).GetProperty("items");
                if (items.GetArrayLength() == 0)
                {
                    return false;
                }

                found = items[0];
                return await AlertsAsync(hub, found) == alerts;
            },
            "a situation with its alert",
            TimeSpan.FromMinutes(2));
        return found;
    }

    private static async Task<int> CountAsync(HttpClient hub) => (await hub.GetFromJsonAsync<JsonElement>("/api/situations")).GetProperty("items").GetArrayLength();

    private static Task<JsonElement> DetailsAsync(HttpClient hub, JsonElement situation) => hub.GetFromJsonAsync<JsonElement>($"/api/situations/{situation.GetProperty("id").GetString()}");

    private static async Task<int> AlertsAsync(HttpClient hub, JsonElement situation) => (await DetailsAsync(hub, situation)).GetProperty("alerts").GetArrayLength();

    private static IEnumerable<string?> Kinds(JsonElement details) => details.GetProperty("timeline").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString());

    private static async Task<DateTimeOffset> FetchedAsync(HttpClient hub) =>
        (await hub.GetFromJsonAsync<JsonElement>("/api/sources/partner/status")).GetProperty("lastFetchAt").GetDateTimeOffset();

    private static async Task PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, content);
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }
}
