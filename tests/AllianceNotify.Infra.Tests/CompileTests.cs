using Xunit;

namespace AllianceNotify.Infra.Tests;

/// <summary>With ALLIANCENOTIFY_WRITE_SNAPSHOTS=1 the snapshots in infra/snapshots are written in place of being compared.</summary>
[Collection(InfraFolder.Collection)]
public sealed class CompileTests(InfraFolder infra)
{
    public static TheoryData<string> Environments { get; } = [.. InfraFolder.Environments];

    [SkippableFact]
    public void The_template_compiles_without_a_remark()
    {
        InfraFolder.SkipWithoutCompiler();
        Assert.Equal("", infra.Build.Error);
        Assert.Equal(0, infra.Build.ExitCode);
    }

    [SkippableTheory]
    [InlineData("bicep")]
    [InlineData("bicepparam")]
    public async Task Every_file_lints_without_a_remark(string extension)
    {
        InfraFolder.SkipWithoutCompiler();
        var answer = await BicepCli.RunAsync("lint", "--pattern", infra.Every(extension));
        Assert.Equal(("", 0), (answer.Output + answer.Error, answer.ExitCode));
    }

    [SkippableTheory]
    [InlineData("bicep")]
    [InlineData("bicepparam")]
    public async Task Every_file_is_laid_out_as_the_formatter_lays_it_out(string extension)
    {
        InfraFolder.SkipWithoutCompiler();
        Assert.Equal(0, (await BicepCli.RunAsync("format", "--pattern", infra.Every(extension))).ExitCode);
        foreach (var (source, copy) in infra.Files(extension))
        {
            Assert.Equal(await File.ReadAllTextAsync(source), await File.ReadAllTextAsync(copy));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Environments))]
    public async Task The_snapshot_checked_in_is_what_the_parameter_file_deploys(string environment)
    {
        var snapshot = infra.SnapshotText(environment);
        var path = Path.Combine(InfraFolder.Source, "snapshots", $"{environment}.json");
        if (Environment.GetEnvironmentVariable("ALLIANCENOTIFY_WRITE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(path, snapshot);
        }

        Assert.True(File.Exists(path), $"{path} is missing.");
        Assert.Equal(await File.ReadAllTextAsync(path), snapshot);
    }
}
