using System.Reflection;
using System.Text.Json.Nodes;
using AllianceNotify.Isolated;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>The isolated head's functions, compiled against declarations of the worker's types, are those of <c>functions/bindings</c>.</summary>
public sealed class IsolatedHeadTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "functions", "isolated");

    private static readonly IReadOnlyList<FunctionFolder> Functions = FunctionFolder.ReadAll(Path.Combine(Repository.Root, "functions", "bindings"));

    [Fact]
    public void Its_functions_are_those_of_the_custom_handler() => Assert.Equal(
        Functions.Select(function => (function.Name, function.Name, Trigger: function.Type switch
        {
            "httpTrigger" => $"http {function.Text("authLevel")} {string.Join(',', function.Methods)} {function.Route}",
            "serviceBusTrigger" => $"queue {function.Text("queueName")} at {function.Text("connection")}",
            _ => $"timer {function.Text("schedule")}, monitored: {function.Trigger.TryGetProperty("useMonitor", out var monitored) && monitored.GetBoolean()}",
        })).Order(),
        IsolatedHead.Functions.Select(function => (function.GetCustomAttribute<FunctionAttribute>()!.Name, function.Name, Trigger: IsolatedHead.TriggerOf(function) switch
        {
            HttpTriggerAttribute http => $"http {http.AuthLevel.ToString().ToLowerInvariant()} {string.Join(',', http.Methods!)} {http.Route}",
            ServiceBusTriggerAttribute queue => $"queue {queue.QueueName} at {queue.Connection}",
            TimerTriggerAttribute timer => $"timer {timer.Schedule}, monitored: {timer.UseMonitor}",
            var other => other.GetType().Name,
        })).Order());

    [Fact]
    public void Each_takes_what_its_trigger_brings() => Assert.All(IsolatedHead.Functions, function =>
    {
        var types = function.GetParameters().Select(parameter => parameter.ParameterType);
        Assert.Equal(
            IsolatedHead.TriggerOf(function) switch
            {
                HttpTriggerAttribute => [typeof(HttpRequest)],
                ServiceBusTriggerAttribute => [typeof(ServiceBusReceivedMessage), typeof(CancellationToken)],
                _ => [typeof(TimerInfo), typeof(CancellationToken)],
            },
            types);
        Assert.Equal(typeof(Task), function.ReturnType);
    });

    /// <summary>A host.json that names a custom handler makes the host start that, and one with a bundle load it, also where the runtime is a worker.</summary>
    [Fact]
    public void Its_host_json_is_that_of_the_custom_handler_without_what_is_only_for_it()
    {
        var handlers = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")))!.AsObject();
        handlers.Remove("customHandler");
        handlers.Remove("extensionBundle");

        Assert.True(JsonNode.DeepEquals(handlers, JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "host.json")))));
    }

    [Fact]
    public void It_stays_a_thin_head() => Assert.True(Directory.EnumerateFiles(Folder, "*.cs").Sum(file => File.ReadLines(file).Count()) < 300);
}

/// <summary>The functions of the isolated head, by reflection as the worker finds them.</summary>
internal static class IsolatedHead
{
    public static IReadOnlyList<MethodInfo> Functions { get; } =
    [
        .. typeof(HubOfTheWorker).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null),
    ];

    public static TriggerBindingAttribute TriggerOf(MethodInfo function) => function.GetParameters()[0].GetCustomAttribute<TriggerBindingAttribute>()!;

    /// <summary>Calls a function on a new instance of its class, as the worker does.</summary>
    public static Task CallAsync(MethodInfo function, HubOfTheWorker hub, params object[] arguments) =>
        (Task)function.Invoke(Activator.CreateInstance(function.DeclaringType!, hub), arguments)!;
}
