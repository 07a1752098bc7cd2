using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Smtp;

public static class SmtpRegistration
{
    /// <summary>
    /// Mail, section <c>Smtp</c>; without a host the outbox stands in for it. Also gives the outbox its <c>.eml</c> files.
    /// </summary>
    public static IServiceCollection AddSmtpChannel(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(SmtpOptions.Section);
        services.AddOptions<SmtpOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>());
        services.AddSingleton(provider => EmlFormat(provider.GetRequiredService<IOptions<SmtpOptions>>()));
        if (string.IsNullOrEmpty(section[nameof(SmtpOptions.Host)]))
        {
            return services.AddOutboxInPlaceOf(SmtpChannel.ChannelName);
        }

        services.AddOptions<DeliveryOptions>().PostConfigure<IOptions<SmtpOptions>>(Limit);
        return services.AddSingleton<IAlertChannel, SmtpChannel>();
    }

    /// <summary>Sends never wait for a connection inside their time limit, which is longer than for the web: mail servers take their time to greet.</summary>
    private static void Limit(DeliveryOptions delivery, IOptions<SmtpOptions> smtp)
    {
        if (!delivery.Channels.TryGetValue(SmtpChannel.ChannelName, out var limits))
        {
            delivery.Channels[SmtpChannel.ChannelName] = limits = new ChannelLimits { Timeout = TimeSpan.FromSeconds(25) };
        }

        limits.MaxConcurrency = Math.Min(limits.MaxConcurrency, smtp.Value.MaxConnections);
    }

    private static OutboxFormat EmlFormat(IOptions<SmtpOptions> options) => new(
        ".eml",
        (dispatch, recipient, now) =>
        {
            // Contacts whose own channel is the outbox may have no mail address.
            var to = AlertMail.MailboxOf(recipient.Address) ?? new MimeKit.MailboxAddress(null, "nobody@outbox.invalid");
            using var mail = AlertMail.ToOne(dispatch, recipient, to, options.Value, now);
            return AlertMail.Write(mail);
        });
}
