using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>
/// The webhook receiver in a process of its own, so that the hub and the client it is compared with reach it the same way.
/// Asked over standard input, a line a question, a line of JSON an answer.
/// </summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly Process process;

    private SinkProcess(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<SinkProcess> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(SinkProcess).Assembly.Location, "sink"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The sink could not be started.");
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The sink did not start.");
        return new SinkProcess(process, new Uri(address));
    }

    /// <summary>Forgets what came.</summary>
    public Task ClearAsync() => AskAsync<int>("clear");

    public Task<int> CountAsync() => AskAsync<int>("count");

    /// <summary>Waits until this many have come.</summary>
    public Task<SinkCount> WaitAsync(int count) => AskAsync<SinkCount>(string.Create(CultureInfo.InvariantCulture, $"wait {count}"));

    /// <summary>The first request since the last <see cref="ClearAsync"/>.</summary>
    public Task<SinkRequest> SampleAsync() => AskAsync<SinkRequest>("sample");

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The child's side.</summary>
    public static async Task<int> RunAsync()
    {
        await using var sink = await WebhookSink.StartAsync();
        Console.Out.WriteLine(sink.Address);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Console.Out.WriteLine(line.Split(' ') switch
            {
                ["clear"] => Cleared(sink),
                ["count"] => JsonSerializer.Serialize(sink.Count),
                ["wait", var count] => JsonSerializer.Serialize(await WaitAsync(sink, int.Parse(count, CultureInfo.InvariantCulture))),
                ["sample"] => JsonSerializer.Serialize(sink.Sample),
                _ => throw new InvalidOperationException($"The sink does not know '{line}'."),
            });
        }

        return 0;
    }

    private static string Cleared(WebhookSink sink)
    {
        sink.Clear();
        return "0";
    }

    private static async Task<SinkCount> WaitAsync(WebhookSink sink, int count)
    {
        var started = Stopwatch.GetTimestamp();
        while (sink.Count < count && Stopwatch.GetElapsedTime(started) < LongestWait)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        var arrivals = sink.Arrivals.ToList();
        return new SinkCount(
            arrivals.Count, arrivals.DistinctBy(arrival => arrival.WebhookId).Count(), arrivals.Min(arrival => arrival.At), arrivals.Max(arrival => arrival.At));
    }

    private async Task<T> AskAsync<T>(string question)
    {
        await process.StandardInput.WriteLineAsync(question);
        await process.StandardInput.FlushAsync();
        var answer = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The sink has ended.");
        return JsonSerializer.Deserialize<T>(answer) ?? throw new InvalidOperationException($"The sink has nothing to say to '{question}'.");
    }
}

/// <summary>Arrivals, how many different webhook-ids they had, and the first and last by <see cref="Stopwatch"/>.</summary>
internal sealed record SinkCount(int Count, int Distinct, long First, long Last);
