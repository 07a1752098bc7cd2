using System.Text;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Delivery;
using AllianceNotify.Escalation;
using AllianceNotify.FanOut;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using AllianceNotify.Triage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Journeys;

/// <summary>
/// The whole hub but its web server, on a queue in memory, one recording channel and a clock that the test moves; on a store in memory
/// unless another is given.
/// </summary>
internal sealed class HubInProcess : IDisposable
{
    private readonly ServiceProvider services;

    public HubInProcess(IEntityStore? store = null, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 5, 49, 0, TimeSpan.Zero));
        Queue = new InMemoryMessageQueue(Time);
        Channel = new ScriptedChannel(Time);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddMetrics();
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddSingleton(new Random(1));
        collection.AddSingleton(store ?? new InMemoryEntityStore());
        collection.AddSingleton<IMessageQueue>(Queue);
        collection.AddSingleton<IAlertChannel>(Channel);
        collection.AddSingleton(new AcknowledgeLinks(new byte[32], new Uri("http://hub.example")));
        collection.AddSingleton<HubMetrics>();
        collection.AddIntake();
        collection.AddStages(configuration);
        collection.AddDelivery(configuration);
        services = collection.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; }

    public InMemoryMessageQueue Queue { get; }

    public ScriptedChannel Channel { get; }

    public SituationTable Situations => Get<SituationTable>();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task SubscribeAsync(string list, CategoryFilter filter, params Contact[] members)
    {
        await Get<ListTable>().InsertAsync(new ContactList { Id = new ListId(list), Name = new LocalizedText(list, list) }, default);
        foreach (var member in members)
        {
            await Get<ContactTable>().InsertAsync(member, default);
        }

        await Get<ListTable>().AddMembersAsync(new ListId(list), members.Select(member => member.Id), default);
        var subscription = new Subscription
        {
            Id = new SubscriptionId($"on-{list}"),
            List = new ListId(list),
            Categories = [.. filter.Categories.Select(category => new CategoryId(category))],
            Modes = filter.Modes,
        };
        await Get<SubscriptionTable>().InsertAsync(subscription, default);
    }

    public async Task<ReportId> PostAsync(string json)
    {
        var result = await Get<AcceptReports>().AcceptAsync(
            Encoding.UTF8.GetBytes(json), "application/json", new IntakeCaller { Id = "test", MaySubmit = true }, default);
        return Assert.Single(Assert.IsType<IntakeResult.Accepted>(result).Items).Id;
    }

    /// <summary>Runs the stages until no message is waiting.</summary>
    public async Task SettleAsync()
    {
        IQueueStage[] stages = [Get<TriageReport>(), Get<FanOutAlert>(), Get<DeliverAlerts>()];
        var idle = false;
        while (!idle)
        {
            idle = true;
            foreach (var stage in stages)
            {
                using var noWait = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
                try
                {
                    foreach (var message in await Queue.ReceiveAsync(stage.Queue, 10, TimeSpan.FromMinutes(1), noWait.Token))
                    {
                        idle = false;
                        var result = await stage.RunAsync(message, default);
                        _ = result is StageResult.Poison poison
                            ? await Queue.DeadLetterAsync(message, poison.Reason, default)
                            : await Queue.CompleteAsync(message, default);
                    }
                }
                catch (OperationCanceledException)
                {
                    // Nothing is waiting on this queue.
                }
            }
        }
    }

    /// <summary>Lets time pass and the timer's sweep run.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await Get<EscalateUnanswered>().SweepAsync(default);
        await SettleAsync();
    }

    public async Task<Situation> SituationOfAsync(ReportId report)
    {
        var outcome = await Get<ReportTable>().GetOutcomeAsync(report, default);
        return (await Situations.GetAsync(outcome!.Situation!.Value, default))!.Value.Value;
    }

    /// <summary>Whom the sends after the first <paramref name="from"/> went to.</summary>
    public List<string> Told(int from) => [.. Channel.Sends.Skip(from).Select(send => send.Contact.Value).Order()];

    public static Contact Person(string id, string nation, string language) => new()
    {
        Id = new ContactId(id),
        Name = new PersonName($"Sample {id}", null),
        Agency = nation == "JPN" ? "JCG" : "USFJ",
        Nation = nation,
        Languages = [language],
        Channels = [new ContactChannel("scripted", $"box/{id}")],
    };

    public void Dispose() => services.Dispose();

    internal sealed record CategoryFilter(IReadOnlyList<string> Categories, IReadOnlyList<ReportMode> Modes)
    {
        public static CategoryFilter Actual(params string[] categories) => new(categories, [ReportMode.Actual]);

        public static CategoryFilter Exercise(params string[] categories) => new(categories, [ReportMode.Exercise]);
    }
}
