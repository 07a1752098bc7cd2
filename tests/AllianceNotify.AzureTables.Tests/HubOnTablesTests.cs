using System.Net;
using System.Net.Http.Json;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.AzureTables.Tests;

/// <summary>The real executable on the emulator, which goes away while reports come in.</summary>
public sealed class HubOnTablesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-hub-");
    private readonly AzuriteServer azurite = new();

    public async Task InitializeAsync()
    {
        Skip.IfNot(AzuriteServer.Missing is null, AzuriteServer.Missing);
        await azurite.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await azurite.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task While_the_store_is_away_intake_says_so_and_afterwards_everything_accepted_is_worked_off()
    {
        var launch = new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Path.Combine(folder.FullName, "data"),
            Settings = new Dictionary<string, string>
            {
                ["Store__Kind"] = "AzureTables",
                ["Store__ConnectionString"] = azurite.ConnectionString,
                ["Store__RetryFor"] = "00:00:01",
            },
        };
        var key = await HubProcess.CreateKeyAsync(launch, "duty-officer");
        await using var hub = await HubProcess.StartAsync(launch);
        using var client = new HttpClient { BaseAddress = hub.Address };
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        var accepted = new List<string> { await AcceptedAsync(client, 0) };
        await azurite.StopAsync();

        for (var i = 1; i <= 3; i++)
        {
            using var refused = await PostAsync(client, i);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        using (var health = await client.GetAsync("/health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        }

        await azurite.StartAsync();
        for (var i = 1; i <= 3; i++)
        {
            accepted.Add(await AcceptedAsync(client, i));
        }

        foreach (var report in accepted)
        {
            await EventuallyAsync(async () =>
            {
                using var response = await client.GetAsync($"/api/reports/{report}");
                return response.IsSuccessStatusCode && (await response.Content.ReadAsStringAsync()).Contains("\"situationId\":\"", StringComparison.Ordinal);
            });
        }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, int number) => client.PostAsJsonAsync("/api/reports", new
    {
        source = "coastal-radar-7",
        sourceId = $"launch-{number}",
        mode = "exercise",
        observedAt = "2026-11-24T05:49:00Z",
        title = "弾道ミサイルの可能性があるものが発射された",
    });

    /// <summary>Sends as a reporter does: again while the hub asks for it.</summary>
    private static async Task<string> AcceptedAsync(HttpClient client, int number)
    {
        var id = "";
        await EventuallyAsync(async () =>
        {
            using var response = await PostAsync(client, number);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                return false;
            }

            id = response.Headers.Location!.ToString().Split('/')[^1];
            return true;
        });
        return id;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }
}
