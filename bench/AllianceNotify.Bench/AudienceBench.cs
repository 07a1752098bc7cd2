using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>
/// From an alert to the last of its deliveries written, for ten thousand contacts and for ten times as many in the same fifty
/// lists: the time must grow as the number of recipients does. The deliveries are planned and not sent.
/// </summary>
internal static class AudienceBench
{
    private const int Lists = 50, ListsEach = 2, Rounds = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Arguments: contacts of the small directory (10000); the large one has ten times as many.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var few = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        await using var small = await StartAsync(few);
        await using var large = await StartAsync(few * 10);
        Figures.Row($"{Lists} lists, each contact in {ListsEach}; {Rounds} rounds of each in turn after one");
        await PlanAsync(small);
        await PlanAsync(large);
        var times = new List<(double Small, double Large)>();
        for (var i = 0; i < Rounds; i++)
        {
            times.Add((await PlanAsync(small), await PlanAsync(large)));
        }

        var (fewTime, manyTime) = (times.Select(time => time.Small).Median(), times.Select(time => time.Large).Median());
        Figures.Row($"{few,7} recipients: {fewTime,7:0.00} s to plan, {few / fewTime,8:0}/s");
        Figures.Row($"{few * 10,7} recipients: {manyTime,7:0.00} s to plan, {few * 10 / manyTime,8:0}/s");
        Figures.Target("ten times the recipients / time", times.Select(time => time.Large / time.Small).Median(), "<=", 12);
        return 0;
    }

    private static async Task<Planned> StartAsync(int contacts)
    {
        var settings = new Dictionary<string, string> { ["Pumps__Concurrency__deliveries"] = "0" };
        var directory = new SampleDirectory(contacts) { Lists = Lists, ListsEach = ListsEach, Webhook = new Uri("http://127.0.0.1:9") };
        return new Planned(await TemporaryHub.StartAsync(settings, directory.WriteAsync), contacts);
    }

    /// <summary>Seconds from the alert to the note that its deliveries are planned, by the hub's own timeline.</summary>
    private static async Task<double> PlanAsync(Planned planned)
    {
        var report = await planned.ReportAsync();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            if (await planned.TimeToPlanAsync(report) is { } seconds)
            {
                return seconds;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException($"The deliveries of report {report} were not planned. {planned.Hub.Process.LastErrors()}");
    }

    private sealed class Planned(TemporaryHub hub, int contacts) : IAsyncDisposable
    {
        private readonly HttpClient client = hub.Client();
        private int reports;

        public TemporaryHub Hub => hub;

        public async Task<string> ReportAsync()
        {
            var number = (++reports).ToString("D10", CultureInfo.InvariantCulture);
            using var body = new StringContent(
                SampleReports.Flash.Replace(RequestTemplate.Number, number, StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/api/reports", UriKind.Relative), body);
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return answer.RootElement.GetProperty("id").GetString()!;
        }

        public async Task<double?> TimeToPlanAsync(string report)
        {
            using var stored = await GetAsync($"/api/reports/{report}");
            if (!stored.RootElement.TryGetProperty("situationId", out var situation) || situation.GetString() is not { } id)
            {
                return null;
            }

            using var found = await GetAsync($"/api/situations/{id}");
            var timeline = found.RootElement.GetProperty("timeline").EnumerateArray().ToList();
            var entry = timeline.Find(line => line.GetProperty("kind").GetString() == "planned");
            if (entry.ValueKind == JsonValueKind.Undefined)
            {
                return null;
            }

            if (!entry.GetProperty("detail").GetString()!.Contains($"{contacts} to be told", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"Not everybody is told: {entry.GetProperty("detail").GetString()}");
            }

            var alerted = timeline.First(line => line.GetProperty("kind").GetString() == "alert-made").GetProperty("at").GetDateTimeOffset();
            return (entry.GetProperty("at").GetDateTimeOffset() - alerted).TotalSeconds;
        }

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return hub.DisposeAsync();
        }

        private async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
    }
}
