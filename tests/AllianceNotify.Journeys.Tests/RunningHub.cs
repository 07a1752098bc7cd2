using System.Net.Http.Headers;
using AllianceNotify.Amqp;
using AllianceNotify.Contracts.FunctionsHost;
using AllianceNotify.LoadDriver;
using Microsoft.Extensions.Logging.Abstractions;

namespace AllianceNotify.Journeys.Tests;

public enum Arrangement
{
    /// <summary>One process with everything in its own file.</summary>
    Embedded,

    /// <summary>Two processes on Azure tables and an AMQP broker, both at work.</summary>
    TwoInstances,

    /// <summary>The published app as a custom handler on Azure tables, its messages and timers handed to it by the host.</summary>
    FunctionsHost,
}

/// <summary>The real executable, arranged in one way, with an administrator's key.</summary>
internal sealed class RunningHub : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-journey-");
    private readonly List<HubProcess> instances = [];
    private readonly List<HttpClient> clients = [];
    private string key = "";

    private RunningHub()
    {
    }

    /// <summary>An administrator of the first instance.</summary>
    public HttpClient First => clients[0];

    /// <summary>The same at the last instance; the first where there is only one.</summary>
    public HttpClient Last => clients[^1];

    /// <summary>Null unless the hub runs under one.</summary>
    public FakeFunctionsHost? Host { get; private set; }

    /// <summary>Its queues, seen from beside it; null where they are in its own file.</summary>
    public AmqpMessageQueue? Queue { get; private set; }

    /// <summary>Alerts in the outboxes of all instances.</summary>
    public int OutboxEntries => Directory.EnumerateFiles(folder.FullName, "*.entry.json", SearchOption.AllDirectories).Count();

    public static async Task<RunningHub> StartAsync(Arrangement arrangement, Backing backing, params IEnumerable<KeyValuePair<string, string>> more)
    {
        var hub = new RunningHub();
        try
        {
            var settings = arrangement == Arrangement.Embedded ? [] : backing.NewNames();
            foreach (var (name, value) in more)
            {
                settings[name] = value;
            }

            await hub.StartAsync(arrangement, backing, settings);
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    public bool IsRunning => instances.TrueForAll(instance => instance.IsRunning);

    public string LastErrors() =>
        string.Join(Environment.NewLine, instances.Select(instance => $"{instance.LastErrors()} {(instance.ExitCode is { } code ? $"Ended with {code}." : "")}").Concat(Host?.Failures ?? []).Append(Host?.Handler.Output));

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        foreach (var instance in instances)
        {
            await instance.DisposeAsync();
        }

        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        if (Queue is not null)
        {
            await Queue.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }

    private async Task StartAsync(Arrangement arrangement, Backing backing, Dictionary<string, string> settings)
    {
        var launches = Enumerable.Range(1, arrangement == Arrangement.TwoInstances ? 2 : 1).Select(number => new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Path.Combine(folder.FullName, $"data-{number}"),
            Settings = settings,
        }).ToList();
        key = await HubProcess.CreateKeyAsync(launches[0], "administrator");
        if (arrangement != Arrangement.Embedded)
        {
            Queue = QueueOf(settings);
        }

        if (arrangement == Arrangement.FunctionsHost)
        {
            settings["Hub__DataDirectory"] = launches[0].DataDirectory;
            settings["Hub__PublicUrl"] = "https://hub.example";
            Host = await FakeFunctionsHost.StartAsync(backing.App.Root, settings, Queue!);
            clients.Add(ClientOf(Host.Address));
            return;
        }

        instances.AddRange(await Task.WhenAll(launches.Select(launch => HubProcess.StartAsync(launch))));
        clients.AddRange(instances.Select(instance => ClientOf(instance.Address)));
    }

    private static AmqpMessageQueue QueueOf(Dictionary<string, string> settings) => new(
        new AmqpOptions
        {
            Address = settings["Queue__Address"],
            UserName = settings["Queue__UserName"],
            Password = settings["Queue__Password"],
            Prefix = settings["Queue__Prefix"],
        },
        TimeProvider.System,
        new Random(1),
        NullLogger<AmqpMessageQueue>.Instance);

    private HttpClient ClientOf(Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
