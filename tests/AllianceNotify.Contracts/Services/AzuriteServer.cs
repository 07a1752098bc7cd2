using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Xunit;

namespace AllianceNotify.Contracts.Services;

/// <summary>
/// The table service of Azurite as a process of its own on a free loopback port, with its data in a folder that goes with it. Can be
/// stopped and started again on the same port and data.
/// </summary>
public sealed class AzuriteServer : IAsyncLifetime
{
    // The emulator's account and key are the same on every machine and documented.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-azurite-");
    private int port;
    private Process? process;

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};TableEndpoint=http://127.0.0.1:{port}/{Account};";

    /// <summary>Why the tests cannot run here; null where they can. On CI that is a failure and no reason.</summary>
    public static string? Missing { get; } = File.Exists(Script) || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "Azurite is not installed: run tests/AllianceNotify.AzureTables.Tests/fetch.";

    private static string Script => Path.Combine(
        typeof(AzuriteServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Azurite").Value!,
        "node_modules", "azurite", "dist", "src", "table", "main.js");

    public async Task InitializeAsync()
    {
        if (Missing is null)
        {
            port = FreePort();
            await StartAsync();
        }
    }

    public async Task StartAsync()
    {
        process = Process.Start(new ProcessStartInfo(
            "node",
            [
                Script, "--tableHost", "127.0.0.1", "--tablePort", $"{port}", "--location", folder.FullName, "--silent", "--skipApiVersionCheck",
                "--disableTelemetry",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Contains("successfully started", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException($"Azurite did not start: {await errors}");
    }

    /// <summary>Ends the service in order, as a restart of it does.</summary>
    public async Task StopAsync()
    {
        using (var interrupt = Process.Start("kill", ["-INT", $"{process!.Id}"]))
        {
            await interrupt.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
        process = null;
    }

    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
