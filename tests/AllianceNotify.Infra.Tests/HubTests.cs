using System.Text.Json.Nodes;
using AllianceNotify.Amqp;
using AllianceNotify.Messaging;
using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>What is deployed is what the hub asks for: its queues, its functions, its settings.</summary>
[Collection(InfraFolder.Collection)]
public sealed class HubTests(InfraFolder infra)
{
    private static readonly string Bindings = Path.Combine(BicepCli.Metadata("Repository"), "functions", "bindings");

    public static TheoryData<string> Environments => CompileTests.Environments;

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void The_broker_has_the_queues_that_the_hub_sends_to(string environment) => Assert.Equal(
        new AmqpQueueNames().OnServiceBus.Order(),
        Queues(environment).Order());

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Every_queue_is_emptied_by_a_function_and_every_function_has_its_queue(string environment) => Assert.Equal(
        Triggers("serviceBusTrigger").Select(trigger => trigger["queueName"]!.GetValue<string>()).Order(),
        Queues(environment).Order());

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void A_message_is_handed_out_as_often_as_the_hub_counts_and_copies_are_dropped(string environment) => Assert.All(
        infra.Resources(environment).Where(IsQueue),
        queue => Assert.Equal(
            ($"{QueueName.Reports.MaxDeliveries}", "true", "true", "PT1M", "false"),
            (queue.Value("maxDeliveryCount"), queue.Value("requiresDuplicateDetection"), queue.Value("deadLetteringOnMessageExpiration"),
                queue.Value("lockDuration"), queue.Value("enablePartitioning"))));

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void The_triggers_find_the_broker_by_the_connection_they_name(string environment)
    {
        var settings = AppSettings.Of(infra.Resources(environment)).Select(setting => setting.Name).ToHashSet();
        Assert.All(
            Triggers("serviceBusTrigger").Select(trigger => trigger["connection"]!.GetValue<string>()).Distinct(),
            connection => Assert.Superset(
                new HashSet<string> { $"{connection}__fullyQualifiedNamespace", $"{connection}__credential", $"{connection}__clientId" }, settings));
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public void Instances_are_kept_ready_for_functions_that_there_are(string environment)
    {
        var groups = infra.Resources(environment)
            .Where(resource => resource.Type == "Microsoft.Web/sites")
            .SelectMany(app => app.Properties["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!.AsArray())
            .Select(group => group!["name"]!.GetValue<string>());
        Assert.All(groups, group => Assert.True(
            group == "http" || (group.StartsWith("function:", StringComparison.Ordinal) && Directory.Exists(Path.Combine(Bindings, group["function:".Length..]))), group));
    }

    private IEnumerable<string> Queues(string environment) => infra.Resources(environment).Where(IsQueue).Select(queue => queue.Name.Split('/')[^1]);

    private static bool IsQueue(Resource resource) => resource.Type == "Microsoft.ServiceBus/namespaces/queues";

    private static IEnumerable<JsonNode> Triggers(string type) =>
        from file in Directory.EnumerateFiles(Bindings, "function.json", SearchOption.AllDirectories)
        from binding in JsonNode.Parse(File.ReadAllText(file))!["bindings"]!.AsArray()
        where binding!["type"]!.GetValue<string>() == type
        select binding;
}
