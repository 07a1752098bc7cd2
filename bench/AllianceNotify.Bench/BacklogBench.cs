using System.Diagnostics;
using System.Globalization;
using AllianceNotify.Delivery;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>
/// Ten thousand reports that waited, each to ten webhook recipients: whether they drain at an even rate, and what memory the
/// hub holds while they do.
/// </summary>
internal static class BacklogBench
{
    private const int Recipients = 10;
    private const double MemoryTarget = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Arguments: reports (10000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var reports = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        await using var sink = await SinkProcess.StartAsync();
        var settings = WebhookSettings.To(new ChannelLimits().MaxConcurrency);
        await using var hub = await TemporaryHub.StartAsync(
            new Dictionary<string, string>(settings) { ["Pumps__Enabled"] = "false" },
            data => new SampleDirectory(Recipients) { Webhook = sink.Address }.WriteAsync(data));
        using (var client = new LoadClient(hub.Address, 32, new RequestTemplate(hub.Address, "/api/reports", hub.Key, SampleReports.OfSize(1024))))
        {
            var sent = client.RunCount(reports);
            Figures.Row($"{sent.Accepted} reports accepted and waiting; {Recipients} recipients each");
        }

        await hub.RestartAsync(settings);
        var samples = await WatchAsync(hub.Process, sink, reports * Recipients);
        var total = await sink.WaitAsync(reports * Recipients);
        if (total.Distinct != reports * Recipients)
        {
            throw new InvalidOperationException($"{total.Distinct} different deliveries arrived, not {reports * Recipients}. {hub.Process.LastErrors()}");
        }

        Print(samples, total);
        return 0;
    }

    private static async Task<List<Sample>> WatchAsync(HubProcess hub, SinkProcess sink, int deliveries)
    {
        var samples = new List<Sample>();
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            samples.Add(new Sample(Stopwatch.GetElapsedTime(started), await sink.CountAsync(), hub.ResidentBytes() / 1048576.0));
        }
        while (samples[^1].Arrived < deliveries && IsMoving(samples) && await timer.WaitForNextTickAsync());
        return samples;
    }

    private static bool IsMoving(List<Sample> samples) =>
        samples[^1].At - samples.First(sample => sample.Arrived == samples[^1].Arrived).At < Patience
            ? true
            : throw new InvalidOperationException($"After {samples[^1].Arrived} deliveries no more have come for {Patience.TotalSeconds} s.");

    private static void Print(List<Sample> samples, SinkCount total)
    {
        var last = samples[^1].Arrived;
        var begun = samples.Last(sample => sample.Arrived == 0);
        var ends = Enumerable.Range(1, 4).Select(quarter => samples.First(sample => sample.Arrived >= last * quarter / 4)).ToList();
        var starts = ends.Prepend(begun).ToList();
        var rates = ends.Select((end, i) => (end.Arrived - starts[i].Arrived) / (end.At - starts[i].At).TotalSeconds).ToList();
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var memory = samples.Where(sample => sample.At >= starts[quarter].At && sample.At <= ends[quarter].At).Select(sample => sample.Megabytes).ToList();
            Figures.Row($"quarter {quarter + 1}: {rates[quarter],7:0} deliveries/s  resident {memory.Median(),5:0} MB median, {memory.Max(),5:0} MB most");
        }

        Figures.Row($"{total.Count} arrivals in {Stopwatch.GetElapsedTime(total.First, total.Last).TotalSeconds:0.0} s, {total.Count - total.Distinct} of them again");
        Figures.Target("last quarter / first quarter", rates[3] / rates[0], ">=", 0.9);
        Figures.Target("most resident memory", samples.Max(sample => sample.Megabytes), "<", MemoryTarget, "MB");
    }

    private readonly record struct Sample(TimeSpan At, int Arrived, double Megabytes);
}
