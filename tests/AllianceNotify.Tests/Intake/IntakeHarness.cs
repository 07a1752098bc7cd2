using System.Diagnostics.Metrics;
using System.Text;
using AllianceNotify.Contracts.Messaging;
using AllianceNotify.Contracts.Storage;
using AllianceNotify.Intake;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Storage;
using AllianceNotify.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AllianceNotify.Tests.Intake;

/// <summary>Intake on a working store and queue in memory, either of which can be made to fail.</summary>
internal sealed class IntakeHarness
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    public static readonly IntakeCaller Caller = new() { Id = "key-1", MaySubmit = true };

    public IntakeHarness(IntakeOptions? options = null, IEntityStore? store = null, IMessageQueue? queue = null, Func<SituationReport, Urgency>? urgency = null)
    {
        Time = new FakeTimeProvider(Now);
        Store = store ?? new InMemoryEntityStore();
        Queue = queue ?? new InMemoryMessageQueue(Time);
        Reports = new ReportTable(Store);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        Accept = new AcceptReports(
            new ReportReader(IntakeServices.All()), Store, Queue, new ReportLane(urgency ?? (_ => Urgency.Urgent)), new HubMetrics(meters), Time, options ?? new IntakeOptions(), NullLogger<AcceptReports>.Instance);
    }

    public FakeTimeProvider Time { get; }

    public IEntityStore Store { get; }

    public IMessageQueue Queue { get; }

    public ReportTable Reports { get; }

    public AcceptReports Accept { get; }

    public Task<IntakeResult> PostAsync(string body, string? contentType = "application/json", IntakeCaller? caller = null) =>
        Accept.AcceptAsync(Encoding.UTF8.GetBytes(body), contentType, caller ?? Caller, default);

    /// <summary>The ids of the reports queued so far, in the order in which triage gets them. Leases what it sees.</summary>
    public async Task<List<string>> QueuedAsync()
    {
        var ids = new List<string>();
        while ((await Queue.GetDepthAsync(QueueName.Reports, default)).Active > ids.Count)
        {
            foreach (var message in await Queue.ReceiveAsync(QueueName.Reports, 100, TimeSpan.FromHours(1), default))
            {
                ids.Add(message.Message.Id);
            }
        }

        return ids;
    }

    public async Task<LeasedMessage> EnqueueAndLeaseAsync(ReadOnlyMemory<byte> body)
    {
        await Queue.SendAsync(QueueName.Reports, [new QueueMessage { Id = "m", Body = body, Lane = Lane.UrgentActual }], default);
        return (await Queue.ReceiveAsync(QueueName.Reports, 1, TimeSpan.FromHours(1), default))[0];
    }

    public static ReadContext Context => new(Now);

    public static string Json(string sourceId = "2026-11-24-0031", string mode = "actual", string title = "Sample report: ballistic missile launched", string extra = "") => $$"""
        {
          "source": "sample-radar", "sourceId": "{{sourceId}}", "mode": "{{mode}}",
          "observedAt": "2026-11-24T05:49:00Z", "title": "{{title}}"{{extra}}
        }
        """;
}
