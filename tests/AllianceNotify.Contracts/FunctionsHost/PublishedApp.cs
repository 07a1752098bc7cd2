using System.Diagnostics;
using Xunit;

namespace AllianceNotify.Contracts.FunctionsHost;

/// <summary>
/// What <c>dotnet publish</c> makes of the executable that these tests were built with; or the folder that ALLIANCENOTIFY_APP names,
/// to try what <c>eng/package</c> made.
/// </summary>
public sealed class PublishedApp : IAsyncLifetime
{
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static readonly string? Given = Environment.GetEnvironmentVariable("ALLIANCENOTIFY_APP");

    /// <summary>The folder that a Functions host is pointed at.</summary>
    public string Root { get; } = Given ?? Directory.CreateTempSubdirectory("alliancenotify-app-").FullName;

    public async Task InitializeAsync()
    {
        if (Given is not null)
        {
            return;
        }

        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet",
            ["publish", Path.Combine(Repository.Root, "functions"), "--no-build", "-c", Configuration, "-o", Root, "--nologo", "-v", "quiet", "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await Task.WhenAll(publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, string.Concat(said));
    }

    public Task DisposeAsync()
    {
        if (Given is null)
        {
            Directory.Delete(Root, recursive: true);
        }

        return Task.CompletedTask;
    }
}
