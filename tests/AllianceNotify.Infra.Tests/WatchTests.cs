using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AllianceNotify.Delivery;
using AllianceNotify.Functions.Telemetry;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>The alert rules ask for what the hub really measures and logs, so that none of them can never fire.</summary>
[Collection(InfraFolder.Collection)]
public sealed partial class WatchTests(InfraFolder infra)
{
    private const string Rules = "Microsoft.Insights/scheduledQueryRules";

    public static TheoryData<string> Environments => CompileTests.Environments;

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Every_deployment_watches_its_dead_letters_queues_deliveries_sources_and_answers(string environment)
    {
        var names = infra.Resources(environment)
            .Where(resource => resource.Type is Rules or "Microsoft.Insights/metricAlerts")
            .Select(rule => rule.Name.Split($"-{environment}-")[1]);
        Assert.Superset(
            new HashSet<string> { "dead-letters", "broker-dead-letters", "queue-age", "failed-deliveries", "silent-source", "unanswered", "availability" },
            names.ToHashSet());
    }

    [SkippableFact]
    public void Production_notices_that_the_hub_or_a_source_falls_silent()
    {
        var names = infra.Resources("production").Where(resource => resource.Type == Rules).Select(rule => rule.Name);
        Assert.Contains("alert-anotify-production-hub-silent", names);
        Assert.Contains("alert-anotify-production-silent-jma-xml", names);
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Rules_name_metrics_and_dimensions_that_the_hub_emits(string environment)
    {
        var emitted = Emitted();
        foreach (var query in Queries(environment).Where(query => query.StartsWith("AppMetrics", StringComparison.Ordinal)))
        {
            var metric = Assert.Single(MetricName().Matches(query)).Groups[1].Value;
            Assert.True(emitted.TryGetValue(metric, out var tags), $"The hub has no metric {metric}.");
            Assert.All(Property().Matches(query), match => Assert.Contains(match.Groups[1].Value, tags!));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Rules_name_outcomes_and_formats_that_there_are(string environment)
    {
        var outcomes = typeof(DeliveryStep).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();
        var formats = typeof(IReportFormat).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(IReportFormat)))
            .Select(type => type.GetField("FormatName", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetRawConstantValue())
            .ToList();
        foreach (var query in Queries(environment))
        {
            Assert.All(Outcomes().Matches(query).SelectMany(match => Quoted().Matches(match.Value)), match => Assert.Contains(match.Groups[1].Value, outcomes));
            Assert.All(Format().Matches(query), match => Assert.Contains(match.Groups[1].Value, formats));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Rules_look_for_words_that_the_hub_logs_as_errors(string environment)
    {
        var logged = new[] { typeof(HubTelemetry).Assembly, typeof(QueueGauges).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .Where(attribute => attribute?.Level >= LogLevel.Error)
            .Select(attribute => attribute!.Message)
            .ToList();
        var phrases = Queries(environment).SelectMany(query => LoggedWords().Matches(query)).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(phrases);
        Assert.All(phrases, phrase => Assert.Contains(logged, message => message!.Contains(phrase, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_host_leaves_out_none_of_the_log_lines_that_rules_look_for()
    {
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(BicepCli.Metadata("Repository"), "host.json")))!;
        var sampling = host["logging"]!["applicationInsights"]!["samplingSettings"]!;
        Assert.Contains("Trace", sampling["excludedTypes"]!.GetValue<string>().Split(';'));
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Every_rule_calls_somebody(string environment)
    {
        var resources = infra.Resources(environment);
        var people = Assert.Single(resources, resource => resource.Type == "Microsoft.Insights/actionGroups");
        Assert.NotEmpty(people.Properties["emailReceivers"]!.AsArray());
        Assert.All(
            resources.Where(resource => resource.Type is Rules or "Microsoft.Insights/metricAlerts"),
            rule => Assert.Contains(people.Id, rule.Properties["actions"]!.ToJsonString(), StringComparison.Ordinal));
    }

    private IEnumerable<string> Queries(string environment) => infra.Resources(environment)
        .Where(resource => resource.Type == Rules)
        .Select(rule => rule.Properties["criteria"]!["allOf"]![0]!["query"]!.GetValue<string>());

    /// <summary>The tags that the hub gives each of its metrics, from measuring everything once.</summary>
    private static Dictionary<string, HashSet<string>> Emitted()
    {
        var emitted = new Dictionary<string, HashSet<string>>();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == HubTelemetry.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();

        var factory = services.GetRequiredService<IMeterFactory>();
        var metrics = new HubMetrics(factory);
        metrics.ReportAccepted("format", "mode");
        metrics.AlertMade(TimeSpan.Zero, "category", "mode");
        metrics.DeliverySettled("channel", "outcome", TimeSpan.Zero);
        metrics.Acknowledged(TimeSpan.Zero, "category");
        metrics.DeadLettered("queue");
        new QueueGauges(factory, TimeProvider.System).Set(QueueName.Reports, new QueueDepth(0, 0, null));
        listener.RecordObservableInstruments();
        return emitted;

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (!emitted.TryGetValue(instrument.Name, out var names))
            {
                emitted[instrument.Name] = names = [];
            }

            foreach (var tag in tags)
            {
                names.Add(tag.Key);
            }
        }
    }

    [GeneratedRegex("Name == \"([^\"]+)\"")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"Properties\.(\w+)")]
    private static partial Regex Property();

    [GeneratedRegex(@"Outcome in \([^)]*\)")]
    private static partial Regex Outcomes();

    [GeneratedRegex(@"Properties\.format\) == ""([^""]+)""")]
    private static partial Regex Format();

    [GeneratedRegex("Message has \"([^\"]+)\"")]
    private static partial Regex LoggedWords();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
