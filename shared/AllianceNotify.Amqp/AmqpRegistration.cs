using AllianceNotify.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Amqp;

public static class AmqpRegistration
{
    /// <summary>
    /// The queues of section <c>Queue</c> as <see cref="IMessageQueue"/>. A host does not start with wrong options; it does start
    /// while the broker cannot be reached.
    /// </summary>
    public static IServiceCollection AddAmqpQueue(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AmqpOptions>().Bind(configuration.GetSection(AmqpOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AmqpOptions>, AmqpOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMessageQueue>(provider => new AmqpMessageQueue(
            provider.GetRequiredService<IOptions<AmqpOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>(),
            provider.GetRequiredService<ILogger<AmqpMessageQueue>>()));
        return services;
    }
}
