using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.Escalation;
using AllianceNotify.FanOut;
using AllianceNotify.Functions.Storage;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Triage;

namespace AllianceNotify.Functions.Pumps;

/// <summary>The stages from an accepted report to answers, each with its pump.</summary>
internal static class StageWiring
{
    private static readonly TimeSpan EscalationSweep = TimeSpan.FromSeconds(1);

    private static readonly IReadOnlyList<string> AllChannels = ["smtp", "webhook", "teams-workflow"];

    public static void AddStages(this WebApplicationBuilder builder, HubArguments arguments)
    {
        builder.Services.AddSingleton(_ => new Random());
        builder.Services.AddSingleton<DirectoryTables>();
        builder.Services.AddStages(builder.Configuration);
        builder.Services.AddSingleton(services =>
        {
            var classifier = services.GetRequiredService<ReportClassifier>();
            return new ReportLane(report => classifier.Classify(report).Urgency);
        });
        builder.Services.AddDelivery(builder.Configuration);
        foreach (var channel in arguments.OutboxOnly ? AllChannels : [])
        {
            builder.Services.AddOutboxInPlaceOf(channel);
        }

        var outbox = Path.Combine(builder.HubOptions().EnsureDataDirectory(), "outbox");
        builder.Services.Configure<OutboxOptions>(options =>
            options.Folder = builder.Configuration[$"{OutboxOptions.Section}:{nameof(OutboxOptions.Folder)}"] ?? outbox);
        builder.AddPump<TriageReport>(QueueName.Reports);
        builder.AddPump<FanOutAlert>(QueueName.Alerts);
        builder.AddPump<DeliverAlerts>(QueueName.Deliveries);
        builder.AddSweep("escalation", EscalationSweep, (services, token) => services.GetRequiredService<EscalateUnanswered>().SweepAsync(token));
    }
}
