using System.Text.RegularExpressions;
using Xunit;

namespace AllianceNotify.Functions.Tests.Triggers;

/// <summary>
/// The isolated head is not compiled with the rest, since its packages are not to be had everywhere. That its functions are those
/// of <c>functions/bindings</c> can be read in its source all the same.
/// </summary>
public sealed partial class IsolatedHeadTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "functions", "isolated");

    private static readonly IReadOnlyList<FunctionFolder> Functions = FunctionFolder.ReadAll(Path.Combine(Repository.Root, "functions", "bindings"));

    [Fact]
    public void Its_functions_are_those_of_the_custom_handler()
    {
        var source = string.Concat(Directory.EnumerateFiles(Folder, "*.cs").Select(File.ReadAllText));

        var written = Function().Matches(source).Select(match => (Name: match.Groups["name"].Value, Method: match.Groups["method"].Value, Trigger: match.Groups["trigger"].Value));

        Assert.Equal(
            Functions.Select(function => (function.Name, function.Name, Trigger: function.Type switch
            {
                "httpTrigger" => $"HttpTrigger(AuthorizationLevel.Anonymous, {string.Join(", ", function.Methods.Select(method => $"\"{method}\""))}, Route = \"{function.Route}\")",
                "serviceBusTrigger" => $"ServiceBusTrigger(\"{function.Text("queueName")}\", Connection = \"{function.Text("connection")}\")",
                _ => $"TimerTrigger(\"{function.Text("schedule")}\", UseMonitor = false)",
            })).Order(),
            written.Order());
    }

    [Fact]
    public void Each_calls_the_hub_by_its_own_name()
    {
        var source = string.Concat(Directory.EnumerateFiles(Folder, "*Functions.cs").Select(File.ReadAllText));

        Assert.All(
            Functions.Where(function => function.Type != "httpTrigger"),
            function => Assert.Contains(
                function.Type == "timerTrigger" ? $"RunSweepAsync(\"{function.Name}\"," : $"RunStageAsync(\"{function.Name}\",", source, StringComparison.Ordinal));
    }

    [Fact]
    public void It_stays_a_thin_head() => Assert.True(Directory.EnumerateFiles(Folder, "*.cs").Sum(file => File.ReadLines(file).Count()) < 300);

    [GeneratedRegex("""\[Function\("(?<name>\w+)"\)\]\s+public Task (?<method>\w+)\(\[(?<trigger>.*)\] \w+ \w+[,)]""")]
    private static partial Regex Function();
}
