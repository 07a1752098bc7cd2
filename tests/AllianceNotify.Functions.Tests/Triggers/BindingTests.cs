using System.Text.Json;
using System.Text.RegularExpressions;
using AllianceNotify.Amqp;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Functions.Triggers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>
/// Three places say what the functions are: <c>functions/bindings</c> to the Functions host, the endpoints to ASP.NET Core, and
/// the queues in <c>infra/</c> to the broker. None may say what the others do not.
/// </summary>
public sealed partial class BindingTests(HubFixture hub) : IClassFixture<HubFixture>
{
    /// <summary>Functions of routes that only the contract has yet.</summary>
    private static readonly string[] Awaited = ["Feeds"];

    private static readonly IReadOnlyList<FunctionFolder> Functions = FunctionFolder.ReadAll(Path.Combine(Repository.Root, "functions", "bindings"));

    [Fact]
    public void Every_queue_and_timer_of_the_code_has_its_folder_and_no_other_folder_has_one()
    {
        var queues = Functions.Where(function => function.Type == "serviceBusTrigger").Select(function => new
        {
            function.Name,
            Queue = function.Text("queueName"),
            Connection = function.Text("connection"),
            Binding = function.Text("name"),
            DataType = function.Text("dataType"),
            Cardinality = function.Text("cardinality"),
        });
        var timers = Functions.Where(function => function.Type == "timerTrigger").Select(function => (function.Name, function.Text("schedule"), function.Text("name")));

        Assert.Equal(new AmqpQueueNames().OnServiceBus.Order(StringComparer.Ordinal), TriggerFunctions.Queues.Select(function => function.BrokerQueue).Order(StringComparer.Ordinal));
        Assert.Equal(
            TriggerFunctions.Queues.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Select(function => new
            {
                function.Name,
                Queue = function.BrokerQueue,
                TriggerFunctions.Connection,
                TriggerFunctions.Binding,
                DataType = "binary",
                Cardinality = "one",
            }),
            queues);
        Assert.Equal(
            TriggerFunctions.Timers.OrderBy(timer => timer.Name, StringComparer.OrdinalIgnoreCase).Select(timer => (timer.Name, timer.Schedule, TriggerFunctions.Binding)),
            timers);
        Assert.All(Functions, function => Assert.Contains(function.Type, new[] { "serviceBusTrigger", "timerTrigger", "httpTrigger" }));
    }

    /// <summary>One input and one output: with anything else the host wraps requests instead of forwarding them.</summary>
    [Fact]
    public void Http_functions_are_forwarded_and_leave_the_keys_to_the_hub() => Assert.All(
        Functions.Where(function => function.Type == "httpTrigger"),
        function =>
        {
            Assert.Equal(["httpTrigger", "http"], function.Bindings.Select(binding => binding.GetProperty("type").GetString()));
            Assert.Equal(["in", "out"], function.Bindings.Select(binding => binding.GetProperty("direction").GetString()));
            Assert.Equal("anonymous", function.Text("authLevel"));
        });

    [Fact]
    public void Names_are_ones_that_the_host_takes() => Assert.All(Functions, function =>
    {
        Assert.Matches("^[A-Za-z][A-Za-z0-9]{0,127}$", function.Name);
        Assert.NotEqual("host", function.Name, StringComparer.OrdinalIgnoreCase);
        Assert.All(function.Bindings, binding => Assert.Matches("^[a-zA-Z][a-zA-Z0-9]{0,127}$", binding.GetProperty("name").GetString()));
        Assert.Equal("function.json", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(
            Path.Combine(Repository.Root, "functions", "bindings", function.Name)))));
    });

    /// <summary>
    /// A new route that no function takes would be there stand-alone and missing in Azure: name it in the route of the function
    /// that it belongs to. None is taken by two, so that the order in which the host tries them does not matter.
    /// </summary>
    [Fact]
    public void Every_route_is_taken_by_exactly_one_function()
    {
        var wrong = Routes()
            .Select(route => (route.Method, route.Path, Takers: Functions.Where(function => function.Takes(route.Method, route.Path)).Select(function => function.Name).ToList()))
            .Where(route => route.Takers.Count != 1)
            .Select(route => $"{route.Method} {route.Path}: {(route.Takers.Count == 0 ? "no function" : string.Join(", ", route.Takers))}")
            .ToList();

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_http_function_takes_some_route() => Assert.Empty(Functions
        .Where(function => function.Type == "httpTrigger" && !Routes().Any(route => function.Takes(route.Method, route.Path)))
        .Select(function => function.Name)
        .Except(Awaited));

    /// <summary>Without regard to case, as the host and the hub match paths.</summary>
    [Fact]
    public void No_request_from_outside_has_a_triggers_path()
    {
        var names = TriggerFunctions.Queues.Select(function => function.Name).Concat(TriggerFunctions.Timers.Select(timer => timer.Name)).ToList();

        Assert.All(names, name => Assert.DoesNotContain(Functions, function => function.Takes("POST", $"/{name}")));
        Assert.DoesNotContain(Routes(), route => names.Contains(route.Path.Value!.Trim('/'), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_host_is_told_to_forward_without_a_prefix_and_to_wait_longer_than_the_hub_works()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")));
        var root = host.RootElement;

        Assert.Equal("", root.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
        Assert.True(root.GetProperty("customHandler").GetProperty("enableForwardingHttpRequest").GetBoolean());
        Assert.True(root.GetProperty("customHandler").GetProperty("enableProxyingHttpRequest").GetBoolean());
        Assert.StartsWith(
            root.GetProperty("customHandler").GetProperty("description").GetProperty("defaultExecutablePath").GetString()!,
            Path.GetFileName(typeof(TriggerFunctions).Assembly.Location),
            StringComparison.Ordinal);
        var timeout = TimeSpan.Parse(root.GetProperty("functionTimeout").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        var renewed = TimeSpan.Parse(
            root.GetProperty("extensions").GetProperty("serviceBus").GetProperty("maxAutoLockRenewalDuration").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        var longest = RunStage.LongestRun + RunStage.LongestOutageWait + QueuePumpPause;
        Assert.True(longest < timeout, $"{longest} is not under {timeout}");
        Assert.True(longest < renewed, $"{longest} is not under {renewed}");
    }

    private static TimeSpan QueuePumpPause => AllianceNotify.Functions.Pumps.QueuePump.LongestPause;

    /// <summary>Every route of the hub, with sample values for its parameters.</summary>
    private IReadOnlyList<(string Method, Microsoft.AspNetCore.Http.PathString Path)> Routes() =>
    [
        .. hub.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method =>
                (method, new Microsoft.AspNetCore.Http.PathString("/" + Parameter().Replace(endpoint.RoutePattern.RawText!.Trim('/'), "x-1")))))
            // The Functions host answers its own root.
            .Where(route => route.Item2 != "/"),
    ];

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
