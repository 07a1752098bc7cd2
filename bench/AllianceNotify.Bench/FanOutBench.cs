using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using AllianceNotify.Delivery;
using AllianceNotify.LoadDriver;

namespace AllianceNotify.Bench;

/// <summary>
/// One flash report to a thousand webhook recipients on a local sink: from the POST of the report to the last arrival, beside
/// a bare HttpClient loop that sends the same bytes as often with the same concurrency.
/// </summary>
internal static class FanOutBench
{
    private const int WarmUps = 2;

    /// <summary>
    /// Arguments: recipients (1000), sends at once to the sink (the hub's default), rounds (7), and <c>ready</c> to begin as soon as the
    /// hub listens instead of after its rehearsal.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var recipients = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
        var concurrency = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : new ChannelLimits().MaxConcurrency;
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 7;
        var rehearsed = args.ElementAtOrDefault(3) != "ready";
        await using var sink = await SinkProcess.StartAsync();
        await using var hub = await TemporaryHub.StartAsync(
            WebhookSettings.To(concurrency), data => new SampleDirectory(recipients) { Webhook = sink.Address }.WriteAsync(data));
        if (rehearsed)
        {
            await hub.Process.WaitForLogAsync("Rehearsed ");
        }

        using var reporter = new LoadClient(hub.Address, 1, new RequestTemplate(hub.Address, "/api/reports", hub.Key, SampleReports.Flash));
        using var bare = BareClient.Of(concurrency);
        Figures.Row($"{recipients} recipients, {concurrency} sends at once, {rounds} rounds of each in turn after {WarmUps}, begun {(rehearsed ? "after the hub's rehearsal" : "as soon as the hub listens")}");
        var times = new List<(double Hub, double First, double Bare)>();
        double? first = null;
        for (var round = 0; round < WarmUps + rounds; round++)
        {
            await sink.ClearAsync();
            var posted = Stopwatch.GetTimestamp();
            if (reporter.RunCount(1).Accepted != 1)
            {
                throw new InvalidOperationException("The hub did not take the report. " + hub.Process.LastErrors());
            }

            var arrived = await sink.WaitAsync(recipients);
            if (arrived.Count != recipients || arrived.Distinct != recipients)
            {
                throw new InvalidOperationException($"{arrived.Count} arrivals under {arrived.Distinct} ids for {recipients} recipients.");
            }

            var sample = await sink.SampleAsync();
            await sink.ClearAsync();
            var begun = Stopwatch.GetTimestamp();
            await bare.SendAsync(sink.Address, sample, recipients);
            var loop = await sink.WaitAsync(recipients);
            first ??= Milliseconds(posted, arrived.Last);
            if (round >= WarmUps)
            {
                times.Add((Milliseconds(posted, arrived.Last), Milliseconds(posted, arrived.First), Milliseconds(begun, loop.Last)));
            }
        }

        Figures.Row($"hub, the very first alert   {first,8:0} ms");
        Figures.Row($"hub, round by round         {string.Join(' ', times.Select(time => time.Hub.ToString("0", CultureInfo.InvariantCulture)))} ms");
        Figures.Row($"hub, POST to last arrival   {times.Select(time => time.Hub).Median(),8:0} ms (first arrival after {times.Select(time => time.First).Median():0} ms)");
        Figures.Row($"bare loop                   {times.Select(time => time.Bare).Median(),8:0} ms");
        Figures.Target("hub / bare loop", times.Select(time => time.Hub / time.Bare).Median(), "<=", 2);
        return 0;
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    private sealed class BareClient(HttpClient client, int concurrency) : IDisposable
    {
        public static BareClient Of(int concurrency) =>
            new(new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = concurrency }), concurrency);

        public Task SendAsync(Uri sink, SinkRequest sample, int count) => Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (i, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sink, $"/{i}")) { Content = new ReadOnlyMemoryContent(sample.Body) };
                request.Content.Headers.ContentType = sample.ContentType is { } type ? MediaTypeHeaderValue.Parse(type) : null;
                foreach (var (name, value) in sample.Headers)
                {
                    request.Headers.TryAddWithoutValidation(name, value);
                }

                using var response = await client.SendAsync(request, token);
                response.EnsureSuccessStatusCode();
            });

        public void Dispose() => client.Dispose();
    }
}
