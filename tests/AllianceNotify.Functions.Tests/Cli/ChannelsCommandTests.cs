using System.Text.Json;
using AllianceNotify.Contracts.Graph;
using Xunit;

namespace AllianceNotify.Functions.Tests.Cli;

public sealed class ChannelsCommandTests : IAsyncLifetime
{
    private const string Person = "0b5c2d9e-7a31-4c86-9f0e-2a6d1b3c4e5f";

    private readonly string data = Directory.CreateTempSubdirectory("alliancenotify-cli-").FullName;
    private FakeGraph graph = null!;

    public async Task InitializeAsync()
    {
        graph = await FakeGraph.StartAsync(TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(data, "appsettings.json"), JsonSerializer.Serialize(new
        {
            Hub = new { PublicUrl = "https://hub.example" },
            Graph = new
            {
                BaseAddress = graph.Address,
                ClientId = "0a0b0c0d-0000-4000-8000-000000000002",
                Mail = new { Senders = new[] { "alerts-1@hub.example", "alerts-2@hub.example" } },
                Teams = new { AppId = "0a0b0c0d-0000-4000-8000-000000000001" },
            },
        }));
    }

    public async Task DisposeAsync()
    {
        await graph.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Each_named_channel_sends_a_test_and_the_others_are_listed()
    {
        var verb = await Verb.RunAsync("channels", "check", "graph-mail=you@hub.example", $"teams={Person}", "smtp=you@hub.example", "--data", data);

        Assert.Equal((0, ""), (verb.ExitCode, verb.Error));
        Assert.Equal(["alerts-1@hub.example", "alerts-2@hub.example"], graph.Mails.Select(mail => mail.Sender).Order());
        Assert.All(graph.Mails, mail => Assert.Equal("test", mail.Headers["x-alliancenotify-mode"]));
        Assert.All(graph.Mails, mail => Assert.Contains("TEST TEST TEST / 試験 試験 試験", System.Net.WebUtility.HtmlDecode(mail.Html), StringComparison.Ordinal));
        Assert.Contains("TEST TEST TEST", Assert.Single(graph.Activities).Parameters["banner"], StringComparison.Ordinal);
        Assert.Equal(2, verb.OutputLines.Count(line => line.StartsWith("graph-mail\taccepted", StringComparison.Ordinal)));
        Assert.Single(verb.OutputLines, line => line.StartsWith("teams\taccepted", StringComparison.Ordinal));
        Assert.Single(verb.OutputLines, line => line.StartsWith("smtp\twritten to the outbox, which stands in for it", StringComparison.Ordinal));
        Assert.Contains("webhook\tnot tried", verb.OutputLines);
        Assert.Contains("outbox\tnot tried", verb.OutputLines);
    }

    [Fact]
    public async Task A_missing_permission_is_named_for_the_administrator()
    {
        graph.Permissions.Clear();

        var verb = await Verb.RunAsync("channels", "check", "graph-mail=you@hub.example", $"teams={Person}", "--data", data);

        Assert.Equal(1, verb.ExitCode);
        Assert.Contains("grant the application permission Mail.Send with admin consent", verb.Output, StringComparison.Ordinal);
        Assert.Contains("grant the application permission TeamsActivity.Send with admin consent", verb.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("you@hub.example", verb.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_not_got_the_teams_app_is_what_the_check_says()
    {
        graph.NotInstalled.Add(Person);

        var verb = await Verb.RunAsync("channels", "check", $"teams={Person}", "--data", data);

        Assert.Equal(1, verb.ExitCode);
        Assert.Contains("is not installed for this person", verb.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pigeon=you@hub.example")]
    [InlineData("graph-mail")]
    [InlineData("=you@hub.example")]
    public async Task A_wrong_recipient_is_a_wrong_call(string recipient)
    {
        var verb = await Verb.RunAsync("channels", "check", recipient, "--data", data);

        Assert.Equal(2, verb.ExitCode);
        Assert.Empty(graph.Calls);
    }

    [Fact]
    public async Task The_teams_app_is_built_by_one_command_from_the_settings()
    {
        var file = Path.Combine(data, "app.zip");

        var verb = await Verb.RunAsync("teams-package", file, "--app-version", "1.2.3", "--data", data);

        Assert.Equal((0, ""), (verb.ExitCode, verb.Error));
        Assert.Empty(Graph.Package.ManifestRules.Check(await File.ReadAllBytesAsync(file)));
    }
}
