using System.CommandLine;
using AllianceNotify.Functions.Web;
using AllianceNotify.Graph;
using AllianceNotify.Graph.Package;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>teams-package FILE</c>: the Teams app of this hub, for the tenant's app catalogue.</summary>
internal static class TeamsPackageCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The zip to write." };
        var version = new Option<string>("--app-version")
        {
            Description = "Version of the app; higher for each upload.",
            HelpName = "1.2.3",
            DefaultValueFactory = _ => "1.0.0",
        };
        var data = HubCommandOptions.Data();
        var command = new Command("teams-package", "Build the Teams app that receives this hub's notifications, from Graph:ClientId, Graph:Teams:AppId and Hub:PublicUrl.")
        {
            file, version, data,
        };
        command.SetAction((parsed, cancellationToken) => StoreCommand.RunWithSettingsAsync(parsed.GetValue(data), async services =>
        {
            var options = services.GetRequiredService<IOptions<GraphOptions>>().Value;
            var hub = services.GetRequiredService<PublicAddress>().Base;
            var parts = new TeamsPackageParts(
                IdOf(options.Teams.AppId, "Graph:Teams:AppId"), IdOf(options.ClientId, "Graph:ClientId"), hub, options.Teams.TabId, parsed.GetValue(version)!);
            byte[] package;
            try
            {
                package = TeamsPackage.Build(parts);
            }
            catch (InvalidDataException exception)
            {
                throw new CallFailed(exception.Message);
            }

            await File.WriteAllBytesAsync(parsed.GetValue(file)!, package, cancellationToken);
            Console.Out.WriteLine($"{parsed.GetValue(file)}: {package.Length} bytes, for {hub.Host}");
            return 0;
        }));
        return command;
    }

    private static Guid IdOf(string? text, string setting) =>
        Guid.TryParse(text, out var id) ? id : throw new CallFailed($"{setting} is not set to an id; the package is made for one app registration.");
}
