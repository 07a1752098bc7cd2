using System.CommandLine;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>sign-in-link</c>: another one-time link for whoever holds the machine.</summary>
internal static class SignInLinkCommand
{
    public static Command Create()
    {
        var data = HubCommandOptions.Data();
        var command = new Command("sign-in-link", "Print a new one-time sign-in link for the local administrator.") { data };
        command.SetAction((parsed, cancellationToken) => StoreCommand.RunAsync(parsed.GetValue(data), async services =>
        {
            Console.Out.WriteLine(await SignInLink.IssueAsync(services, cancellationToken));
            return 0;
        }));
        return command;
    }
}
