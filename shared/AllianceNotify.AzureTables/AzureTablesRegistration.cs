using AllianceNotify.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.AzureTables;

public static class AzureTablesRegistration
{
    /// <summary>
    /// Azure Table Storage as <see cref="IEntityStore"/>, by section <c>Store</c>. Needs the time and a <see cref="Random"/> that may be shared to be
    /// registered. A host with wrong settings does not start, and says all that is wrong.
    /// </summary>
    public static IServiceCollection AddAzureTablesStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AzureTablesOptions>().Bind(configuration.GetSection(AzureTablesOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AzureTablesOptions>, AzureTablesOptionsRanges>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AzureTablesOptions>, AzureTablesOptionsRules>());
        services.TryAddSingleton(provider => new AzureTablesEntityStore(
            provider.GetRequiredService<IOptions<AzureTablesOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>(),
            provider.GetService<ILogger<AzureTablesEntityStore>>()));
        services.TryAddSingleton<IEntityStore>(provider => provider.GetRequiredService<AzureTablesEntityStore>());
        return services;
    }
}
