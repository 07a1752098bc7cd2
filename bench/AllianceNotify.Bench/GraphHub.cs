using System.Text.Json;
using AllianceNotify.Contacts;
using AllianceNotify.Contracts.Delivery;
using AllianceNotify.Contracts.Graph;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Delivery;
using AllianceNotify.Functions;
using AllianceNotify.Messaging;
using AllianceNotify.Situations;
using AllianceNotify.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AllianceNotify.Bench;

/// <summary>The whole hub in this process on a clock of one's own, a store and queues in memory, and a fake Graph to send to.</summary>
internal sealed class GraphHub(FakeGraph graph, WebApplication app, TimeProvider clock, string data) : IAsyncDisposable
{
    public const int Senders = 4;

    public FakeGraph Graph => graph;

    public static async Task<GraphHub> StartAsync(TimeProvider clock)
    {
        var graph = await FakeGraph.StartAsync(clock);
        var data = Directory.CreateTempSubdirectory("alliancenotify-bench-").FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "appsettings.json"), JsonSerializer.Serialize(new
        {
            Graph = new
            {
                BaseAddress = graph.Address,
                Mail = new { Senders = Enumerable.Range(1, Senders).Select(i => $"alerts-{i}@agency.example") },
                Teams = new { AppId = "0a0b0c0d-0000-4000-8000-000000000001" },
            },
        }));
        var app = HubApplication.Build(new HubArguments("http://127.0.0.1:0", data), builder =>
        {
            builder.Services.AddSingleton(clock);
            builder.Services.AddSingleton<IEntityStore>(new InMemoryEntityStore());
            builder.Services.AddSingleton<IMessageQueue>(new InMemoryMessageQueue(clock));
            builder.Logging.AddFilter("AllianceNotify", LogLevel.Error);
            builder.Logging.AddFilter("Microsoft", LogLevel.Error);
        });
        await app.StartAsync();
        var hub = new GraphHub(graph, app, clock, data);
        await hub.WarmUpAsync();
        return hub;
    }

    /// <summary>What a process does once (loading the SDK, compiling) would be stretched with the clock. The windows of its limits pass before the figure begins.</summary>
    private async Task WarmUpAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(SampleAlerts.Alert(situation: $"s-warm-{i}"), "teams", [.. Enumerable.Range(0, 100).Select(j => PersonOf($"{j:x8}-0000-4000-8000-000000000001"))]);
            await SendAsync(SampleAlerts.Alert(situation: $"s-warm-mail-{i}"), "graph-mail", [PersonOf($"warm-{i}@agency.example")]);
            await UntilAsync(() => graph.Activities.Count == 100 * (i + 1) && graph.Mails.Count == i + 1, TimeSpan.FromMinutes(5));
        }

        await Task.Delay(TimeSpan.FromSeconds(70), clock);
        graph.Forget();
    }

    /// <summary>A contact an address: whoever is found at another address than was planned for is sent to there.</summary>
    public static (ContactId Contact, string Address) PersonOf(string address) => (new ContactId(address.Replace('@', '.')), address);

    /// <summary>Plans an alert's deliveries as fan-out does, and queues them; answers when.</summary>
    public async Task<DateTimeOffset> SendAsync(Alert alert, string channel, IReadOnlyList<(ContactId Contact, string Address)> people)
    {
        var services = app.Services;
        var options = services.GetRequiredService<IOptions<DeliveryOptions>>().Value;
        var contacts = services.GetRequiredService<ContactTable>();
        foreach (var (contact, address) in people)
        {
            await contacts.InsertAsync(
                new Contact
                {
                    Id = contact,
                    Name = new PersonName($"Sample {contact}", null),
                    Agency = "SAMPLE",
                    Nation = "JPN",
                    Languages = ["en"],
                    Channels = [new ContactChannel(channel, address)],
                },
                CancellationToken.None);
        }

        var now = clock.GetUtcNow();
        alert = alert with { MadeAt = now, ObservedAt = now };
        var change = new SituationChange { Situation = SampleAlerts.Situation(alert.Mode, alert.Situation.Value), Alert = alert };
        await services.GetRequiredService<SituationTable>().WriteAsync(alert.Situation, change, CancellationToken.None);
        await services.GetRequiredService<DeliveryTable>().PlanAsync(
            alert.Id,
            [
                .. people.Select(person => new DeliveryRecord
                {
                    Alert = alert.Id,
                    Contact = person.Contact,
                    Channel = channel,
                    State = DeliveryState.Queued,
                    Address = person.Address,
                    Agency = "SAMPLE",
                    Language = "en",
                    Reason = "sample",
                    Deadline = options.DeadlineFor(channel, alert.Urgency, now, lastChannel: true),
                    MessageId = $"{alert.Id}.{person.Contact}@hub.example",
                    PlannedAt = now,
                }),
            ],
            CancellationToken.None);
        var lane = Lanes.For(alert.Urgency, alert.Mode);
        var messages = people.Select(person => person.Contact).Chunk(DeliveryChunkMessage.MaxContacts)
            .Select(contacts => DeliveryChunkMessage.NewChunk(alert.Id, channel, 0, "en", contacts).ToMessage(lane)).ToList();
        var queued = clock.GetUtcNow();
        await services.GetRequiredService<IMessageQueue>().SendAsync(QueueName.Deliveries, messages, CancellationToken.None);
        return queued;
    }

    /// <summary>Waits for what is to come, and a little for what should not.</summary>
    public async Task UntilAsync(Func<bool> done, TimeSpan atMost)
    {
        var end = clock.GetUtcNow() + atMost;
        while (!done() && clock.GetUtcNow() < end)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <summary>Deliveries of an alert whose record does not say that they were sent, once the last outcomes had time to be written.</summary>
    public async Task<int> UnsentAsync(AlertId alert)
    {
        var unsent = 0;
        for (var tries = 0; tries < 20; tries++)
        {
            unsent = 0;
            await foreach (var record in app.Services.GetRequiredService<DeliveryTable>().ListAsync(alert, CancellationToken.None))
            {
                unsent += record.Value.State == DeliveryState.Sent ? 0 : 1;
            }

            if (unsent == 0)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }

        return unsent;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await graph.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }
}
