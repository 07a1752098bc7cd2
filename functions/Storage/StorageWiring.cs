using AllianceNotify.Amqp;
using AllianceNotify.AzureTables;
using AllianceNotify.Functions.Cli;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Functions.Storage;

internal static class StorageWiring
{
    /// <summary>The setting that names the adapter of the queues: <c>Sqlite</c> unless it says <c>Amqp</c>.</summary>
    public const string QueueKind = "Queue:Kind";

    /// <summary>The setting that names the adapter of the records: <c>Sqlite</c> unless it says <c>AzureTables</c>.</summary>
    public const string StoreKind = "Store:Kind";

    public const string DatabaseFile = "hub.db";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The adapters that configuration names. An unknown name stops the start.</summary>
    public static void AddStoreAndQueue(this WebApplicationBuilder builder, HubArguments arguments)
    {
        if (arguments.Serves)
        {
            builder.Services.AddHostedService<WholeStore>();
        }

        // The first registration of a port counts, so that the embedded file stands in only for what is not named.
        var (storeElsewhere, queueElsewhere) = (builder.AddStore(), builder.AddQueue());
        if (storeElsewhere && queueElsewhere)
        {
            return;
        }

        var hub = builder.HubOptions();
        var sqlite = builder.Configuration.GetSection("Sqlite");
        var path = sqlite[nameof(SqliteOptions.Path)] ?? Path.Combine(Path.GetFullPath(hub.DataDirectory), DatabaseFile);
        if (((arguments.ExpectsStore && !storeElsewhere) || (arguments.ExpectsQueue && !queueElsewhere)) && !File.Exists(path))
        {
            throw new CallFailed($"There is no store at '{path}'.", exitCode: 1);
        }

        builder.Services.AddSqliteStoreAndQueue(options =>
        {
            options.Path = Path.Combine(hub.EnsureDataDirectory(), DatabaseFile);
            options.Exclusive = arguments.Serves;
            sqlite.Bind(options);
        });
    }

    /// <summary>Whether records lie elsewhere than in the embedded file.</summary>
    private static bool AddStore(this WebApplicationBuilder builder)
    {
        if (!builder.IsNamed(StoreKind, "AzureTables"))
        {
            return false;
        }

        builder.Services.AddAzureTablesStore(builder.Configuration);
        return true;
    }

    /// <summary>Whether messages lie elsewhere than in the embedded file.</summary>
    private static bool AddQueue(this WebApplicationBuilder builder)
    {
        if (!builder.IsNamed(QueueKind, "Amqp"))
        {
            return false;
        }

        builder.Services.AddAmqpQueue(builder.Configuration);
        return true;
    }

    private static bool IsNamed(this WebApplicationBuilder builder, string setting, string other)
    {
        const string Embedded = "Sqlite";
        var kind = builder.Configuration[setting] ?? Embedded;
        return kind.Equals(other, StringComparison.OrdinalIgnoreCase)
            || (kind.Equals(Embedded, StringComparison.OrdinalIgnoreCase)
                ? false
                : throw new CallFailed($"{setting} '{kind}' is not known: it is {Embedded} or {other}."));
    }

    /// <summary>The data folder, made readable by its owner only: it holds reports, contacts and the hub's secrets.</summary>
    public static string EnsureDataDirectory(this HubOptions hub)
    {
        var path = Path.GetFullPath(hub.DataDirectory);
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path).FullName;
        }

        return Directory.Exists(path) ? path : Directory.CreateDirectory(path, OwnerOnly).FullName;
    }
}
