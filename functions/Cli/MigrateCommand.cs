using System.CommandLine;
using System.Globalization;
using AllianceNotify.AzureTables;
using AllianceNotify.Functions.Storage;
using AllianceNotify.Messaging;
using AllianceNotify.Sqlite;
using AllianceNotify.Storage;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Cli;

/// <summary>
/// <c>migrate --to azure-tables|sqlite</c>: copies all records between the data folder and Table Storage, as section <c>Store</c> names it. Exit
/// code 1 where the target is not now a whole copy.
/// </summary>
internal static class MigrateCommand
{
    private static readonly QueueName[] Queues = [QueueName.Reports, QueueName.Alerts, QueueName.Deliveries];

    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "Which store to copy into: azure-tables or sqlite.", HelpName = "STORE", Required = true };
        to.AcceptOnlyFromAmong("azure-tables", "sqlite");
        var data = HubCommandOptions.Data();
        var dryRun = new Option<bool>("--dry-run") { Description = "Count what both stores hold and write nothing." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Copy into a store that holds records: same keys are overwritten, others stay." };
        var leaveQueued = new Option<bool>("--leave-queued") { Description = "Copy although messages wait in the data folder's queues, where they stay." };
        var command = new Command("migrate", "Copy the store of a data folder to Azure Table Storage, or back.") { to, data, dryRun, overwrite, leaveQueued };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var toAzure = parsed.GetValue(to) == "azure-tables";
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            var arguments = new HubArguments(Data: parsed.GetValue(data)) { Serves = false };
            builder.AddHubConfiguration(arguments);
            builder.AddHubLogging(arguments);
            builder.Services.AddSingleton(new Random());
            builder.Services.AddAzureTablesStore(builder.Configuration);
            await using var app = builder.Build();

            var path = Path.Combine(Path.GetFullPath(builder.HubOptions().DataDirectory), StorageWiring.DatabaseFile);
            if (!File.Exists(path) && toAzure)
            {
                throw new CallFailed($"There is no store at '{path}'.", exitCode: 1);
            }

            var azure = app.Services.GetRequiredService<AzureTablesEntityStore>();
            var settings = app.Services.GetRequiredService<IOptions<AzureTablesOptions>>().Value;
            using var database = File.Exists(path) || !parsed.GetValue(dryRun) ? Open(builder, path) : null;
            var ends = new Ends(azure, $"Azure Table Storage, tables {settings.TablePrefix}…", database, path, toAzure);
            if (toAzure && !parsed.GetValue(leaveQueued) && await QueuedAsync(database!, cancellationToken) is { Length: > 0 } queued)
            {
                throw new CallFailed($"{queued}: let the hub work them off first, or leave them with --leave-queued.", exitCode: 1);
            }

            return parsed.GetValue(dryRun)
                ? await CountAsync(ends, cancellationToken)
                : await CopyAsync(ends, parsed.GetValue(overwrite), cancellationToken);
        });
        return command;
    }

    private static SqliteDatabase Open(WebApplicationBuilder builder, string path)
    {
        builder.HubOptions().EnsureDataDirectory();
        var options = new SqliteOptions { Path = path };
        builder.Configuration.GetSection("Sqlite").Bind(options);
        try
        {
            // Exclusive: no hub may serve from the file meanwhile.
            return SqliteDatabase.Open(options, TimeProvider.System);
        }
        catch (InvalidOperationException exception)
        {
            throw new CallFailed(exception.Message, exitCode: 1);
        }
    }

    private static async Task<string> QueuedAsync(SqliteDatabase database, CancellationToken cancellationToken)
    {
        var queue = new SqliteMessageQueue(database);
        var found = new List<string>();
        foreach (var name in Queues)
        {
            var depth = await queue.GetDepthAsync(name, cancellationToken);
            if (depth.Active + depth.DeadLetters > 0)
            {
                found.Add(Invariant($"queue {name} holds {depth.Active} messages and {depth.DeadLetters} dead letters"));
            }
        }

        return string.Join(", ", found);
    }

    private static async Task<int> CountAsync(Ends ends, CancellationToken cancellationToken)
    {
        var source = ends.Source is { } from ? await CopyStore.CountAsync(from, cancellationToken) : [];
        var target = ends.Target is { } to ? await CopyStore.CountAsync(to, cancellationToken) : [];
        foreach (var table in source.Keys.Union(target.Keys).Order(StringComparer.Ordinal))
        {
            Console.Out.WriteLine(Invariant($"{table}\t{source.GetValueOrDefault(table)}\t{target.GetValueOrDefault(table)}"));
        }

        Console.Out.WriteLine(Invariant($"would copy {source.Values.Sum()} records from {ends.SourceName} to {ends.TargetName}, which holds {target.Values.Sum()}"));
        return 0;
    }

    private static async Task<int> CopyAsync(Ends ends, bool overwrite, CancellationToken cancellationToken)
    {
        var total = (await CopyStore.CountAsync(ends.Source!, cancellationToken)).Values.Sum();
        var bar = new ProgressBar((int)Math.Min(total, int.MaxValue));
        var copy = new CopyStore(ends.Source!, (IEntityStore)ends.Target!, ends.Target!, TimeProvider.System);
        CopyResult result;
        try
        {
            result = await copy.RunAsync(ends.SourceName, overwrite, copied => bar.Show((int)Math.Min(copied, total), "records"), cancellationToken);
        }
        finally
        {
            bar.Clear();
        }

        switch (result)
        {
            case CopyResult.Done done:
                foreach (var (table, count) in done.Comparison.Tables)
                {
                    Console.Out.WriteLine(Invariant($"{table}\t{count}"));
                }

                Console.Out.WriteLine(Invariant(
                    $"copied and compared {done.Comparison.Tables.Values.Sum()} records to {ends.TargetName}; {done.Comparison.Further} others were there and stay"));
                return 0;
            case CopyResult.NotEmpty:
                throw new CallFailed($"{ends.TargetName} holds records already: --overwrite copies over them.", exitCode: 1);
            case CopyResult.OtherUnfinished other:
                throw new CallFailed($"A copy from {other.Source} into {ends.TargetName} has not ended: finish that one first.", exitCode: 1);
            case CopyResult.Differs differs:
                foreach (var name in differs.Comparison.Missing)
                {
                    await Console.Error.WriteLineAsync($"missing: {name}");
                }

                foreach (var name in differs.Comparison.Different)
                {
                    await Console.Error.WriteLineAsync($"different: {name}");
                }

                throw new CallFailed(
                    Invariant($"The stores differ ({differs.Comparison.Further} records are in the target only): a hub was at work. Stop it and run migrate again."),
                    exitCode: 1);
            default:
                throw new InvalidOperationException($"Unknown result {result.GetType().Name}.");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Both stores. The embedded one is null where a dry run would have to make it.</summary>
    private sealed class Ends(AzureTablesEntityStore azure, string azureName, SqliteDatabase? database, string path, bool toAzure)
    {
        private readonly SqliteEntityStore? embedded = database is null ? null : new SqliteEntityStore(database);

        public IEntityDump? Source => toAzure ? embedded : azure;

        public IEntityDump? Target => toAzure ? azure : embedded;

        public string SourceName => toAzure ? path : azureName;

        public string TargetName => toAzure ? azureName : path;
    }
}
