using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AllianceNotify.Delivery.Channels;

public static class WebChannelRegistration
{
    /// <summary>The signed webhook; section <c>Webhook</c>.</summary>
    public static IServiceCollection AddWebhookChannel(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>()
            .Bind(configuration.GetSection(WebhookOptions.Section))
            .Validate(options => options.Secret is null || WebhookChannel.KeyOf(options.Secret) is not null, "Webhook:Secret is not whsec_ and base 64 of 24 to 64 bytes.")
            .Validate(options => options.Secrets.Values.All(secret => WebhookChannel.KeyOf(secret) is not null), "A secret in Webhook:Secrets is not whsec_ and base 64 of 24 to 64 bytes.")
            .Validate(options => options.MaxConnectionsPerServer is >= 1 and <= 1_000, "Webhook:MaxConnectionsPerServer is 1 to 1,000.")
            .ValidateOnStart();
        return services.AddSingleton<IAlertChannel, WebhookChannel>();
    }

    /// <summary>Teams by Workflows addresses; needs no settings, the addresses are the contacts'.</summary>
    public static IServiceCollection AddTeamsWorkflowChannel(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton<IAlertChannel>(provider => new TeamsWorkflowChannel(
            configuration.GetValue(TeamsWorkflowChannel.AllowPrivateAddressesKey, defaultValue: false), provider.GetRequiredService<TimeProvider>()));
}
