using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using AllianceNotify.Audit;
using AllianceNotify.Contacts;
using AllianceNotify.Contacts.Csv;

namespace AllianceNotify.Functions.Cli;

/// <summary><c>contacts import FILE [--dry-run]</c> and <c>contacts export FILE</c>. Exit code 1 where a row was not imported.</summary>
internal static class ContactsCommand
{
    public static Command Create() => new("contacts", "The directory as CSV.") { CreateImport(), CreateExport() };

    private static Command CreateImport()
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would become of every row and change nothing." };
        var data = HubCommandOptions.Data();
        var import = new Command("import", "Create and update contacts; a bad row is left out whole and named.") { file, dryRun, data };
        import.SetAction((parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
            {
                throw new CallFailed($"There is no file '{path}'.");
            }

            Func<string?, Func<IServiceProvider, Task<int>>, Task<int>> run = parsed.GetValue(dryRun) ? StoreCommand.RunAsync : StoreCommand.RunOrMakeAsync;
            return run(parsed.GetValue(data), async services =>
            {
                var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
                var import = new ImportContacts(services.GetRequiredService<DirectoryTables>());
                var result = parsed.GetValue(dryRun)
                    ? await import.RunAsync(bytes, charset: null, dryRun: true, cancellationToken)
                    : await services.GetRequiredService<AuditLog>().RecordAsync(
                        AuditCommand.Order("import-contacts", "contacts", $"sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}"),
                        () => import.RunAsync(bytes, charset: null, dryRun: false, cancellationToken),
                        result => result is ImportResult.Done,
                        cancellationToken);
                return result switch
                {
                    ImportResult.NotRead not => throw new CallFailed(not.Reason, exitCode: 1),
                    ImportResult.Done done => Tell(done.Report),
                    var other => throw new InvalidOperationException($"Unknown result {other.GetType().Name}."),
                };
            });
        });
        return import;
    }

    private static Command CreateExport()
    {
        var file = new Argument<string>("FILE") { Description = "Where to write (overwritten), or - for standard output." };
        var data = HubCommandOptions.Data();
        var export = new Command("export", "Write all contacts with their lists.") { file, data };
        export.SetAction((parsed, cancellationToken) => StoreCommand.RunAsync(parsed.GetValue(data), async services =>
        {
            await using var destination = parsed.GetValue(file) is "-" ? Console.OpenStandardOutput() : File.Create(parsed.GetValue(file)!);
            await new ExportContacts(services.GetRequiredService<DirectoryTables>()).WriteAsync(destination, cancellationToken);
            return 0;
        }));
        return export;
    }

    private static int Tell(ImportReport report)
    {
        foreach (var row in report.Rows.Where(row => report.DryRun || row.Fate is ImportFate.Refused or ImportFate.Duplicate))
        {
            var errors = string.Join(" ", row.Errors.Select(error => $"{error.Field}: {error.Message}"));
            var first = row.FirstLine is { } earlier ? string.Create(CultureInfo.InvariantCulture, $"see line {earlier}") : "";
            var line = string.Create(CultureInfo.InvariantCulture, $"{row.Line}\t{row.Id}\t{row.Fate.ToString().ToLowerInvariant()}\t{errors}{first}");
            (row.Fate is ImportFate.Refused or ImportFate.Duplicate ? Console.Error : Console.Out).WriteLine(line.ReplaceLineEndings(" "));
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(report.DryRun ? "would be " : "")}created {report.Created}, updated {report.Updated}, unchanged {report.Unchanged}, refused {report.Refused}, duplicates {report.Duplicates}"));
        return report.Refused + report.Duplicates == 0 ? 0 : 1;
    }
}
