using System.Text.Json.Serialization;
using AllianceNotify.Contacts;
using AllianceNotify.Situations;
using AllianceNotify.Storage;

namespace AllianceNotify.Delivery;

/// <summary>Deliveries: partition = alert, row = contact | channel | round.</summary>
public sealed class DeliveryTable(IEntityStore store)
{
    private readonly JsonTable<DeliveryRecord> table = new(store, new TableName("Deliveries"), DeliveryJson.Default.DeliveryRecord);

    public ValueTask<Versioned<DeliveryRecord>?> GetAsync(
        AlertId alert, ContactId contact, string channel, int round, CancellationToken cancellationToken) =>
        table.GetAsync(alert.Value, DeliveryRecord.RowOf(contact, channel, round), cancellationToken);

    /// <summary>All deliveries of an alert, by contact.</summary>
    public IAsyncEnumerable<Versioned<DeliveryRecord>> ListAsync(AlertId alert, CancellationToken cancellationToken) =>
        table.QueryAsync(alert.Value, RowRange.All, cancellationToken);

    /// <summary>Writes the records that are not there yet, at most <see cref="IEntityStore.MaxBatch"/> at once; those already there stay as they are.</summary>
    public async Task PlanAsync(AlertId alert, IReadOnlyList<DeliveryRecord> records, CancellationToken cancellationToken)
    {
        foreach (var chunk in records.Chunk(IEntityStore.MaxBatch))
        {
            var pending = chunk.ToList();
            while (pending.Count > 0)
            {
                var writes = pending.Select(EntityWrite (record) => new EntityWrite.Insert(record.Row, table.Serialize(record))).ToList();
                if (await table.Store.WriteBatchAsync(table.Name, alert.Value, writes, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
                {
                    break;
                }

                // Planned before, wholly or in part: find out which at once, a conflict names only the first.
                var absent = new List<DeliveryRecord>();
                foreach (var record in pending)
                {
                    if (await table.GetAsync(alert.Value, record.Row, cancellationToken).ConfigureAwait(false) is null)
                    {
                        absent.Add(record);
                    }
                }

                pending = absent;
            }
        }
    }

    public async ValueTask<WriteResult> ReplaceAsync(
        AlertId alert, IReadOnlyList<(DeliveryRecord Record, ETag IfMatch)> records, CancellationToken cancellationToken) =>
        await table.Store.WriteBatchAsync(
            table.Name,
            alert.Value,
            [.. records.Select(EntityWrite (item) => new EntityWrite.Replace(item.Record.Row, table.Serialize(item.Record), item.IfMatch))],
            cancellationToken).ConfigureAwait(false);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeliveryRecord))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
