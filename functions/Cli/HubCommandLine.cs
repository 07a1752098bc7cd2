using System.CommandLine;

namespace AllianceNotify.Functions.Cli;

/// <summary>The executable's verbs. Exit code 0: done, 1: the work failed, 2: the call was wrong; an error is one line on standard error.</summary>
internal static class HubCommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Fail(new CallFailed(parsed.Errors[0].Message));
        }

        try
        {
            // A server ends by its host's own handling of Ctrl-C and SIGTERM; other verbs end by the token.
            var serves = parsed.CommandResult.Command is RootCommand { Action: not null } or { Name: "serve" or "demo" };
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = serves ? null : TimeSpan.FromSeconds(2),
            });
        }
        catch (CallFailed failure)
        {
            return Fail(failure);
        }
        catch (OperationCanceledException)
        {
            return Fail(new CallFailed("Interrupted.", exitCode: 1));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HttpRequestException
            or Microsoft.Extensions.Options.OptionsValidationException or System.Data.Common.DbException)
        {
            return Fail(new CallFailed(exception.Message, exitCode: 1));
        }
    }

    internal static RootCommand Root()
    {
        var serve = ServeCommand.Create();
        var root = new RootCommand("AllianceNotify: takes situation reports, alerts those who must know, and asks until somebody answers.") { serve };
        foreach (var option in serve.Options)
        {
            root.Add(option);
        }

        root.Action = serve.Action;
        var version = new Command("version", "Print the version.");
        version.SetAction(_ => Console.Out.WriteLine(HubVersion.Text));
        root.Add(version);
        root.Add(DemoCommand.Create());
        root.Add(ReplayCommand.Create());
        root.Add(ContactsCommand.Create());
        root.Add(ClassifyCommand.Create());
        root.Add(ApiKeyCommand.Create());
        root.Add(SignInLinkCommand.Create());
        root.Add(DeadLettersCommand.Create());
        root.Add(AuditCommand.Create());
        root.Add(ChannelsCommand.Create());
        root.Add(TeamsPackageCommand.Create());
        root.Add(MigrateCommand.Create());
        return root;
    }

    private static int Fail(CallFailed failure)
    {
        Console.Error.WriteLine($"alliancenotify: {failure.Message.ReplaceLineEndings(" ")}");
        return failure.ExitCode;
    }
}
