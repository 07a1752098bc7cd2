using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Feeds;

public static class FeedRegistration
{
    /// <summary>Sources that are fetched and watched; section <c>Feeds</c>. Needs intake, the stages, <see cref="Random"/> and the time.</summary>
    public static IServiceCollection AddFeeds(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FeedOptions>().Bind(configuration.GetSection(FeedOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FeedOptions>, FeedOptionsValidator>());
        services.TryAddSingleton<SourceTable>();
        services.TryAddSingleton<SourceStatusTable>();
        services.TryAddSingleton<PollFeeds>();
        services.TryAddSingleton<WatchSources>();
        return services;
    }
}
