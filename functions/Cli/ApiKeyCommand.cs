using System.CommandLine;
using AllianceNotify.Audit;
using AllianceNotify.Security;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>api-key create NAME --role ROLE</c>: prints the key, alone on its line, once.</summary>
internal static class ApiKeyCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The system or person that will hold the key." };
        var role = new Option<string>("--role") { Description = "reporter, duty-officer, administrator or auditor.", HelpName = "ROLE", Required = true };
        var source = new Option<string[]>("--source") { Description = "A source the reporter may report as (again for more; none: any).", HelpName = "SOURCE" };
        var data = HubCommandOptions.Data();
        var create = new Command("create", "Make an API key and print it; it cannot be shown again.") { name, role, source, data };
        create.SetAction((parsed, cancellationToken) =>
        {
            var request = new NewApiKey(parsed.GetValue(name)!, RoleOf(parsed.GetValue(role)!), "command line") { Sources = parsed.GetValue(source) ?? [] };
            if (request.Name is not { Length: >= 1 and <= 100 })
            {
                throw new CallFailed("A key's name is 1 to 100 characters.");
            }

            if (request is { Role: not HubRole.Reporter, Sources.Count: > 0 })
            {
                throw new CallFailed("Only a reporter's key is bound to sources.");
            }

            return StoreCommand.RunOrMakeAsync(parsed.GetValue(data), async services =>
            {
                await services.GetRequiredService<AuditLog>().AppendAsync(
                    AuditCommand.Order("create-api-key", "api-keys", $"{request.Role} for {request.Name}"), cancellationToken);
                var (_, text) = await services.GetRequiredService<ApiKeyTable>().CreateAsync(
                    request, services.GetRequiredService<TimeProvider>().GetUtcNow(), cancellationToken);
                Console.Out.WriteLine(text.Reveal());
                return 0;
            });
        });
        return new Command("api-key", "Keys of systems and people.") { create };
    }

    /// <summary>Takes <c>DutyOfficer</c> and <c>duty-officer</c> alike.</summary>
    private static HubRole RoleOf(string text) =>
        Enum.TryParse<HubRole>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var role) && Enum.IsDefined(role) && !char.IsDigit(text[0])
            ? role
            : throw new CallFailed($"'{text}' is not a role: reporter, duty-officer, administrator or auditor.");
}
