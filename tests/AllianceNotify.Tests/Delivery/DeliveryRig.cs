using System.Globalization;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AllianceNotify.Tests.Delivery;

/// <summary>
/// The delivery stage as it is wired in the hub, on a store and a queue in memory, scripted channels and a clock that the
/// test moves. <see cref="Restart"/> is a new process on the same store and queue.
/// </summary>
internal sealed class DeliveryRig : IDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string?> settings;
    private readonly List<IAlertChannel> channels = [];
    private readonly InMemoryEntityStore store = new();
    private readonly InMemoryMessageQueue queue;
    private ServiceProvider? services;

    public DeliveryRig(params (string Key, string Value)[] settings)
    {
        this.settings = settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value);
        Time = new FakeTimeProvider(SampleAlerts.MadeAt);
        queue = new InMemoryMessageQueue(Time);
        Crash = new CrashPoint();
        Store = new CrashingStore(store, Crash);
        Queue = new CrashingQueue(queue, Crash);
        Deliveries = new DeliveryTable(store);
    }

    public FakeTimeProvider Time { get; }

    public CrashPoint Crash { get; }

    public IEntityStore Store { get; }

    public IMessageQueue Queue { get; }

    /// <summary>Past the crash point: for looking, not for being looked at.</summary>
    public DeliveryTable Deliveries { get; }

    public ContactTable Contacts => new(store);

    public ListTable Lists => new(store);

    public SituationTable Situations => new(store);

    public DeadLetterTable DeadLetterTable => new(store);

    public RenderAlert Render { get; set; } = (alert, language, _) => Task.FromResult(SampleAlerts.Render(alert, language));

    public DeliverAlerts Stage => Services.GetRequiredService<DeliverAlerts>();

    public DeadLetters DeadLetters => Services.GetRequiredService<DeadLetters>();

    public DeliveryOptions Options => Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<DeliveryOptions>>().Value;

    private ServiceProvider Services => services ??= Build();

    public ScriptedChannel AddChannel(string name = "scripted", int maxRecipients = 1)
    {
        var channel = new ScriptedChannel(Time, name, maxRecipients);
        channels.Add(channel);
        return channel;
    }

    public void Restart()
    {
        services?.Dispose();
        services = null;
    }

    public void Dispose() => services?.Dispose();

    /// <summary>Stores the alert, its situation and the contacts, plans one delivery a contact, and queues the chunk.</summary>
    public async Task<DeliveryChunk> PlanAsync(
        Alert alert,
        IEnumerable<(string Contact, string Address)> contacts,
        string channel = "scripted",
        ContactChannel[]? fallbacks = null,
        Situation? situation = null,
        IReadOnlyList<ListId>? lists = null)
    {
        var people = contacts.ToList();
        foreach (var (contact, address) in people)
        {
            await Contacts.InsertAsync(Person(contact, [new ContactChannel(channel, address), .. fallbacks ?? []]), CancellationToken.None);
        }

        var situations = new SituationTable(store);
        var known = await situations.GetAsync(alert.Situation, CancellationToken.None) is not null;
        var change = new SituationChange { Situation = known ? null : situation ?? SampleAlerts.Situation(alert.Mode, alert.Situation.Value), Alert = alert };
        Assert.IsType<WriteResult.Applied>(await situations.WriteAsync(alert.Situation, change, CancellationToken.None));
        var records = people.Select(contact => Record(alert, contact.Contact, contact.Address, channel, fallbacks) with { Lists = lists }).ToList();
        await Deliveries.PlanAsync(alert.Id, records, CancellationToken.None);
        var chunk = DeliveryChunkMessage.NewChunk(alert.Id, channel, 0, "en", [.. records.Select(record => record.Contact)]);
        await QueueAsync(chunk, alert);
        return chunk;
    }

    public static Contact Person(string id, params ContactChannel[] channels) => new()
    {
        Id = new ContactId(id),
        Name = new PersonName($"Sample {id}", null),
        Agency = "SAMPLE",
        Nation = "JPN",
        Languages = ["en"],
        Channels = channels,
    };

    public ValueTask QueueAsync(DeliveryChunk chunk, Alert alert) =>
        queue.SendAsync(QueueName.Deliveries, [chunk.ToMessage(Lanes.For(alert.Urgency, alert.Mode))], CancellationToken.None);

    public DeliveryRecord Record(Alert alert, string contact, string address, string channel = "scripted", ContactChannel[]? fallbacks = null) => new()
    {
        Alert = alert.Id,
        Contact = new ContactId(contact),
        Channel = channel,
        State = DeliveryState.Queued,
        Address = address,
        Agency = "SAMPLE",
        Language = "en",
        Fallbacks = fallbacks ?? [],
        Reason = "sample",
        Deadline = Options.DeadlineFor(channel, alert.Urgency, Time.GetUtcNow(), fallbacks is not { Length: > 0 }),
        MessageId = string.Create(CultureInfo.InvariantCulture, $"{alert.Id}.{contact}@hub.example"),
        PlannedAt = Time.GetUtcNow(),
    };

    public async Task<DeliveryRecord> GetAsync(Alert alert, string contact, string channel = "scripted", int round = 0) =>
        (await Deliveries.GetAsync(alert.Id, new ContactId(contact), channel, round, CancellationToken.None))!.Value.Value;

    public async Task ChangeAsync(Alert alert, string contact, Func<DeliveryRecord, DeliveryRecord> change)
    {
        var read = (await Deliveries.GetAsync(alert.Id, new ContactId(contact), "scripted", 0, CancellationToken.None))!.Value;
        await Deliveries.ReplaceAsync(alert.Id, [(change(read.Value), read.ETag)], CancellationToken.None);
    }

    /// <summary>A message that can be had now, or null.</summary>
    public async Task<LeasedMessage?> TryReceiveAsync()
    {
        using var cancel = new CancellationTokenSource();
        var receiving = queue.ReceiveAsync(QueueName.Deliveries, 1, Lease, cancel.Token).AsTask();
        if (receiving.IsCompletedSuccessfully)
        {
            return (await receiving)[0];
        }

        await cancel.CancelAsync();
        await receiving.ContinueWith(_ => { }, TaskScheduler.Default);
        return null;
    }

    /// <summary>Runs one message as a pump does and settles it. Answers the stage's exception, if any.</summary>
    public async Task<Exception?> RunAsync(LeasedMessage message, CancellationToken cancellationToken = default)
    {
        try
        {
            switch (await Stage.RunAsync(message, cancellationToken))
            {
                case StageResult.Poison poison:
                    await Queue.DeadLetterAsync(message, poison.Reason, CancellationToken.None);
                    break;
                default:
                    await Queue.CompleteAsync(message, CancellationToken.None);
                    break;
            }

            return null;
        }
        catch (SimulatedCrashException exception)
        {
            return exception;
        }
        catch (Exception exception)
        {
            await Queue.AbandonAsync(message, TimeSpan.FromSeconds(1), CancellationToken.None);
            return exception;
        }
    }

    /// <summary>
    /// Handles messages, and moves the clock on when none is due, until none is left. A crash is followed by a restart.
    /// Answers the exceptions that messages ended with.
    /// </summary>
    public async Task<IReadOnlyList<Exception>> DrainAsync(DateTimeOffset? until = null)
    {
        var failures = new List<Exception>();
        for (var turn = 0; (await queue.GetDepthAsync(QueueName.Deliveries, CancellationToken.None)).Active > 0; turn++)
        {
            Assert.True(turn < 100_000, "The deliveries never come to an end.");
            if (await TryReceiveAsync() is not { } message)
            {
                if (Time.GetUtcNow() >= until)
                {
                    break;
                }

                Time.Advance(TimeSpan.FromMilliseconds(100));
                continue;
            }

            if (await RunAsync(message) is { } failure)
            {
                failures.Add(failure);
            }

            if (Crash.Crashed)
            {
                Crash.Reset();
                Restart();
            }
        }

        return failures;
    }

    /// <summary>Waits for other threads to bring it about; the clock stands still.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 10_000, "It never comes about.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Moves the clock on by small steps until it comes about, at most as far as given.</summary>
    public async Task AdvanceUntilAsync(Func<Task<bool>> condition, TimeSpan atMost)
    {
        var end = Time.GetUtcNow() + atMost;
        while (!await condition())
        {
            Assert.True(Time.GetUtcNow() < end, "It does not come about in time.");
            Time.Advance(TimeSpan.FromMilliseconds(500));
            for (var i = 0; i < 5 && !await condition(); i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        }
    }

    public async Task<bool> IsClaimedAsync(DeliveryChunk chunk) =>
        (await Deliveries.GetAsync(chunk.Alert, chunk.Contacts[0], chunk.Channel, chunk.Round, CancellationToken.None))!.Value.Value.State == DeliveryState.Sending;

    public async Task<int> CountAsync(Alert alert, Func<DeliveryRecord, bool> which)
    {
        var count = 0;
        await foreach (var record in Deliveries.ListAsync(alert.Id, CancellationToken.None))
        {
            count += which(record.Value) ? 1 : 0;
        }

        return count;
    }

    private ServiceProvider Build()
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddMetrics();
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddSingleton(Store);
        collection.AddSingleton(Queue);
        collection.AddSingleton<HubMetrics>();
        collection.AddSingleton(new Random(1));
        collection.AddSingleton(new AcknowledgeLinks(new byte[32], new Uri("https://hub.example")));
        collection.AddSingleton(Render);
        channels.ForEach(channel => collection.AddSingleton<IAlertChannel>(channel));
        collection.AddDelivery(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        return collection.BuildServiceProvider();
    }
}
