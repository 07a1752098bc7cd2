using AllianceNotify.Acknowledgement;
using AllianceNotify.Checks;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Content;
using AllianceNotify.Correlation;
using AllianceNotify.Delivery;
using AllianceNotify.Escalation;
using AllianceNotify.FanOut;
using AllianceNotify.Feeds;
using AllianceNotify.Publishing;
using AllianceNotify.Situations;
using AllianceNotify.Telemetry;
using AllianceNotify.Triage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify;

public static class StageRegistration
{
    /// <summary>
    /// From an accepted report to answers: triage, fan-out, acknowledgement, escalation, and the directory they ask. Needs the
    /// ports, the time, <see cref="AcknowledgeLinks"/>, intake and delivery to be registered as well.
    /// </summary>
    public static IServiceCollection AddStages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FanOutOptions>()
            .Bind(configuration.GetSection(FanOutOptions.Section))
            .Validate(
                options => options.ChunkSize is >= 1 and <= DeliveryChunkMessage.MaxContacts && Uri.CheckHostName(options.MessageIdDomain) == UriHostNameType.Dns,
                "FanOut needs ChunkSize from 1 to 100 and MessageIdDomain to be a domain name.")
            .ValidateOnStart();
        services.AddOptions<CapOptions>().Bind(configuration.GetSection(CapOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CapOptions>, CapOptionsValidator>());
        services.TryAddSingleton(provider => new CapAlertXml(provider.GetRequiredService<IOptions<CapOptions>>().Value, provider.GetRequiredService<Taxonomy>()));
        services.TryAddSingleton<PublishAlerts>();
        services.TryAddSingleton<OwnAlerts>();
        services.TryAddSingleton<HubMetrics>();
        services.TryAddSingleton(_ => Taxonomy.Load());
        services.TryAddSingleton<ReportClassifier>();
        services.TryAddSingleton<SituationTable>();
        services.TryAddSingleton<CorrelationTable>();
        services.TryAddSingleton<EventIndex>();
        services.TryAddSingleton<RegroupSituations>();
        services.TryAddSingleton<EscalationTable>();
        services.TryAddSingleton<ContactTable>();
        services.TryAddSingleton<ListTable>();
        services.TryAddSingleton<SubscriptionTable>();
        services.TryAddSingleton<PolicyTable>();
        services.TryAddSingleton<RotaTable>();
        services.TryAddSingleton<ResolveAudience>();
        services.TryAddSingleton<AlertRenderer>();
        services.TryAddSingleton<RenderAlert>(provider => provider.GetRequiredService<AlertRenderer>().RenderAsync);
        services.TryAddSingleton<TriageReport>();
        services.TryAddSingleton<FanOutAlert>();
        services.TryAddSingleton<EscalateUnanswered>();
        services.TryAddSingleton<AcknowledgeAlert>();
        services.TryAddSingleton<DirectSituation>();
        services.AddFeeds(configuration);
        services.AddCommunicationChecks(configuration);
        return services;
    }
}
