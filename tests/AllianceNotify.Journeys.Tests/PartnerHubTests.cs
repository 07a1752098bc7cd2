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
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-partners-");
    private readonly List<HubProcess> processes = [];
    private readonly List<HttpClient> clients = [];

    private static readonly (string Mode, string Tlp, string Nations)[] Cases = [("actual", "green", ""), ("exercise", "amber", "JPN,USA")];

    [Fact]
    public async Task Alerts_go_to_the_partner_with_their_mode_and_marking_and_raise_nothing_when_they_come_back()
    {
        var (first, second) = await StartAsync();
        foreach (var (mode, tlp, nations) in Cases)
        {
            await PostAsync(first, "/api/reports", Launch(mode, tlp, nations));
        }

        var here = await SituationsAsync(first);
        await PollAsync(second, first.BaseAddress!);
        var there = await SituationsAsync(second);

        await PollAsync(first, second.BaseAddress!);
        await Eventually.TrueAsync(
            async () => (await Task.WhenAll(here.Select(situation => DetailsAsync(first, situation)))).All(details => Kinds(details).Contains("came-back")),
            "the partner's alerts, known as this hub's own",
            Patience);

        // Once more round: what came back here is on the feed that the partner reads next.
        var seen = await FetchedAsync(second);
        await Eventually.TrueAsync(async () => await FetchedAsync(second) > seen, "the partner's next look", Patience);
        await SituationsAsync(first);
        await SituationsAsync(second);

        foreach (var (mode, tlp, nations) in Cases)
        {
            await PostAsync(first, "/api/reports", Launch(mode, tlp, nations, "cancel"));
        }

        await Eventually.TrueAsync(
            async () => (await Task.WhenAll(there.Select(situation => DetailsAsync(second, situation)))).All(
                details => details.GetProperty("situation").GetProperty("status").GetString() == "closed"),
            "the all-clears at the partner",
            Patience);
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
        { "source": "radar-7", "sourceId": "{{mode}}-{{action}}", "action": "{{action}}", "references": [{{(action == "new" ? "" : $$"""{ "source": "radar-7", "sourceId": "{{mode}}-new" }""")}}],
          "mode": "{{mode}}", "observedAt": "{{TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}",
          "marking": { "tlp": "{{tlp}}", "releasableTo": {{JsonSerializer.Serialize(nations.Split(',', StringSplitOptions.RemoveEmptyEntries))}} },
          "title": "弾道ミサイルの可能性があるものが発射された", "body": "北朝鮮から弾道ミサイルの可能性があるものが発射された。" }
        """;

    /// <summary>What was reported and no more: each open, as it was marked, and told once.</summary>
    private static void AssertSame(IReadOnlyList<JsonElement> situations) => Assert.Equal(
        Cases.Select(expected => new Told("missile-launch", expected.Mode, "open", expected.Tlp, expected.Nations, 1)),
        situations.Select(Described).OrderBy(found => found.Mode, StringComparer.Ordinal));

    private static Told Described(JsonElement details)
    {
        var situation = details.GetProperty("situation");
        var marking = situation.GetProperty("marking");
        return new Told(
            situation.GetProperty("category").GetString(),
            situation.GetProperty("mode").GetString(),
            situation.GetProperty("status").GetString(),
            marking.GetProperty("tlp").GetString(),
            string.Join(',', marking.GetProperty("releasableTo").EnumerateArray().Select(nation => nation.GetString()).Order(StringComparer.Ordinal)),
            details.GetProperty("alerts").GetArrayLength());
    }

    /// <summary>All situations of the hub with what belongs to them, once there are enough and each has an alert.</summary>
    private static async Task<IReadOnlyList<JsonElement>> SituationsAsync(HttpClient hub)
    {
        JsonElement[] found = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var items = (await hub.GetFromJsonAsync<JsonElement>("/api/situations")).GetProperty("items");
                found = await Task.WhenAll(items.EnumerateArray().Select(item => hub.GetFromJsonAsync<JsonElement>($"/api/situations/{item.GetProperty("id").GetString()}")));
                return found.Length >= Cases.Length && found.All(details => details.GetProperty("alerts").GetArrayLength() > 0);
            },
            "the situations with their alerts",
            Patience);
        AssertSame(found);
        return found;
    }

    private static Task<JsonElement> DetailsAsync(HttpClient hub, JsonElement details) =>
        hub.GetFromJsonAsync<JsonElement>($"/api/situations/{details.GetProperty("situation").GetProperty("id").GetString()}");

    private static IEnumerable<string?> Kinds(JsonElement details) => details.GetProperty("timeline").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString());

    private static async Task<DateTimeOffset> FetchedAsync(HttpClient hub) =>
        (await hub.GetFromJsonAsync<JsonElement>("/api/sources/partner/status")).GetProperty("lastFetchAt").GetDateTimeOffset();

    private static async Task PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, content);
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    private sealed record Told(string? Category, string? Mode, string? Status, string? Tlp, string Nations, int Alerts);
}
