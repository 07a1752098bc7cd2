using AllianceNotify.AzureTables.Entities;
using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Azure.Data.Tables;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>A record that says which write made it.</summary>
internal static class Witness
{
    private static readonly string[] OnlyId = [EntityForm.WriteIdName];

    /// <summary>The record's version where this write made it; null where it is absent or another's.</summary>
    public static async Task<ETag?> ReadAsync(TableClient table, string partition, string row, Guid id, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(StoredKey.Of(partition), StoredKey.Of(row), OnlyId, cancellationToken)
            .ConfigureAwait(false);
        return found.HasValue && found.Value!.GetGuid(EntityForm.WriteIdName) == id ? Versions.FromService(found.Value.ETag) : null;
    }

    public static async Task<bool> ExistsAsync(TableClient table, string partition, string row, CancellationToken cancellationToken) =>
        (await table.GetEntityIfExistsAsync<TableEntity>(StoredKey.Of(partition), StoredKey.Of(row), OnlyId, cancellationToken).ConfigureAwait(false)).HasValue;
}
