using System.Diagnostics.Metrics;
using AllianceNotify.Functions.Telemetry;
using AllianceNotify.Functions.Tests.Infrastructure;
using AllianceNotify.Messaging;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AllianceNotify.Functions.Tests.Telemetry;

public sealed class QueueGaugesTests : IAsyncLifetime
{
    private readonly HubFixture hub = new() { Adjust = builder => builder.Services.AddHostedService<QueueGaugeRefresh>() };

    public Task InitializeAsync() => hub.InitializeAsync();

    public Task DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task They_say_how_many_messages_wait_how_long_the_oldest_has_and_how_many_are_set_aside()
    {
        var queue = hub.Services.GetRequiredService<IMessageQueue>();
        await queue.SendAsync(QueueName.Alerts, [Message("a"), Message("b"), Message("c")], default);
        var first = Assert.Single(await queue.ReceiveAsync(QueueName.Alerts, 1, TimeSpan.FromMinutes(1), default));
        await queue.DeadLetterAsync(first, "for the test", default);

        await Eventually.TrueAsync(
            () =>
            {
                hub.Time.Advance(TimeSpan.FromSeconds(5));
                return Collect("alliancenotify.queue.depth", "alerts") == 2;
            },
            "the gauges have read the queue");
        var age = Collect("alliancenotify.queue.age", "alerts");
        hub.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(age >= 5);
        Assert.Equal(age + 2, Collect("alliancenotify.queue.age", "alerts"));
        Assert.Equal(1, Collect("alliancenotify.queue.dead_letters", "alerts"));
        Assert.Equal(0, Collect("alliancenotify.queue.depth", "reports"));
        Assert.Equal(0, Collect("alliancenotify.queue.age", "reports"));
    }

    private static QueueMessage Message(string id) => new() { Id = id, Body = "{}"u8.ToArray(), Lane = Lane.RoutineActual };

    /// <summary>What this hub's gauge says of one queue; other hubs of this process have gauges of the same name.</summary>
    private double? Collect(string instrument, string queue)
    {
        double? seen = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (published, listener) =>
            {
                if (published.Name == instrument && published.Meter.Name == HubTelemetry.Name
                    && ReferenceEquals(published.Meter.Scope, hub.Services.GetRequiredService<IMeterFactory>()))
                {
                    listener.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Note(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Note(value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;

        void Note(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "queue" && (string?)tag.Value == queue)
                {
                    seen = value;
                }
            }
        }
    }
}
