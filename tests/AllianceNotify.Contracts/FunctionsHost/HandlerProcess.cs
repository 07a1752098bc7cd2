using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AllianceNotify.Contracts.FunctionsHost;

/// <summary>The custom handler as the Functions host runs it: started with the host's environment, asked <c>GET /</c> until it answers, ended by SIGKILL.</summary>
public sealed class HandlerProcess : IDisposable
{
    private static readonly TimeSpan InitializationTimeout = TimeSpan.FromSeconds(30), ReadinessPoll = TimeSpan.FromMilliseconds(25);

    private readonly Process process;
    private readonly StringBuilder output = new(), errors = new();

    private HandlerProcess(string root, string executable, IReadOnlyDictionary<string, string> settings)
    {
        Port = FreePort();
        var start = new ProcessStartInfo(Path.Combine(root, executable))
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var inherited in start.Environment.Keys.Where(name => name.Contains("__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        var port = Port.ToString(CultureInfo.InvariantCulture);
        var id = Guid.NewGuid().ToString();
        foreach (var (name, value) in settings.Concat(
        [
            new("ASPNETCORE_URLS", "http://127.0.0.1:80"),
            new("FUNCTIONS_CUSTOMHANDLER_PORT", port),
            new("FUNCTIONS_CUSTOMHANDLER_WORKER_ID", id),
            new("FUNCTIONS_HTTPWORKER_PORT", port),
            new("FUNCTIONS_HTTPWORKER_ID", id),
            new("FUNCTIONS_APP_ROOT_PATH", root),
        ]))
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public int Id => process.Id;

    public Task Exited => process.WaitForExitAsync();

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public string Output => Kept(output);

    public string Errors => Kept(errors);

    /// <summary>Starts it and waits until it answers. Any answer to <c>GET /</c> will do.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not answer in time.</exception>
    public static async Task<HandlerProcess> StartAsync(string root, string executable, IReadOnlyDictionary<string, string> settings)
    {
        var handler = new HandlerProcess(root, executable, settings);
        using var client = new HttpClient();
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{handler.Port}/"));
                return handler;
            }
            catch (HttpRequestException) when (!handler.process.HasExited && TimeProvider.System.GetElapsedTime(began) < InitializationTimeout)
            {
                await Task.Delay(ReadinessPoll, TimeProvider.System);
            }
            catch (HttpRequestException)
            {
                var why = handler.process.HasExited ? $"ended with {handler.ExitCode}" : "does not answer";
                var said = handler.Errors + handler.Output;
                handler.Dispose();
                throw new InvalidOperationException($"The handler {why}. {said}");
            }
        }
    }

    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static void Keep(StringBuilder kept, string? line)
    {
        lock (kept)
        {
            kept.AppendLine(line);
        }
    }

    private static string Kept(StringBuilder kept)
    {
        lock (kept)
        {
            return kept.ToString();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
