using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Functions.Telemetry;
using AllianceNotify.Messaging;
using AllianceNotify.Telemetry;
using Azure.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Xunit;

namespace AllianceNotify.Functions.Tests.Telemetry;

/// <summary>The exporter as the hub sets it up, with a connection string whose ingestion endpoint is on loopback.</summary>
public sealed class AzureMonitorTests
{
    [Fact]
    public async Task Metrics_arrive_at_Application_Insights_under_the_names_that_alert_rules_use()
    {
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true");
        await using var insights = await HttpSink.StartAsync();
        insights.Answer = async (_, context) =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"itemsReceived":1,"itemsAccepted":1,"errors":[]}""");
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = $"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={insights.Url}",
        }).Build();
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(HubTelemetry.Name)).ExportToAzureMonitor(configuration);
        await using var provider = services.BuildServiceProvider();
        var exporter = provider.GetRequiredService<MeterProvider>();
        var meters = provider.GetRequiredService<IMeterFactory>();

        new QueueGauges(meters, TimeProvider.System).Set(QueueName.Reports, new QueueDepth(3, 0, null));
        new HubMetrics(meters).DeliverySettled("teams", "refused", sinceAlert: null);

        Assert.True(exporter.ForceFlush());
        var arrived = Metrics(insights);
        Assert.Contains(("alliancenotify.queue.depth", 3.0, "queue=reports"), arrived);
        Assert.Contains(("alliancenotify.queue.age", 0.0, "queue=reports"), arrived);
        Assert.Contains(("alliancenotify.deliveries.settled", 1.0, "channel=teams outcome=refused"), arrived);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Authorization=None", false)]
    [InlineData("Authorization=AAD", true)]
    [InlineData("ClientId=11111111-1111-1111-1111-111111111111;Authorization=AAD", true)]
    public void The_hub_signs_in_where_the_host_would(string? authentication, bool signsIn) =>
        Assert.Equal(signsIn, AzureMonitor.CredentialOf(authentication) is ManagedIdentityCredential);

    private static List<(string Metric, double Value, string Tags)> Metrics(HttpSink insights) =>
    [
        .. from request in insights.Requests
           from line in Lines(request.Body)
           let data = JsonNode.Parse(line)?["data"]?["baseData"]
           from metric in data?["metrics"]?.AsArray() ?? []
           select (metric["name"]!.GetValue<string>(), metric["value"]!.GetValue<double>(), TagsOf(data["properties"])),
    ];

    private static string TagsOf(JsonNode? properties) => string.Join(
        ' ',
        (properties as JsonObject ?? []).Where(tag => tag.Key is "queue" or "channel" or "outcome").OrderBy(tag => tag.Key).Select(tag => $"{tag.Key}={tag.Value}"));

    private static string[] Lines(byte[] body)
    {
        using var content = new StreamReader(
            body is [0x1f, 0x8b, ..] ? new GZipStream(new MemoryStream(body), CompressionMode.Decompress) : new MemoryStream(body), Encoding.UTF8);
        return content.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
