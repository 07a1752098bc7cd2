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
            // The host's own handling of Ctrl-C and SIGTERM ends a server; other verbs end by the token.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
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

    private static RootCommand Root()
    {
        var serve = ServeCommand.Create();
        var root = new RootCommand("AllianceNotify: takes situation reports, alerts those who must know, and asks until somebody answers.") { serve };
        foreach (var option in serve.Options)
        {
            root.Add(option);
        }

        root.Action = serve.Action;
        root.Add(ApiKeyCommand.Create());
        root.Add(SignInLinkCommand.Create());
        root.Add(DeadLettersCommand.Create());
        return root;
    }

    private static int Fail(CallFailed failure)
    {
        Console.Error.WriteLine($"alliancenotify: {failure.Message.ReplaceLineEndings(" ")}");
        return failure.ExitCode;
    }
}
