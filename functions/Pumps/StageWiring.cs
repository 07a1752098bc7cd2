using AllianceNotify.Checks;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Escalation;
using AllianceNotify.FanOut;
using AllianceNotify.Feeds;
using AllianceNotify.Functions.Storage;
using AllianceNotify.Functions.Web;
using AllianceNotify.Graph;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Smtp;
using AllianceNotify.Triage;

namespace AllianceNotify.Functions.Pumps;

/// <summary>The stages from an accepted report to answers, each with its pump.</summary>
internal static class StageWiring
{
    public const string EscalationSweep = "escalation";
    public const string FeedSweep = "feeds";
    public const string SourceSweep = "sources";
    public const string CheckSweep = "communication-checks";

    private static readonly TimeSpan EscalateEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FetchEvery = TimeSpan.FromSeconds(5), WatchEvery = TimeSpan.FromSeconds(10), CheckEvery = TimeSpan.FromMinutes(10);

    /// <summary>How long a sweep of the feeds waits for slow ones before it looks again at what is due.</summary>
    private static readonly TimeSpan FetchPatience = TimeSpan.FromSeconds(2);

    public static void AddStages(this WebApplicationBuilder builder, HubArguments arguments)
    {
#pragma warning disable RS0030 // Here is where randomness is injected; an instance of one's own is not safe for many threads.
        builder.Services.AddSingleton(Random.Shared);
#pragma warning restore RS0030
        builder.Services.AddOptions<DeliveryOptions>().PostConfigure<DescriptorBudget>((delivery, budget) =>
            delivery.MaxConcurrentSends = Math.Min(delivery.MaxConcurrentSends, budget.Outbound));
        builder.Services.AddSingleton<DirectoryTables>();
        builder.Services.AddStages(builder.Configuration);
        builder.Services.AddSingleton(services =>
        {
            var classifier = services.GetRequiredService<ReportClassifier>();
            return new ReportLane(classifier.UrgencyOf);
        });
        builder.Services.AddDelivery(builder.Configuration);
        builder.AddChannels(arguments.OutboxOnly);
        var outbox = Path.Combine(builder.HubOptions().EnsureDataDirectory(), "outbox");
        builder.Services.Configure<OutboxOptions>(options =>
            options.Folder = builder.Configuration[$"{OutboxOptions.Section}:{nameof(OutboxOptions.Folder)}"] ?? outbox);
        builder.AddPump<TriageReport>(QueueName.Reports);
        builder.AddPump<FanOutAlert>(QueueName.Alerts);
        builder.AddPump<DeliverAlerts>(QueueName.Deliveries);
        builder.AddSweep(EscalationSweep, EscalateEvery, (services, token) => services.GetRequiredService<EscalateUnanswered>().SweepAsync(token));
        builder.AddSweep(FeedSweep, FetchEvery, (services, token) => services.GetRequiredService<PollFeeds>().RunAsync(token, FetchPatience));
        builder.AddSweep(SourceSweep, WatchEvery, (services, token) => services.GetRequiredService<WatchSources>().SweepAsync(token));
        builder.AddSweep(CheckSweep, CheckEvery, (services, token) => services.GetRequiredService<CheckCommunications>().SweepAsync(token));
    }

    private static void AddChannels(this WebApplicationBuilder builder, bool outboxOnly)
    {
        builder.Services.AddSmtpChannel(builder.Configuration);
        builder.Services.AddGraphChannels(builder.Configuration);
        builder.Services.AddWebhookChannel(builder.Configuration);
        builder.Services.AddTeamsWorkflowChannel(builder.Configuration);
        if (outboxOnly)
        {
            builder.Services.AddOutboxInPlaceOf(SmtpChannel.ChannelName);
            foreach (var channel in GraphRegistration.ChannelNames)
            {
                builder.Services.AddOutboxInPlaceOf(channel);
            }

            builder.Services.AddOutboxInPlaceOf(WebhookChannel.ChannelName);
            builder.Services.AddOutboxInPlaceOf(TeamsWorkflowChannel.ChannelName);
        }
    }
}
