using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Delivery;
using AllianceNotify.Escalation;
using AllianceNotify.FanOut;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Tests.FanOut;

/// <summary>Fan-out, escalation and answers over a working store and queue in memory, with a clock that the test moves.</summary>
internal sealed class FanOutFixture
{
    public static readonly CategoryId Missile = new("missile-launch");

    public FanOutFixture(IEntityStore? store = null)
    {
        Store = store ?? new InMemoryEntityStore();
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
        Queue = new InMemoryMessageQueue(Time);
        Situations = new SituationTable(Store);
        Deliveries = new DeliveryTable(Store);
        Contacts = new ContactTable(Store);
        Lists = new ListTable(Store);
        Subscriptions = new SubscriptionTable(Store);
        Policies = new PolicyTable(Store);
        Rotas = new RotaTable(Store);
        Escalations = new EscalationTable(Store, Situations, Time);
        var metrics = new HubMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        FanOut = new FanOutAlert(
            Situations,
            Deliveries,
            Contacts,
            Rotas,
            Policies,
            new ResolveAudience(Contacts, Lists, Subscriptions, new Taxonomy([])),
            Escalations,
            Queue,
            Options.Create(new DeliveryOptions()),
            Options.Create(new FanOutOptions { ChunkSize = 2 }),
            Time,
            NullLogger<FanOutAlert>.Instance);
        Escalate = new EscalateUnanswered(Escalations, Situations, Deliveries, Queue, Time, NullLogger<EscalateUnanswered>.Instance);
        Acknowledge = new AcknowledgeAlert(Situations, Contacts, Escalate, metrics, Time, NullLogger<AcknowledgeAlert>.Instance);
    }

    public IEntityStore Store { get; }

    public FakeTimeProvider Time { get; }

    public InMemoryMessageQueue Queue { get; }

    public SituationTable Situations { get; }

    public DeliveryTable Deliveries { get; }

    public ContactTable Contacts { get; }

    public ListTable Lists { get; }

    public SubscriptionTable Subscriptions { get; }

    public PolicyTable Policies { get; }

    public RotaTable Rotas { get; }

    public EscalationTable Escalations { get; }

    public FanOutAlert FanOut { get; }

    public EscalateUnanswered Escalate { get; }

    public AcknowledgeAlert Acknowledge { get; }

    /// <summary>A list subscribed to missile launches, with these members.</summary>
    public async Task SubscribeAsync(string list, PolicyId? policy, params Contact[] members)
    {
        await Lists.InsertAsync(new ContactList { Id = new ListId(list), Name = new LocalizedText(list, list) }, default);
        foreach (var member in members)
        {
            await Contacts.InsertAsync(member, default);
        }

        await Lists.AddMembersAsync(new ListId(list), members.Select(member => member.Id), default);
        await Subscriptions.InsertAsync(
            new Subscription { Id = new SubscriptionId($"on-{list}"), List = new ListId(list), Categories = [Missile], Policy = policy }, default);
    }

    /// <summary>The situation's next alert, stored as triage stores it.</summary>
    public async Task<Alert> AlertAsync(AlertKind kind = AlertKind.New, Marking? marking = null, Urgency urgency = Urgency.Flash)
    {
        var id = new SituationId("s-launch");
        var current = await Situations.GetAsync(id, default);
        var situation = current?.Value ?? new Situation
        {
            Id = id,
            Mode = ReportMode.Actual,
            Status = SituationStatus.Open,
            Category = Missile,
            Urgency = urgency,
            Marking = marking ?? Marking.Default,
            Texts = [new ReportText("en", "Launch", "")],
            OpenedAt = Time.GetUtcNow(),
            UpdatedAt = Time.GetUtcNow(),
            ObservedAt = Time.GetUtcNow(),
            FirstReport = new ReportId("r-1"),
            LatestReport = new ReportId("r-1"),
            Source = "radar",
        };
        var content = new AlertContent
        {
            Kind = kind,
            Urgency = urgency,
            Confidence = 0.9,
            Texts = situation.Texts,
            ObservedAt = situation.ObservedAt,
            Source = situation.Source,
        };
        var (revised, alert) = AlertGate.Make(situation, content, Time.GetUtcNow());
        await Situations.WriteAsync(id, new SituationChange { Situation = revised, IfMatch = current?.ETag, Alert = alert }, default);
        return alert;
    }

    public Task<StageResult> RunAsync(Alert alert, int round = 0) => FanOut.RunAsync(
        new LeasedMessage(
            QueueName.Alerts,
            new QueueMessage
            {
                Id = "m",
                Body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
                    new AlertToFanOut(alert.Id) { Round = round }, StageJson.Default.AlertToFanOut),
                Lane = Lane.FlashActual,
            },
            "lease",
            1,
            Time.GetUtcNow(),
            Time.GetUtcNow().AddMinutes(1)),
        default);

    public async Task<List<DeliveryRecord>> DeliveriesAsync(Alert alert) =>
        await Deliveries.ListAsync(alert.Id, default).Select(item => item.Value).ToListAsync();

    public async Task<List<TimelineEntry>> TimelineAsync(Alert alert) =>
        await Situations.TimelineAsync(alert.Situation, default).Select(item => item.Value).ToListAsync();

    /// <summary>Takes every message that is waiting on a queue.</summary>
    public async Task<List<QueueMessage>> DrainAsync(QueueName queue)
    {
        var messages = new List<QueueMessage>();
        while ((await Queue.GetDepthAsync(queue, default)).Active > 0)
        {
            foreach (var leased in await Queue.ReceiveAsync(queue, 100, TimeSpan.FromMinutes(1), default))
            {
                messages.Add(leased.Message);
                await Queue.CompleteAsync(leased, default);
            }
        }

        return messages;
    }

    public static Contact Person(string id, string agency = "JCG", string nation = "JPN", Tlp maxTlp = Tlp.Amber, params string[] channels) => new()
    {
        Id = new ContactId(id),
        Name = new PersonName($"Sample {id}", null),
        Agency = agency,
        Nation = nation,
        Languages = ["ja", "en"],
        MaxTlp = maxTlp,
        Channels = [.. (channels.Length == 0 ? ["smtp"] : channels).Select(channel => new ContactChannel(channel, $"{id}@{channel}.example"))],
    };
}
