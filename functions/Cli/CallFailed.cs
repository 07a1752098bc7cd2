namespace AllianceNotify.Functions.Cli;

/// <summary>A command that cannot go on, in one line for standard error. Exit code 2: the call was wrong; 1: the work failed.</summary>
internal sealed class CallFailed(string message, int exitCode = 2) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
