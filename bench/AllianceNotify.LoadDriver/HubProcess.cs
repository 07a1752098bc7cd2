using System.Diagnostics;
using System.Globalization;

namespace AllianceNotify.LoadDriver;

/// <summary>The real executable as a process of its own, on loopback and a port that the system chose.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    private const string ListeningOn = "Listening on ";
    private const int KeptLines = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly Queue<string> errors = new();
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Text, TaskCompletionSource Seen)> awaited = [];
    private bool disposed;

    private HubProcess(Process process)
    {
        this.process = process;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public int Id => process.Id;

    public Uri Address => listening.Task.Result;

    public bool IsRunning => !process.HasExited;

    /// <summary>Null while it runs. 137: it was killed.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    /// <summary>Starts the hub and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended first, or did not listen within a minute.</exception>
    public static async Task<HubProcess> StartAsync(HubLaunch launch, CancellationToken cancellationToken = default)
    {
        var hub = Launch(launch, "serve", "--urls", "http://127.0.0.1:0", "--data", launch.DataDirectory);
        try
        {
            await hub.listening.Task.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
            return hub;
        }
        catch (Exception failure)
        {
            await hub.DisposeAsync().ConfigureAwait(false);
            throw failure is TimeoutException ? new InvalidOperationException("The hub does not listen. " + hub.LastErrors()) : failure;
        }
    }

    /// <summary>Runs one verb of the executable to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(HubLaunch launch, params string[] arguments)
    {
        using var process = Start(launch, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(false);
        return process.ExitCode == 0
            ? (await output.ConfigureAwait(false)).Trim()
            : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with {process.ExitCode}: {await error.ConfigureAwait(false)}");
    }

    /// <summary>A new API key of this role, made by the executable's own verb; works beside a serving hub and without one.</summary>
    public static Task<string> CreateKeyAsync(HubLaunch launch, string role) =>
        RunAsync(launch, "api-key", "create", $"load driver {role}", "--role", role, "--data", launch.DataDirectory);

    /// <summary>SIGKILL: the process gets no chance to write anything more.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Resident memory in bytes, as Linux counts it.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public TimeSpan ProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    /// <summary>The last lines on standard error, for a failure's message.</summary>
    public string LastErrors()
    {
        lock (errors)
        {
            return string.Join(Environment.NewLine, errors);
        }
    }

    /// <summary>Waits for a line on standard error with this text in it, among the last ones or to come.</summary>
    /// <exception cref="TimeoutException">There was none within a minute.</exception>
    public Task WaitForLogAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (errors)
        {
            if (errors.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                return Task.CompletedTask;
            }

            awaited.Add((text, seen));
        }

        return seen.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        if (!process.HasExited)
        {
            await KillAsync().ConfigureAwait(false);
        }

        process.Dispose();
    }

    /// <summary>Also a driver that is told to stop half way leaves no hub behind.</summary>
    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    private static HubProcess Launch(HubLaunch launch, params string[] arguments)
    {
        var hub = new HubProcess(Start(launch, arguments));
        hub.process.OutputDataReceived += (_, line) => hub.OnOutput(line.Data);
        hub.process.ErrorDataReceived += (_, line) => hub.OnError(line.Data);
        hub.process.BeginOutputReadLine();
        hub.process.BeginErrorReadLine();
        return hub;
    }

    private static Process Start(HubLaunch launch, params string[] arguments)
    {
        string[] command = ["dotnet", "exec", launch.Assembly, .. arguments];
        var start = launch.OpenFiles is { } limit
            ? new ProcessStartInfo("bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"ulimit -n {limit}; exec \"$@\""), "bash", .. command])
            : new ProcessStartInfo(command[0], command[1..]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in launch.Settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} could not be started.");
    }

    private void OnOutput(string? line)
    {
        if (line is null)
        {
            listening.TrySetException(new InvalidOperationException("The hub ended before it listened. " + LastErrors()));
        }
        else if (line.StartsWith(ListeningOn, StringComparison.Ordinal))
        {
            listening.TrySetResult(new Uri(line[ListeningOn.Length..]));
        }
    }

    private void OnError(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (errors)
        {
            errors.Enqueue(line);
            foreach (var (_, seen) in awaited.Where(wait => line.Contains(wait.Text, StringComparison.Ordinal)))
            {
                seen.TrySetResult();
            }

            if (errors.Count > KeptLines)
            {
                errors.Dequeue();
            }
        }
    }
}
