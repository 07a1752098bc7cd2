using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using AllianceNotify.Acknowledgement;
using AllianceNotify.Classification;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Delivery.Channels;
using AllianceNotify.FanOut;
using AllianceNotify.Functions.Pumps;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Sqlite;
using AllianceNotify.Telemetry;
using AllianceNotify.Triage;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Functions.Rehearsal;

/// <summary>
/// The stages of an alert on a store and queues of their own, with made-up contacts whose webhooks end in this process. It shares
/// with the real hub what never changes (the classifier and the taxonomy) and the clock, and nothing else: no setting of the real
/// hub, no log, no metric, no key.
/// </summary>
internal sealed class RehearsalHub : IAsyncDisposable
{
    public const int Contacts = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), AskEvery = TimeSpan.FromMilliseconds(5);

    private readonly ServiceProvider services;
    private readonly TimeProvider time;
    private readonly List<QueuePump> pumps = [];
    private int answered;

    /// <param name="real">The hub that rehearses.</param>
    /// <param name="folder">For the store; empty.</param>
    public RehearsalHub(IServiceProvider real, string folder)
    {
        time = real.GetRequiredService<TimeProvider>();
        var none = new ConfigurationBuilder().Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton(time);
        collection.AddSingleton(real.GetRequiredService<Random>());
        collection.AddSingleton(real.GetRequiredService<IHostApplicationLifetime>());
        collection.AddSingleton(real.GetRequiredService<Taxonomy>());
        collection.AddSingleton(real.GetRequiredService<ReportClassifier>());
        collection.AddSingleton(real.GetRequiredService<ReportLane>());
        collection.AddSingleton<IMeterFactory, SilentMeters>();
        collection.AddSingleton<HubMetrics>();
        collection.AddSingleton<WorkInHand>();
        collection.AddSingleton(new AcknowledgeLinks(RandomNumberGenerator.GetBytes(32), new Uri("https://rehearsal.invalid")));
        collection.AddSqliteStoreAndQueue(options => options.Path = Path.Combine(folder, "rehearsal.db"));
        collection.AddIntake();
        collection.AddStages(none);
        collection.AddDelivery(none);
        collection.Configure<OutboxOptions>(options => options.Folder = folder);
        collection.AddSingleton<DirectoryTables>();
        collection.AddSingleton<IAlertChannel>(provider => new WebhookChannel(
            Options.Create(new WebhookOptions { Secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) }),
            time,
            handler =>
            {
                handler.ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new AnsweringStream(() => Interlocked.Increment(ref answered)));
                handler.MeterFactory = provider.GetRequiredService<IMeterFactory>();
            }));
        services = collection.BuildServiceProvider();
    }

    /// <summary>Webhooks that were sent, to nobody.</summary>
    public int Answered => Volatile.Read(ref answered);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await WriteDirectoryAsync(cancellationToken);
        foreach (var stage in new IQueueStage[]
            { services.GetRequiredService<TriageReport>(), services.GetRequiredService<FanOutAlert>(), services.GetRequiredService<DeliverAlerts>() })
        {
            var pump = ActivatorUtilities.CreateInstance<QueuePump>(services, stage.Queue, () => stage);
            pumps.Add(pump);
            await pump.StartAsync(cancellationToken);
        }
    }

    /// <summary>One alert from its report to the first answer. The number makes it a situation of its own.</summary>
    public async Task AlertAsync(int number, CancellationToken cancellationToken)
    {
        var before = Answered;
        var accepted = await services.GetRequiredService<AcceptReports>().AcceptAsync(
            RehearsalReports.Of(number, time.GetUtcNow()), "application/json", new IntakeCaller { Id = "rehearsal", MaySubmit = true }, cancellationToken);
        if (accepted is not IntakeResult.Accepted { Items: [var item] })
        {
            throw new InvalidOperationException($"The report was not accepted but {accepted.GetType().Name}.");
        }

        await UntilAsync(async () => Answered == before + Contacts && await IsQuietAsync(cancellationToken), cancellationToken);
        var stored = await services.GetRequiredService<ReportTable>().GetWithOutcomeAsync(item.Id, cancellationToken);
        if (stored?.Outcome?.Alerts is not [var alert])
        {
            throw new InvalidOperationException("The report made no alert.");
        }

        await AnswerAsync(alert, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pump in pumps)
        {
            await pump.StopAsync(CancellationToken.None);
            pump.Dispose();
        }

        await services.DisposeAsync();
    }

    private async Task WriteDirectoryAsync(CancellationToken cancellationToken)
    {
        var directory = services.GetRequiredService<DirectoryTables>();
        var list = new ContactList { Id = new ListId("rehearsal"), Name = new LocalizedText("Rehearsal", "試行") };
        await directory.Lists.InsertAsync(list, cancellationToken);
        var contacts = Enumerable.Range(0, Contacts).Select(RehearsalReports.ContactOf).ToList();
        await Task.WhenAll(contacts.Select(contact => directory.Contacts.InsertAsync(contact, cancellationToken).AsTask()));
        await directory.Lists.AddMembersAsync(list.Id, contacts.Select(contact => contact.Id), cancellationToken);
        await directory.Subscriptions.InsertAsync(
            new Subscription { Id = new SubscriptionId("rehearsal"), List = list.Id, MinimumUrgency = Urgency.Info, Modes = [ReportMode.Test] }, cancellationToken);
    }

    private async Task AnswerAsync(AlertId alert, CancellationToken cancellationToken)
    {
        var links = services.GetRequiredService<AcknowledgeLinks>();
        var now = time.GetUtcNow();
        var token = links.TokenFor(alert, RehearsalReports.ContactOf(0).Id, now + AcknowledgeLinks.Lifetime);
        if (links.Read(token, now) is not AcknowledgeToken.Valid valid
            || await services.GetRequiredService<AcknowledgeAlert>().ByContactAsync(valid.Alert, valid.Contact, note: null, cancellationToken) is not AnswerResult.Recorded)
        {
            throw new InvalidOperationException("The answer was not recorded.");
        }
    }

    private async Task<bool> IsQuietAsync(CancellationToken cancellationToken)
    {
        var queue = services.GetRequiredService<IMessageQueue>();
        foreach (var name in QueueName.All)
        {
            var depth = await queue.GetDepthAsync(name, cancellationToken);
            if (depth.DeadLetters > 0)
            {
                throw new InvalidOperationException($"A message of {name} could not be handled.");
            }

            if (depth.Active > 0)
            {
                return false;
            }
        }

        return true;
    }

    private async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (!await condition())
        {
            if (time.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"Not done after {Patience.TotalSeconds:0} s.");
            }

            await Task.Delay(AskEvery, time, cancellationToken);
        }
    }
}
