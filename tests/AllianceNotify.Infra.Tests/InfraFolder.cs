using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>
/// A copy of <c>infra/</c>, compiled once: what each parameter file would deploy into a subscription and tenant whose ids are
/// all zeros.
/// </summary>
public sealed class InfraFolder : IAsyncLifetime
{
    public const string Collection = "infra";

    /// <summary>The environments there is a parameter file for.</summary>
    public static readonly string[] Environments = ["dev", "exercise", "production"];

    /// <summary>Choices that no parameter file makes, by name.</summary>
    private static readonly Dictionary<string, string> Variants = new()
    {
        ["sealed"] = """
            using 'main.bicep'
            param environmentName = 'production'
            param location = 'japaneast'
            param head = 'isolated'
            param inbound = 'private'
            param privateNetwork = true
            param messagingSku = 'Premium'
            param operators = ['hub-operators@example.com']
            param scale = { memory: 4096, maximum: 40, alwaysReady: {} }
            param thresholds = { queueAge: 60, failedDeliveries: 1, silentFormats: {} }
            param budget = { amount: 1, start: '2026-12-01' }
            param hubSettings = { FanOut__MessageIdDomain: 'example.com' }
            param fromVault = { Webhook__Secret: 'webhook' }
            """,
        ["allowed"] = """
            using 'main.bicep'
            param environmentName = 'dev'
            param location = 'japaneast'
            param allowedNetworks = ['192.0.2.0/24', '198.51.100.0/24']
            param operators = ['hub-operators@example.com']
            param scale = { memory: 512, maximum: 40, alwaysReady: {} }
            param thresholds = { queueAge: 60, failedDeliveries: 1, silentFormats: {} }
            param budget = { amount: 1, start: '2026-12-01' }
            """,
        ["wrong"] = """
            using 'main.bicep'
            param environmentName = 'dev'
            param location = 'japaneast'
            param secondLocation = 'japaneast'
            param inbound = 'private'
            param operators = ['hub-operators@example.com']
            param scale = { memory: 512, maximum: 40, alwaysReady: {} }
            param thresholds = { queueAge: 60, failedDeliveries: 1, silentFormats: {} }
            param budget = { amount: 1, start: '2026-12-01' }
            """,
    };

    private const string Nobody = "00000000-0000-0000-0000-000000000000";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string copy = Directory.CreateTempSubdirectory("infra").FullName;
    private readonly Dictionary<string, string> snapshots = [];

    public static string Source { get; } = Path.Combine(BicepCli.Metadata("Repository"), "infra");

    /// <summary>What the compiler answered to being asked for the template.</summary>
    internal CliAnswer Build { get; private set; } = new(-1, "", "");

    public async Task InitializeAsync()
    {
        if (BicepCli.Missing is not null)
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories).Where(IsSource))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        Build = await BicepCli.RunAsync("build", Path.Combine(copy, "main.bicep"), "--stdout");
        foreach (var (name, text) in Variants)
        {
            await File.WriteAllTextAsync(Path.Combine(copy, $"{name}.bicepparam"), text);
        }

        foreach (var environment in Environments.Concat(Variants.Keys))
        {
            var answer = await BicepCli.RunAsync(
                "snapshot", Path.Combine(copy, $"{environment}.bicepparam"), "--mode", "overwrite",
                "--subscription-id", Nobody, "--tenant-id", Nobody, "--location", "japaneast", "--deployment-name", "alliancenotify");
            var written = Path.Combine(copy, $"{environment}.snapshot.json");
            snapshots[environment] = answer.ExitCode == 0 && File.Exists(written) ? await File.ReadAllTextAsync(written) : answer.Error;
        }
    }

    /// <summary>A pattern for all files of the copy with that extension.</summary>
    internal string Every(string extension) => Path.Combine(copy, "**", $"*.{extension}");

    internal IEnumerable<(string Source, string Copy)> Files(string extension) =>
        from file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories)
        where Path.GetExtension(file) == $".{extension}"
        select (file, Path.Combine(copy, Path.GetRelativePath(Source, file)));

    public Task DisposeAsync()
    {
        Directory.Delete(copy, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>The snapshot with its outputs in order of name, which the compiler writes in any; what it complained of where it wrote none.</summary>
    public string SnapshotText(string environment)
    {
        SkipWithoutCompiler();
        var written = snapshots[environment];
        if (!written.StartsWith('{'))
        {
            return written;
        }

        var json = JsonNode.Parse(written)!.AsObject();
        json["outputs"] = new JsonObject(json["outputs"]!.AsObject().OrderBy(output => output.Key, StringComparer.Ordinal)
            .Select(output => KeyValuePair.Create(output.Key, output.Value?.DeepClone())));
        return json.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>What would be deployed.</summary>
    internal IReadOnlyList<Resource> Resources(string environment) =>
        [.. JsonNode.Parse(SnapshotText(environment))!["predictedResources"]!.AsArray().Select(node => new Resource(node!.AsObject()))];

    /// <summary>On a machine that the compiler does not run on the tests are skipped, except by CI.</summary>
    public static void SkipWithoutCompiler()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Null(BicepCli.Missing);
        }

        Skip.If(BicepCli.Missing is not null, BicepCli.Missing);
    }

    private static bool IsSource(string file) => Path.GetExtension(file) is ".bicep" or ".bicepparam" || Path.GetFileName(file) == "bicepconfig.json";
}

[CollectionDefinition(InfraFolder.Collection)]
public sealed class InfraCollection : ICollectionFixture<InfraFolder>;
