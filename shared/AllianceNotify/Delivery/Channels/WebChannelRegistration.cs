using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery.Channels;

public static class WebChannelRegistration
{
    /// <summary>The signed webhook; section <c>Webhook</c>.</summary>
    public static IServiceCollection AddWebhookChannel(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection(WebhookOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>());
        return services.AddSingleton<IAlertChannel, WebhookChannel>();
    }

    /// <summary>Teams by Workflows addresses; section <c>TeamsWorkflow</c>. The addresses are the contacts'.</summary>
    public static IServiceCollection AddTeamsWorkflowChannel(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TeamsWorkflowOptions>().Bind(configuration.GetSection(TeamsWorkflowOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TeamsWorkflowOptions>, WebhookOptionsValidator>());
        return services.AddSingleton<IAlertChannel, TeamsWorkflowChannel>();
    }
}
