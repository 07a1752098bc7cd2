using AllianceNotify.Amqp;
using AllianceNotify.Functions.Cli;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Functions.Storage;

internal static class StorageWiring
{
    /// <summary>The setting that names the adapter of the queues: <c>Sqlite</c> unless it says <c>Amqp</c>.</summary>
    public const string QueueKind = "Queue:Kind";

    private const string DatabaseFile = "hub.db";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The adapters that configuration names. An unknown name stops the start.</summary>
    public static void AddStoreAndQueue(this WebApplicationBuilder builder, HubArguments arguments)
    {
        var hub = builder.HubOptions();
        builder.AddQueue();
        if (hub.Store != "sqlite")
        {
            throw new CallFailed($"Store '{hub.Store}' is not known: this build has sqlite.");
        }

        var sqlite = builder.Configuration.GetSection("Sqlite");
        builder.Services.AddSqliteStoreAndQueue(options =>
        {
            options.Path = Path.Combine(hub.EnsureDataDirectory(), DatabaseFile);
            options.Exclusive = arguments.Serves;
            sqlite.Bind(options);
        });
    }

    /// <summary>The first registration of the queues counts, so that the embedded one stands in only where no broker is named.</summary>
    private static void AddQueue(this WebApplicationBuilder builder)
    {
        var kind = builder.Configuration[QueueKind];
        if (string.Equals(kind, "Amqp", StringComparison.OrdinalIgnoreCase))
        {
            builder.Services.AddAmqpQueue(builder.Configuration);
        }
        else if (kind is not null && !string.Equals(kind, "Sqlite", StringComparison.OrdinalIgnoreCase))
        {
            throw new CallFailed($"{QueueKind} '{kind}' is not known: it is Sqlite or Amqp.");
        }
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
