using AllianceNotify.Acknowledgement;
using AllianceNotify.Content;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Delivery;

public static class DeliveryRegistration
{
    /// <summary>
    /// The delivery stage (<see cref="DeliverAlerts"/>) and the outbox; channels are added one by one. Expects the store, the
    /// queue, the time, <see cref="AcknowledgeLinks"/>, <see cref="HubMetrics"/>, a <see cref="Random"/> and the taxonomy to be registered as well.
    /// </summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DeliveryOptions>().Bind(configuration.GetSection(DeliveryOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DeliveryOptions>, DeliveryOptionsValidator>());
        services.TryAddSingleton<DeliveryTable>();
        services.TryAddSingleton<Contacts.ContactTable>();
        services.TryAddSingleton<Contacts.ListTable>();
        services.TryAddSingleton<DeadLetterTable>();
        services.TryAddSingleton<SituationTable>();
        services.TryAddSingleton<ReplayDelivery>();
        services.TryAddSingleton<DeadLetters>();
        services.TryAddSingleton<ChannelSet>();
        services.TryAddSingleton<AlertRenderer>();
        services.TryAddSingleton<RenderAlert>(provider => provider.GetRequiredService<AlertRenderer>().RenderAsync);
        services.TryAddSingleton<DeliverAlerts>();
        return services.AddOutbox(configuration);
    }

    /// <summary>The outbox under the name of a channel: nothing leaves by it, also where it is set up.</summary>
    public static IServiceCollection AddOutboxInPlaceOf(this IServiceCollection services, string channel) =>
        services.AddSingleton<IAlertChannel>(provider => Outbox(channel, provider));

    private static IServiceCollection AddOutbox(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OutboxOptions>().Bind(configuration.GetSection(OutboxOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider => new OutboxFolder(provider.GetRequiredService<IOptions<OutboxOptions>>().Value.Folder));
        services.AddSingleton(OutboxFormat.Card);
        return services.AddOutboxInPlaceOf(OutboxChannel.ChannelName);
    }

    private static OutboxChannel Outbox(string name, IServiceProvider provider) => new(
        name, provider.GetRequiredService<OutboxFolder>(), provider.GetServices<OutboxFormat>(), provider.GetRequiredService<TimeProvider>());
}
