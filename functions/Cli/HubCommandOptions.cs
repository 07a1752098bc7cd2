using System.CommandLine;

namespace AllianceNotify.Functions.Cli;

/// <summary>Options that several verbs share.</summary>
internal static class HubCommandOptions
{
    public static Option<string?> Urls() => new("--urls") { Description = "What to listen on, for example http://127.0.0.1:7071.", HelpName = "URL" };

    public static Option<string?> Data() => new("--data") { Description = "Folder of the store and the outbox (default: data).", HelpName = "DIR" };
}
