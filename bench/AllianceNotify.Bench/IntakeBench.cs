using System.Globalization;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>
/// Durable intake: reports accepted a second, each answered when it is on disk, beside what the same client gets from an
/// endpoint of the same server that takes the same body, asks for the same key and stores nothing.
/// </summary>
internal static class IntakeBench
{
    private const int Connections = 32, BodyBytes = 1024, Rounds = 5;

    /// <summary>Arguments: seconds a run (4).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var run = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 4);
        Figures.Row($"{Connections} connections, own-JSON reports of {BodyBytes} bytes, {Rounds} runs of each in turn, {run.TotalSeconds:0.#} s a run");
        var ratio = await CompareAsync("pumps off", pumps: false, run);
        await CompareAsync("pumps on ", pumps: true, run);
        Figures.Target("durable intake / nothing stored (pumps off)", ratio, ">=", 0.5);
        return 0;
    }

    private static async Task<double> CompareAsync(string name, bool pumps, TimeSpan run)
    {
        await using var hub = await TemporaryHub.StartAsync(new Dictionary<string, string>
        {
            ["Bench__NullEndpoint"] = "true",
            ["Pumps__Enabled"] = pumps ? "true" : "false",
        });
        using var durable = Client(hub, "/api/reports");
        using var nothing = Client(hub, "/bench/nothing");
        durable.RunFor(run / 2);
        nothing.RunFor(run / 2);
        var rates = new List<(LoadResult Durable, LoadResult Nothing)>();
        List<double> busyDurable = [], busyNothing = [];

        LoadResult Run(LoadClient client, List<double> busy)
        {
            var before = hub.Process.ProcessorTime();
            var result = client.RunFor(run);
            busy.Add((hub.Process.ProcessorTime() - before).TotalSeconds / run.TotalSeconds);
            return result;
        }

        for (var i = 0; i < Rounds; i++)
        {
            rates.Add((Run(durable, busyDurable), Run(nothing, busyNothing)));
        }

        Print($"{name} durable", [.. rates.Select(pair => pair.Durable)], busyDurable);
        Print($"{name} nothing stored", [.. rates.Select(pair => pair.Nothing)], busyNothing);
        var ratio = rates.Select(pair => pair.Durable.Rate / pair.Nothing.Rate).Median();
        Figures.Row($"{name} ratio: {ratio:0.00} x (median of the runs' pairs)");
        return ratio;
    }

    private static LoadClient Client(TemporaryHub hub, string path) =>
        new(hub.Address, Connections, new RequestTemplate(hub.Address, path, hub.Key, SampleReports.OfSize(BodyBytes)));

    private static void Print(string name, List<LoadResult> results, List<double> busy) => Figures.Row(
        $"{name,-26} {results.Select(result => result.Rate).Median(),8:0}/s  median {results.Select(result => result.Median.TotalMilliseconds).Median():0.00} ms  99 % {results.Select(result => result.Slowest.TotalMilliseconds).Median():0.0} ms  refused {results.Sum(result => result.Refused)}  cores used: hub {busy.Median():0.00}, client {results.Select(result => result.ClientShare).Median():0.00}");
}
