using System.CommandLine;
using System.Globalization;
using AllianceNotify.Audit;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>audit verify [--anchor NUMBER:HASH]</c>: exit code 1 where the log is not what was written.</summary>
internal static class AuditCommand
{
    /// <summary>Who orders what a verb does: whoever holds the machine.</summary>
    public static AuditOrder Order(string action, string subject, string? detail = null) => new("command-line", "command line", action, subject, detail);

    public static Command Create()
    {
        var anchor = new Option<string>("--anchor") { Description = "The number and hash of an entry that were kept elsewhere.", HelpName = "NUMBER:HASH" };
        var data = HubCommandOptions.Data();
        var verify = new Command("verify", "Check that no entry of the audit log was changed, removed or moved.") { anchor, data };
        verify.SetAction((parsed, cancellationToken) =>
        {
            var kept = parsed.GetValue(anchor) is { } text ? Parse(text) : ((long, string)?)null;
            return StoreCommand.RunAsync(parsed.GetValue(data), async services =>
            {
                switch (await services.GetRequiredService<AuditLog>().VerifyAsync(kept, cancellationToken))
                {
                    case AuditVerdict.Unbroken unbroken:
                        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{unbroken.Entries} entries, unbroken; anchor {unbroken.Entries}:{unbroken.LastHash}"));
                        return 0;
                    case AuditVerdict.Broken broken:
                        throw new CallFailed(broken.Reason, exitCode: 1);
                    case var other:
                        throw new InvalidOperationException($"Unknown verdict {other.GetType().Name}.");
                }
            });
        });
        return new Command("audit", "The log of who ordered what.") { verify };
    }

    private static (long Number, string Hash) Parse(string text) =>
        text.Split(':') is [var number, { Length: 64 } hash]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
        && hash.All(char.IsAsciiHexDigit)
            ? (parsed, hash)
            : throw new CallFailed($"'{text}' is not NUMBER:HASH as 'audit verify' prints it.");
}
