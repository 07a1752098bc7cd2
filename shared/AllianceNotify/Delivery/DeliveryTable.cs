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

    /// <summary>Those of the contacts' deliveries that exist, in no particular order.</summary>
    public async Task<List<Versioned<DeliveryRecord>>> GetManyAsync(
        AlertId alert, IReadOnlyList<ContactId> contacts, string channel, int round, CancellationToken cancellationToken)
    {
        var missing = contacts.Select(contact => DeliveryRecord.RowOf(contact, channel, round)).ToHashSet(StringComparer.Ordinal);
        var found = new List<Versioned<DeliveryRecord>>(missing.Count);
        if (missing.Count > 1)
        {
            // A fresh chunk's rows lie close together: one range read finds them. What a thinned-out chunk leaves is read by key.
            var range = new RowRange(missing.Min(StringComparer.Ordinal), missing.Max(StringComparer.Ordinal) + '!', missing.Count * 2);
            await foreach (var entity in table.Store.QueryAsync(table.Name, alert.Value, range, cancellationToken).ConfigureAwait(false))
            {
                if (missing.Remove(entity.Row))
                {
                    found.Add(new Versioned<DeliveryRecord>(table.Deserialize(entity.Body), entity.ETag, entity.Row));
                }
            }
        }

        var rest = await Task.WhenAll(missing.Select(row => table.GetAsync(alert.Value, row, cancellationToken).AsTask())).ConfigureAwait(false);
        found.AddRange(rest.OfType<Versioned<DeliveryRecord>>());
        return found;
    }

    /// <summary>All deliveries of an alert, by contact.</summary>
    public IAsyncEnumerable<Versioned<DeliveryRecord>> ListAsync(AlertId alert, CancellationToken cancellationToken) =>
        ListAsync(alert, RowRange.All, cancellationToken);

    /// <summary>A part of an alert's deliveries, by contact.</summary>
    public IAsyncEnumerable<Versioned<DeliveryRecord>> ListAsync(AlertId alert, RowRange range, CancellationToken cancellationToken) =>
        table.QueryAsync(alert.Value, range, cancellationToken);

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
