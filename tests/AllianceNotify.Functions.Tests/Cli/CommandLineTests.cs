using System.Text.Json;
using AllianceNotify.LoadDriver;
using Xunit;

namespace AllianceNotify.Functions.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("alliancenotify-cli-").FullName;

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("serve", "--nonsense")]
    [InlineData("serve", "--urls", "nowhere")]
    [InlineData("serve", "--urls", "http://0.0.0.0:0")]
    [InlineData("api-key", "create")]
    [InlineData("api-key", "create", "x", "--role", "emperor")]
    [InlineData("api-key", "create", "x", "--role", "1")]
    [InlineData("api-key", "create", "x", "--role", "auditor", "--source", "s")]
    [InlineData("classify")]
    [InlineData("classify", "no-such-file.json")]
    [InlineData("replay", "no-such-file.json", "--key", "k")]
    [InlineData("replay", "/", "--hub", "nowhere", "--key", "k")]
    [InlineData("contacts", "import", "no-such-file.csv")]
    public async Task A_wrong_call_ends_with_2_and_one_line_that_says_why(params string[] arguments)
    {
        var verb = await Verb.RunAsync(arguments);

        Assert.Equal(2, verb.ExitCode);
        Assert.Empty(verb.Output);
        Assert.StartsWith("alliancenotify: ", Assert.Single(verb.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_version_end_with_0()
    {
        var help = await Verb.RunAsync("--help");
        var version = await Verb.RunAsync("version");

        Assert.Equal(0, help.ExitCode);
        Assert.All(
            new[] { "serve", "demo", "replay", "classify", "contacts", "api-key", "dead-letters" },
            verb => Assert.Contains(verb, help.Output, StringComparison.Ordinal));
        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
    }

    [Theory]
    [InlineData("Reporter")]
    [InlineData("duty-officer")]
    [InlineData("DutyOfficer")]
    public async Task A_key_is_printed_alone_and_works_in_a_serving_hub(string role)
    {
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = Data };
        await using var hub = await HubProcess.StartAsync(launch);

        var verb = await Verb.RunAsync("api-key", "create", "cli test", "--role", role, "--data", Data);

        Assert.Equal(0, verb.ExitCode);
        Assert.Empty(verb.Error);
        using var client = new HttpClient { BaseAddress = hub.Address };
        client.DefaultRequestHeaders.Add("X-Api-Key", Assert.Single(verb.OutputLines));
        using var response = await client.GetAsync("/api/reports/r-none");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_second_hub_on_the_same_store_does_not_start_and_says_so_in_one_line()
    {
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = Data };
        await using var hub = await HubProcess.StartAsync(launch);

        var second = await Verb.RunAsync("serve", "--urls", "http://127.0.0.1:0", "--data", Data);

        Assert.Equal(1, second.ExitCode);
        Assert.Empty(second.Output);
        Assert.Single(second.ErrorLines);
    }

    [Fact]
    public async Task A_start_with_nobody_on_the_duty_desk_says_so_in_one_line()
    {
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = Data };
        await using var hub = await HubProcess.StartAsync(launch);

        await Eventually.TrueAsync(
            () => hub.LastErrors().Split(Environment.NewLine).Any(line => line.StartsWith("Warning: nobody is on the duty desk.", StringComparison.Ordinal)), "the warning");
    }

    [SkippableFact]
    public async Task The_data_folder_is_its_owners_alone()
    {
        Skip.If(OperatingSystem.IsWindows(), "File modes are POSIX.");
        await MakeStoreAsync();

#pragma warning disable CA1416 // Skipped there.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Data));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task Lines_are_classified_in_their_order_with_their_ids()
    {
        const string Lines = """
            {"id":7,"title":"North Korea launches a ballistic missile toward the Sea of Japan","body":"It fell outside the EEZ."}

            {"id":"text","title":"Cherry blossoms open in Tokyo","body":"Visitors enjoy the parks."}
            {"id":"broken",
            {"title":"no id"}
            """;

        var verb = await Verb.RunAsync(Lines, ["classify", "-"]);

        Assert.Equal(1, verb.ExitCode);
        Assert.Single(verb.ErrorLines);
        var answers = verb.OutputLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(4, answers.Count);
        Assert.Equal(7, answers[0].GetProperty("id").GetInt32());
        Assert.Equal("missile-launch", answers[0].GetProperty("classification").GetProperty("category").GetString());
        Assert.Equal("text", answers[1].GetProperty("id").GetString());
        Assert.Equal("none", answers[1].GetProperty("classification").GetProperty("category").GetString());
        Assert.True(answers[2].TryGetProperty("error", out _));
        Assert.False(answers[3].TryGetProperty("id", out _));
    }

    [Fact]
    public async Task A_report_file_is_classified_report_by_report()
    {
        var verb = await Verb.RunAsync("classify", Path.Combine(AppContext.BaseDirectory, "samples", "usgs", "significant_month.geojson"));

        Assert.Equal(0, verb.ExitCode);
        Assert.Equal(10, verb.OutputLines.Length);
        Assert.All(verb.OutputLines, line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("sourceId", out _)));
    }

    [Fact]
    public async Task Reports_are_replayed_to_a_hub_and_what_it_refuses_ends_with_1()
    {
        var launch = new HubLaunch { Assembly = HubLaunch.AssemblyBesideThisProgram, DataDirectory = Data };
        await using var hub = await HubProcess.StartAsync(launch);
        var key = await HubProcess.CreateKeyAsync(launch, "reporter");
        var good = Path.Combine(AppContext.BaseDirectory, "samples", "cap", "v1dot2_appendix_adot2.xml");
        var bad = Path.Combine(folder, "bad.json");
        await File.WriteAllTextAsync(bad, "{}");

        var first = await Verb.RunAsync("replay", good, "--hub", hub.Address.AbsoluteUri, "--key", key);
        var second = await Verb.RunAsync("replay", good, bad, "--hub", hub.Address.AbsoluteUri, "--key", key);
        var refused = await Verb.RunAsync("replay", good, "--hub", hub.Address.AbsoluteUri, "--key", "nobody");

        Assert.Equal(0, first.ExitCode);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(bad, second.Error, StringComparison.Ordinal);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("401", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_is_not_there_ends_a_replay_with_1_and_one_line()
    {
        var verb = await Verb.RunAsync(
            "replay", Path.Combine(AppContext.BaseDirectory, "samples", "cap", "weather.cap"), "--hub", "http://127.0.0.1:9", "--key", "k");

        Assert.Equal(1, verb.ExitCode);
        Assert.Single(verb.ErrorLines);
    }

    [Fact]
    public async Task Contacts_go_out_in_the_form_they_came_in()
    {
        var sample = Path.Combine(folder, "contacts.csv");
        var exported = Path.Combine(folder, "exported.csv");
        await File.WriteAllTextAsync(sample, """
            id,nameEn,nameJa,agency,nation,languages,channels
            sample-1,Sample Officer 1,,MOD,JPN,ja;en,outbox:
            sample-2,Sample Officer 2,見本 二葉,USFJ,USA,en,outbox:

            """);

        await MakeStoreAsync();
        var dry = await Verb.RunAsync("contacts", "import", sample, "--dry-run", "--data", Data);
        var before = await Verb.RunAsync("contacts", "export", "-", "--data", Data);
        var import = await Verb.RunAsync("contacts", "import", sample, "--data", Data);
        var export = await Verb.RunAsync("contacts", "export", exported, "--data", Data);
        var again = await Verb.RunAsync("contacts", "import", exported, "--data", Data);

        Assert.All(new[] { dry, before, import, export, again }, verb => Assert.Equal((0, ""), (verb.ExitCode, verb.Error)));
        Assert.StartsWith("created 2,", import.OutputLines[^1], StringComparison.Ordinal);
        Assert.Equal($"would be {import.OutputLines[^1]}", dry.OutputLines[^1]);
        Assert.Single(before.OutputLines);
        Assert.Contains("見本 二葉", await File.ReadAllTextAsync(exported), StringComparison.Ordinal);
        Assert.StartsWith("created 0, updated 0, unchanged 2,", again.OutputLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_contacts_are_taken_or_every_refused_row_is_named()
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "samples", "contacts", "contacts.csv");

        var import = await Verb.RunAsync("contacts", "import", sample, "--data", Data);
        var export = await Verb.RunAsync("contacts", "export", "-", "--data", Data);

        // The sample names lists that only its seed file makes.
        var refused = import.ErrorLines.Length;
        var created = export.OutputLines.Length - 1;
        Assert.Equal(refused == 0 ? 0 : 1, import.ExitCode);
        Assert.StartsWith($"created {created}, updated 0, unchanged 0, refused {refused},", import.OutputLines[^1], StringComparison.Ordinal);
        Assert.True(created + refused > 0);
    }

    [Fact]
    public async Task Each_row_that_is_not_imported_is_one_line_on_standard_error()
    {
        var file = Path.Combine(folder, "contacts.csv");
        await File.WriteAllTextAsync(file, "id,nameEn,agency,nation,languages,channels\ngood,Sample,JCG,JPN,en,outbox:\nbad,Sample,JCG,Japan,en,outbox:\ngood,Sample,JCG,JPN,en,outbox:\n");

        var verb = await Verb.RunAsync("contacts", "import", file, "--data", Data);

        Assert.Equal(1, verb.ExitCode);
        Assert.Equal(2, verb.ErrorLines.Length);
        Assert.StartsWith("created 1,", Assert.Single(verb.OutputLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit", "verify")]
    [InlineData("dead-letters", "list")]
    [InlineData("dead-letters", "replay")]
    [InlineData("contacts", "export", "EXPORT")]
    [InlineData("contacts", "import", "CONTACTS", "--dry-run")]
    [InlineData("sign-in-link")]
    [InlineData("migrate", "--to", "azure-tables")]
    [InlineData("channels", "check", "outbox=x")]
    [InlineData("teams-package", "EXPORT")]
    public async Task A_folder_named_wrong_is_said_to_hold_no_store_and_none_is_made(params string[] arguments)
    {
        var contacts = Path.Combine(folder, "contacts.csv");
        await File.WriteAllTextAsync(contacts, "id,nameEn,agency,nation,languages,channels\ngood,Sample,JCG,JPN,en,outbox:\n");
        var export = Path.Combine(folder, "export");

        var verb = await Verb.RunAsync(
            [.. arguments.Select(argument => argument switch { "EXPORT" => export, "CONTACTS" => contacts, _ => argument }), "--data", Data]);

        Assert.Equal(1, verb.ExitCode);
        Assert.Empty(verb.Output);
        Assert.StartsWith("alliancenotify: There is no ", Assert.Single(verb.ErrorLines), StringComparison.Ordinal);
        Assert.Contains(Data, verb.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
        Assert.False(File.Exists(export));
    }

    [Fact]
    public async Task What_verbs_change_is_in_an_audit_log_that_can_be_checked()
    {
        await Verb.RunAsync("api-key", "create", "audited", "--role", "auditor", "--data", Data);
        await Verb.RunAsync("sign-in-link", "--data", Data);

        var verified = await Verb.RunAsync("audit", "verify", "--data", Data);
        var anchor = verified.OutputLines[^1].Split(' ')[^1];
        await Verb.RunAsync("sign-in-link", "--data", Data);
        var again = await Verb.RunAsync("audit", "verify", "--anchor", anchor, "--data", Data);
        var other = await Verb.RunAsync("audit", "verify", "--anchor", $"1:{new string('0', 64)}", "--data", Data);
        var wrong = await Verb.RunAsync("audit", "verify", "--anchor", "last", "--data", Data);

        Assert.StartsWith("2 entries, unbroken; anchor 2:", verified.Output, StringComparison.Ordinal);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal((1, 1), (other.ExitCode, other.ErrorLines.Length));
        Assert.Equal((2, 1), (wrong.ExitCode, wrong.ErrorLines.Length));
    }

    [Fact]
    public async Task Without_dead_letters_the_list_is_empty_and_an_unknown_one_ends_with_1()
    {
        await MakeStoreAsync();

        var list = await Verb.RunAsync("dead-letters", "list", "--data", Data);
        var replay = await Verb.RunAsync("dead-letters", "replay", "reports.none", "--data", Data);

        Assert.Equal(0, list.ExitCode);
        Assert.Empty(list.Output);
        Assert.Equal(1, replay.ExitCode);
        Assert.Single(replay.ErrorLines);
    }

    [Fact]
    public async Task Another_sign_in_link_is_printed_beside_a_serving_hub()
    {
        await MakeStoreAsync();

        var verb = await Verb.RunAsync("sign-in-link", "--data", Data);

        Assert.Equal(0, verb.ExitCode);
        Assert.Matches(@"^http://127\.0\.0\.1:7071/sign-in\?ticket=[a-z2-7]{52}$", Assert.Single(verb.OutputLines));
    }

    private async Task MakeStoreAsync() =>
        Assert.Equal(0, (await Verb.RunAsync("api-key", "create", "first", "--role", "auditor", "--data", Data)).ExitCode);
}
