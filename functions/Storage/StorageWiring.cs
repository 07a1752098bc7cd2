using AllianceNotify.Functions.Cli;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Functions.Storage;

internal static class StorageWiring
{
    private const string DatabaseFile = "hub.db";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The adapters that configuration names. An unknown name stops the start.</summary>
    public static void AddStoreAndQueue(this WebApplicationBuilder builder, HubArguments arguments)
    {
        var hub = builder.HubOptions();
        if (hub.Store != "sqlite" || hub.Queue != "sqlite")
        {
            throw new CallFailed($"Store '{hub.Store}' with queue '{hub.Queue}' is not known: this build has sqlite.");
        }

        var sqlite = builder.Configuration.GetSection("Sqlite");
        builder.Services.AddSqliteStoreAndQueue(options =>
        {
            options.Path = Path.Combine(hub.EnsureDataDirectory(), DatabaseFile);
            options.Exclusive = arguments.Serves;
            sqlite.Bind(options);
        });
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
