using AllianceNotify.Functions.Cli;
using AllianceNotify.Functions.Storage;
using Microsoft.Extensions.Logging.Console;

namespace AllianceNotify.Functions;

internal static class HubConfiguration
{
    /// <summary>
    /// <c>appsettings.json</c> beside the executable, then the one in the data folder, then the environment, then the command line.
    /// </summary>
    public static void AddHubConfiguration(this WebApplicationBuilder builder, HubArguments arguments)
    {
        var configuration = builder.Configuration;
        // The defaults watch their files for changes; nothing here is reread, so nothing is watched.
        ((IConfigurationBuilder)configuration).Sources.Clear();
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(arguments.ToConfiguration());
        if (builder.IsUnderFunctionsHost())
        {
            builder.RequireNamedStores();
        }

        var data = builder.HubOptions().DataDirectory;
        ((IConfigurationBuilder)configuration).Sources.Insert(1, new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource
        {
            Path = "appsettings.json",
            FileProvider = Directory.Exists(data) ? new Microsoft.Extensions.FileProviders.PhysicalFileProvider(Path.GetFullPath(data)) : null,
            Optional = true,
            ReloadOnChange = false,
        });
        builder.Services.AddOptions<HubOptions>().Bind(configuration.GetSection(Functions.HubOptions.Section));
        builder.Services.AddSingleton(TimeProvider.System);
    }

    public static HubOptions HubOptions(this WebApplicationBuilder builder) =>
        builder.Configuration.GetSection(Functions.HubOptions.Section).Get<HubOptions>() ?? new HubOptions();

    /// <summary>
    /// An instance of the Functions host is gone at any time with all its files, and its triggers read a broker: the embedded
    /// store is no default there.
    /// </summary>
    private static void RequireNamedStores(this WebApplicationBuilder builder)
    {
        var hub = builder.Configuration.GetSection(Functions.HubOptions.Section);
        if (builder.Configuration[StorageWiring.StoreKind] is null || builder.Configuration[StorageWiring.QueueKind] is null)
        {
            throw new CallFailed("Under the Functions host, Store__Kind and Queue__Kind must be set.");
        }

        if (hub[nameof(Functions.HubOptions.DataDirectory)] is null)
        {
            hub[nameof(Functions.HubOptions.DataDirectory)] = Path.Combine(Path.GetTempPath(), "alliancenotify");
        }
    }

    /// <summary>
    /// Logs go to standard error, so that standard output carries only what a script waits for. The Functions host takes
    /// everything on standard error for an error; under it logs go to standard output.
    /// </summary>
    public static void AddHubLogging(this WebApplicationBuilder builder, HubArguments arguments)
    {
        var underFunctionsHost = builder.IsUnderFunctionsHost();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
            console.LogToStandardErrorThreshold = underFunctionsHost ? LogLevel.None : LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        if (arguments.Quiet)
        {
            builder.Logging.AddFilter("AllianceNotify", LogLevel.Error);
        }

        // Keys are in the data folder, which only its owner can read; the framework would have them encrypted as well.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        // A start that fails is told in one line by the command that started it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Standard verdict of a refused request body; the caller was told.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Error);
    }
}
