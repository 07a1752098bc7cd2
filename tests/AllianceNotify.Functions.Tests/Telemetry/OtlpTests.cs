using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Functions.Tests.Crash;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.Functions.Tests.Telemetry;

/// <summary>The real process with the standard OTLP variables, and a collector on loopback that takes what it sends.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("alliancenotify-otlp-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Spans_and_metrics_arrive_at_a_collector_as_protobuf_over_http()
    {
        await using var collector = await HttpSink.StartAsync();
        collector.Answer = (_, context) =>
        {
            context.Response.ContentType = "application/x-protobuf";
            return Task.CompletedTask;
        };
        var launch = new HubLaunch
        {
            Assembly = HubLaunch.AssemblyBesideThisProgram,
            DataDirectory = Path.Combine(folder.FullName, "data"),
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url.AbsoluteUri,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            },
        };
        var key = await HubProcess.CreateKeyAsync(launch, "reporter");
        await using var hub = await HubProcess.StartAsync(launch);

        await PostAsync(hub.Address, key);

        await Eventually.TrueAsync(
            () => SpansOf(collector).IsSupersetOf(["accept report", "process reports", "triage report"]), "the spans arrive");
        await Eventually.TrueAsync(
            () => MetricsOf(collector).IsSupersetOf(
                ["alliancenotify.reports.accepted", "alliancenotify.queue.depth", "alliancenotify.queue.age", "alliancenotify.queue.dead_letters"]),
            "the metrics arrive");
        Assert.All(collector.Requests, request => Assert.Equal("application/x-protobuf", request.Headers["Content-Type"]));
    }

    private static async Task PostAsync(Uri address, string key)
    {
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var body = new StringContent(CrashSample.Report(1), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/reports", body);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    /// <summary><c>ExportTraceServiceRequest.resource_spans(1).scope_spans(2).spans(2).name(5)</c>.</summary>
    private static HashSet<string> SpansOf(HttpSink collector) => NamesOf(collector, "/v1/traces", 1, 2, 2, 5);

    /// <summary><c>ExportMetricsServiceRequest.resource_metrics(1).scope_metrics(2).metrics(2).name(1)</c>.</summary>
    private static HashSet<string> MetricsOf(HttpSink collector) => NamesOf(collector, "/v1/metrics", 1, 2, 2, 1);

    private static HashSet<string> NamesOf(HttpSink collector, string path, params int[] fields) =>
    [
        .. collector.Requests.Where(request => request.Path == path)
            .SelectMany(request => fields.Aggregate(
                new List<ReadOnlyMemory<byte>> { request.Body }, (messages, field) => [.. messages.SelectMany(message => FieldsOf(message, field))]))
            .Select(name => Encoding.UTF8.GetString(name.Span)),
    ];

    /// <summary>The length-delimited fields of this number in one protobuf message.</summary>
    private static List<ReadOnlyMemory<byte>> FieldsOf(ReadOnlyMemory<byte> message, int number)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint();
            switch (tag & 7)
            {
                case 0:
                    Varint();
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint();
                    if ((int)(tag >> 3) == number)
                    {
                        found.Add(message.Slice(at, length));
                    }

                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7}.");
            }
        }

        return found;

        ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = message.Span[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }
}
