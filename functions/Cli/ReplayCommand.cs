using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using AllianceNotify.Functions.Web;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>replay FILE…</c>: sends report files to a hub. Exit code 1 where the hub took one of them not at all or only in part.</summary>
internal static class ReplayCommand
{
    private const string KeyVariable = "ALLIANCENOTIFY_KEY";

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Report files, NDJSON files, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var hub = new Option<string>("--hub") { Description = "Address of the hub.", HelpName = "URL", DefaultValueFactory = _ => ListenAddress.Default };
        var key = new Option<string?>("--key") { Description = $"API key of a reporter (default: {KeyVariable}).", HelpName = "KEY" };
        var command = new Command("replay", "Send report files to a hub.") { files, hub, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!Uri.TryCreate(parsed.GetValue(hub), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new CallFailed($"'{parsed.GetValue(hub)}' is not the address of a hub.");
            }

            var credential = parsed.GetValue(key) ?? Environment.GetEnvironmentVariable(KeyVariable)
                ?? throw new CallFailed($"Name a reporter's API key with --key or in {KeyVariable}.");
            return await RunAsync(address, credential, Expand(parsed.GetValue(files)!), cancellationToken);
        });
        return command;
    }

    /// <summary>Sends the files and prints what became of them.</summary>
    public static async Task<int> RunAsync(Uri hub, string key, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = hub };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var bar = new ProgressBar(files.Count);
        var (accepted, duplicates, failed) = (0, 0, 0);
        for (var i = 0; i < files.Count; i++)
        {
            bar.Show(i, Path.GetFileName(files[i]));
            var sent = await ReplayFiles.SendAsync(client, files[i], TimeProvider.System, cancellationToken);
            accepted += sent.Accepted;
            duplicates += sent.Duplicates;
            if (sent.Refusal is { } refusal)
            {
                failed++;
                bar.Clear();
                await Console.Error.WriteLineAsync($"{files[i]}: {refusal.ReplaceLineEndings(" ")}");
            }
        }

        bar.Clear();
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{files.Count} files: {accepted} reports accepted, {duplicates} of them known before; {failed} files not taken whole."));
        return failed == 0 ? 0 : 1;
    }

    private static List<string> Expand(string[] paths)
    {
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                files.AddRange(ReplayFiles.In(path));
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                throw new CallFailed($"There is no file '{path}'.");
            }
        }

        return files;
    }
}
