using System.Diagnostics;
using System.Globalization;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>From the start of the process to the first report answered 202, on a store that holds many contacts.</summary>
internal static class StartBench
{
    private const int Starts = 9;

    /// <summary>Arguments: contacts (100000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var contacts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        await using var hub = await TemporaryHub.StartAsync(
            seed: new SampleDirectory(contacts) { Lists = 50, ListsEach = 2, Webhook = new Uri("http://127.0.0.1:9") }.WriteAsync);
        var seconds = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            await hub.Process.DisposeAsync();
            var started = Stopwatch.GetTimestamp();
            await hub.RestartAsync(hub.Launch.Settings);
            var listening = Stopwatch.GetElapsedTime(started);
            using var client = new LoadClient(
                hub.Address, 1, new RequestTemplate(hub.Address, "/api/reports", hub.Key, SampleReports.OfSize(1024)), firstNumber: i);
            if (client.RunCount(1).Accepted != 1)
            {
                throw new InvalidOperationException("The first report was not accepted. " + hub.Process.LastErrors());
            }

            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            Figures.Row($"start {i + 1}: listening after {listening.TotalSeconds:0.00} s, first 202 after {seconds[^1]:0.00} s");
        }

        Figures.Target($"start to first 202 with {contacts} contacts (median)", seconds.Median(), "<", 1.5, "s");
        return 0;
    }
}
