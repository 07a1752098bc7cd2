using System.CommandLine;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>serve</c>: the hub itself; also what the executable does without a verb.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var (urls, data) = (HubCommandOptions.Urls(), HubCommandOptions.Data());
        var command = new Command("serve", "Run the hub (default).") { urls, data };
        command.SetAction((parsed, cancellationToken) =>
            RunningHub.RunAsync(new HubArguments(parsed.GetValue(urls), parsed.GetValue(data)), whenListening: null, cancellationToken));
        return command;
    }
}
