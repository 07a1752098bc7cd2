using AllianceNotify.Messaging;
using AllianceNotify.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Sqlite;

public static class SqliteRegistration
{
    /// <summary>
    /// The embedded store and queue as <see cref="IEntityStore"/> and <see cref="IMessageQueue"/>. A host that starts opens
    /// the file then, and does not start with wrong options or on a file that another process serves.
    /// </summary>
    public static IServiceCollection AddSqliteStoreAndQueue(this IServiceCollection services, Action<SqliteOptions> configure)
    {
        services.AddOptions<SqliteOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteOptions>, SqliteOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteOptions>, SqliteOptionsRules>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => SqliteDatabase.Open(
            provider.GetRequiredService<IOptions<SqliteOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<SqliteDatabase>>()));
        services.TryAddSingleton<IEntityStore, SqliteEntityStore>();
        services.TryAddSingleton<IMessageQueue, SqliteMessageQueue>();
        services.AddHostedService<OpenAtStart>();
        return services;
    }

    private sealed class OpenAtStart(IServiceProvider provider) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            provider.GetRequiredService<SqliteDatabase>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
