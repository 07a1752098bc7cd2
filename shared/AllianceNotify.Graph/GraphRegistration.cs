using AllianceNotify.Delivery;
using AllianceNotify.Graph.Calls;
using AllianceNotify.Graph.Limits;
using AllianceNotify.Graph.Mail;
using AllianceNotify.Graph.Teams;
using Azure.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Graph;

public static class GraphRegistration
{
    public const string MailChannel = GraphMailChannel.ChannelName;

    /// <summary>Names of the channels that <see cref="AddGraphChannels"/> sets up or lets the outbox stand in for.</summary>
    public static IReadOnlyList<string> ChannelNames { get; } = [GraphMailChannel.ChannelName, TeamsChannel.ChannelName];

    /// <summary>
    /// Mail and Teams by Microsoft Graph, section <c>Graph</c>; without senders the outbox stands in for the one, without a Teams
    /// app for the other.
    /// </summary>
    public static IServiceCollection AddGraphChannels(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(GraphOptions.Section);
        services.AddOptions<GraphOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GraphOptions>, GraphOptionsValidator>());
        services.TryAddKeyedSingleton<TokenCredential>(GraphOptions.Section, (provider, _) =>
            GraphCredentials.For(provider.GetRequiredService<IOptions<GraphOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<GraphCalls>();
        services.TryAddSingleton<GraphLimits>();
        services.AddOptions<DeliveryOptions>().PostConfigure<IOptions<GraphOptions>>((delivery, graph) =>
            Limit(delivery, graph.Value, configuration.GetSection($"{DeliveryOptions.Section}:{nameof(DeliveryOptions.Channels)}")));
        if (section.GetSection("Mail:Senders").GetChildren().Any())
        {
            services.AddSingleton<IAlertChannel, GraphMailChannel>();
        }
        else
        {
            services.AddOutboxInPlaceOf(GraphMailChannel.ChannelName);
        }

        return string.IsNullOrEmpty(section["Teams:AppId"])
            ? services.AddOutboxInPlaceOf(TeamsChannel.ChannelName)
            : services.AddSingleton<IAlertChannel, TeamsChannel>();
    }

    /// <summary>
    /// What the delivery stage may do to Graph, with what is configured in its place. A send waits for its turn inside the channel,
    /// so the time limit is its patience and a call; as many wait at a time as have a turn within that patience. Graph names the
    /// times to come back itself or is back soon, so the stage's own waits are short.
    /// </summary>
    private static void Limit(DeliveryOptions delivery, GraphOptions graph, IConfigurationSection configured)
    {
        var turnsWithinPatience = graph.Mail.Senders.Count * graph.Mail.MessagesAMinute * graph.Patience.TotalMinutes / (2 * graph.Instances);
        Set(GraphMailChannel.ChannelName, Math.Clamp((int)turnsWithinPatience, 2, 64));
        Set(TeamsChannel.ChannelName, Math.Max(2, 2 * graph.Teams.BulkCallsASecond));

        void Set(string channel, int concurrency)
        {
            var limits = new ChannelLimits
            {
                Timeout = TimeSpan.FromSeconds(25),
                MaxConcurrency = concurrency,
                ReturnAtMost = TimeSpan.FromSeconds(10),
                BreakFor = TimeSpan.FromSeconds(2),
                BreakAtMost = TimeSpan.FromSeconds(5),
                BackoffCap = TimeSpan.FromSeconds(10),
            };
            configured.GetSection(channel).Bind(limits);
            delivery.Channels[channel] = limits;
        }
    }
}
