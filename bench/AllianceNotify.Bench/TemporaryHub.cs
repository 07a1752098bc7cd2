using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>A hub on a store of its own that goes away with it.</summary>
internal sealed class TemporaryHub : IAsyncDisposable
{
    private readonly DirectoryInfo folder;

    private TemporaryHub(DirectoryInfo folder, HubLaunch launch)
    {
        this.folder = folder;
        Launch = launch;
    }

    public HubLaunch Launch { get; private set; }

    public HubProcess Process { get; private set; } = null!;

    public string Key { get; private set; } = "";

    public Uri Address => Process.Address;

    /// <summary>Makes the store and an administrator's key, lets <paramref name="seed"/> fill it, and starts the hub.</summary>
    public static async Task<TemporaryHub> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, Func<string, Task>? seed = null)
    {
        var folder = Directory.CreateTempSubdirectory("alliancenotify-bench-");
        var hub = new TemporaryHub(folder, new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Path.Combine(folder.FullName, "data"),
            Settings = Unlimited(settings),
        });
        hub.Key = await HubProcess.CreateKeyAsync(hub.Launch, "administrator");
        if (seed is not null)
        {
            await seed(hub.Launch.DataDirectory);
        }

        hub.Process = await HubProcess.StartAsync(hub.Launch);
        return hub;
    }

    public async Task RestartAsync(IReadOnlyDictionary<string, string> settings)
    {
        await Process.DisposeAsync();
        Launch = Launch with { Settings = Unlimited(settings) };
        Process = await HubProcess.StartAsync(Launch);
    }

    /// <summary>One key sends everything here, as fast as it can: the limit counts as ever and stops nothing.</summary>
    private static Dictionary<string, string> Unlimited(IReadOnlyDictionary<string, string>? settings) =>
        new(settings ?? new Dictionary<string, string>()) { ["Http__RequestsPerMinute"] = "2147483647" };

    /// <summary>A client for the API, with the key.</summary>
    public HttpClient Client()
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
