using System.CommandLine;
using AllianceNotify.Contacts;
using AllianceNotify.Functions.Web;
using AllianceNotify.Security;

namespace AllianceNotify.Functions.Cli;

/// <summary>
/// <c>demo</c>: the hub on a fresh store with a sample directory, fed with the real reports in <c>samples/</c>. Nothing leaves the
/// machine: every channel writes to the outbox.
/// </summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var (urls, data) = (HubCommandOptions.Urls(), HubCommandOptions.Data());
        var command = new Command("demo", "Run the hub on a fresh store with sample lists and replay real reports.") { urls, data };
        command.SetAction((parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(data) ?? Path.Combine(Path.GetTempPath(), DeterministicId.Random("alliancenotify-demo-", 5));
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new CallFailed($"'{folder}' is not empty: the demonstration starts on a fresh store.");
            }

            return RunningHub.RunAsync(
                new HubArguments(parsed.GetValue(urls), folder) { OutboxOnly = true, Quiet = true },
                (app, token) => PlayAsync(app, folder, token),
                cancellationToken);
        });
        return command;
    }

    private static async Task PlayAsync(WebApplication app, string folder, CancellationToken cancellationToken)
    {
        var samples = Path.Combine(AppContext.BaseDirectory, "samples");
        var services = app.Services;
        await LoadSampleDirectory.LoadAsync(Path.Combine(samples, "contacts"), services.GetRequiredService<DirectoryTables>(), cancellationToken);
        var (_, key) = await services.GetRequiredService<ApiKeyTable>().CreateAsync(
            new NewApiKey("demonstration replay", HubRole.Reporter, "command line"), services.GetRequiredService<TimeProvider>().GetUtcNow(), cancellationToken);
        var files = ReplayFiles.In(samples).Where(path => !path.StartsWith(Path.Combine(samples, "contacts"), StringComparison.Ordinal)).ToList();
        await ReplayCommand.RunAsync(services.GetRequiredService<PublicAddress>().Listening[0], key.Reveal(), files, cancellationToken);
        Console.Out.WriteLine($"Alerts are in {Path.Combine(folder, "outbox")}; stop with Ctrl-C.");
    }
}
