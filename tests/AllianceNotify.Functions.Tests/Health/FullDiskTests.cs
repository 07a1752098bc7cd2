using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AllianceNotify.Functions.Tests.Crash;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.Functions.Tests.Health;

/// <summary>The real process on the real embedded store, whose files may not grow any more.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int LimitBytes = 4 * 1_048_576;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-full-");
    private int number;

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task When_files_cannot_grow_reports_are_turned_away_and_the_hub_is_not_ready_until_they_can()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The limit is set as Linux sets it.");
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = Path.Combine(folder.FullName, "data") };
        var key = await HubProcess.CreateKeyAsync(launch, "reporter");
        using var hub = Start(launch);
        try
        {
            using var client = new HttpClient { BaseAddress = await ListeningAsync(hub).WaitAsync(Patience, TimeProvider.System) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            await LimitFilesAsync(hub, string.Create(CultureInfo.InvariantCulture, $"{LimitBytes}:"));
            var accepted = new List<Uri>();
            // What is left fits smaller reports, and the log is emptied into the database: not full until nothing fits any more.
            await Eventually.TrueAsync(
                async () =>
                {
                    await FillAsync(client, 60_000, accepted);
                    await FillAsync(client, 10, accepted);
                    return await ReadyAsync(client) == HttpStatusCode.ServiceUnavailable;
                },
                "the hub says that it takes no writes");
            Assert.NotEmpty(accepted);

            await LimitFilesAsync(hub, "unlimited:");
            await Eventually.TrueAsync(async () => await ReadyAsync(client) == HttpStatusCode.OK, "the hub is ready again");
            Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, 60_000)).Status);
            foreach (var report in accepted)
            {
                using var read = await client.GetAsync(report);
                Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            }
        }
        finally
        {
            hub.Kill();
            await hub.WaitForExitAsync();
        }
    }

    /// <summary>Reports until one is turned away.</summary>
    private async Task FillAsync(HttpClient client, int size, List<Uri> accepted)
    {
        while (true)
        {
            var (status, location) = await PostAsync(client, size);
            if (status != HttpStatusCode.Accepted)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
                return;
            }

            accepted.Add(location!);
        }
    }

    private async Task<(HttpStatusCode Status, Uri? Location)> PostAsync(HttpClient client, int size)
    {
        var report = CrashSample.Report(number++).Replace("Sample report", new string('x', size), StringComparison.Ordinal);
        using var body = new StringContent(report, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/api/reports", UriKind.Relative), body);
        return (response.StatusCode, response.Headers.Location);
    }

    private static async Task<HttpStatusCode> ReadyAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return response.StatusCode;
    }

    /// <summary>A file that may not grow fails the write, as a full disk does; the signal that comes with it would end the process and is ignored.</summary>
    private static Process Start(HubLaunch launch)
    {
        var start = new ProcessStartInfo(
            "bash", ["-c", "trap '' XFSZ; exec \"$@\" 2>/dev/null", "bash", "dotnet", "exec", launch.Assembly, "serve", "--urls", "http://127.0.0.1:0", "--data", launch.DataDirectory])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["Pumps__Enabled"] = "false";
        start.Environment["Sqlite__IdleCheckpoint"] = "00:00:00.1";
        return Process.Start(start)!;
    }

    /// <summary>Once it runs: the runtime itself makes a large file in memory when it starts.</summary>
    private static async Task LimitFilesAsync(Process hub, string soft)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", hub.Id.ToString(CultureInfo.InvariantCulture), $"--fsize={soft}"])!;
        await prlimit.WaitForExitAsync();
        Assert.Equal(0, prlimit.ExitCode);
    }

    private static async Task<Uri> ListeningAsync(Process hub)
    {
        const string Listening = "Listening on ";
        while (await hub.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                return new Uri(line[Listening.Length..]);
            }
        }

        throw new InvalidOperationException("The hub ended before it listened.");
    }
}
