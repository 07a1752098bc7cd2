using System.Text.Json;
using AllianceNotify.Contacts;
using AllianceNotify.Delivery;
using AllianceNotify.Messaging;
using AllianceNotify.Reports;
using AllianceNotify.Situations;
using AllianceNotify.Sqlite;

namespace AllianceNotify.Functions.Tests.Crash;

/// <summary>What the hub has on record of accepted reports, once no hub serves the store any more.</summary>
internal sealed class FinalStore : IDisposable
{
    private readonly SqliteDatabase database;
    private readonly ReportTable reports;
    private readonly SituationTable situations;
    private readonly DeliveryTable deliveries;
    private readonly DeadLetterTable setAside;
    private readonly SqliteMessageQueue queue;

    public FinalStore(string data)
    {
        database = SqliteDatabase.Open(new SqliteOptions { Path = Path.Combine(data, "hub.db") }, TimeProvider.System);
        var store = new SqliteEntityStore(database);
        reports = new ReportTable(store);
        situations = new SituationTable(store);
        deliveries = new DeliveryTable(store);
        setAside = new DeadLetterTable(store);
        queue = new SqliteMessageQueue(database);
    }

    public void Dispose() => database.Dispose();

    public ValueTask<StoredReport?> ReportAsync(string id) => reports.GetWithOutcomeAsync(new ReportId(id), CancellationToken.None);

    public async Task<IReadOnlyList<Alert>> AlertsAsync()
    {
        var found = new List<Alert>();
        await foreach (var (_, situation) in situations.ListAsync(null, CancellationToken.None))
        {
            await foreach (var alert in situations.ListAlertsAsync(situation.Id, CancellationToken.None))
            {
                found.Add(alert.Value);
            }
        }

        return found;
    }

    public async Task<IReadOnlyList<DeliveryRecord>> DeliveriesAsync(AlertId alert)
    {
        var found = new List<DeliveryRecord>();
        await foreach (var delivery in deliveries.ListAsync(alert, CancellationToken.None))
        {
            found.Add(delivery.Value);
        }

        return found;
    }

    /// <summary>Who was set aside, and of which alert; and whole messages that were.</summary>
    public async Task<(IReadOnlySet<(AlertId, ContactId)> Deliveries, IReadOnlyList<string> Messages)> DeadLettersAsync()
    {
        var found = new HashSet<(AlertId, ContactId)>();
        await foreach (var letter in setAside.ListAsync(null, int.MaxValue))
        {
            using var chunk = JsonDocument.Parse(letter.Body);
            var alert = new AlertId(chunk.RootElement.GetProperty("alert").GetString()!);
            found.UnionWith(chunk.RootElement.GetProperty("contacts").EnumerateArray().Select(contact => (alert, new ContactId(contact.GetString()!))));
        }

        var messages = new List<string>();
        foreach (var name in QueueName.All)
        {
            messages.AddRange((await queue.PeekDeadLettersAsync(name, null, 100, CancellationToken.None)).Select(letter => $"{name}: {letter.Reason}"));
        }

        return (found, messages);
    }
}
