using AllianceNotify.AzureTables.Keys;
using AllianceNotify.Storage;
using Azure.Data.Tables;

namespace AllianceNotify.AzureTables.Entities;

/// <summary>
/// A record as an entity: its body over binary properties of 64 KiB, the random id of the write that made it, and, where a key is
/// too long to stand, that key. By the service's documented sizes (a property: 8 bytes, its name and a value twice over in
/// UTF-16 or four bytes and the bytes), 15 full properties, two keys of 1 KiB and the rest stay 60 KiB below the 1 MiB of an entity.
/// </summary>
internal static class EntityForm
{
    public const string WriteIdName = "W";

    /// <summary>Bytes in one binary property.</summary>
    private const int PartBytes = 64 * 1024;

    private const string LongPartitionName = "P";
    private const string LongRowName = "R";

    private static readonly string[] PartNames = [.. Enumerable.Range(0, (EntityLimits.MaxBodyBytes + PartBytes - 1) / PartBytes).Select(i => $"B{i}")];

    public static TableEntity Make(string partition, string row, ReadOnlySpan<byte> body, Guid writeId)
    {
        var entity = new TableEntity(StoredKey.Of(partition), StoredKey.Of(row)) { [WriteIdName] = writeId };
        for (var part = 0; part * PartBytes < body.Length; part++)
        {
            entity[PartNames[part]] = body.Slice(part * PartBytes, Math.Min(PartBytes, body.Length - (part * PartBytes))).ToArray();
        }

        if (StoredKey.IsLong(entity.PartitionKey))
        {
            entity[LongPartitionName] = StoredKey.Bytes(partition).ToArray();
        }

        if (StoredKey.IsLong(entity.RowKey))
        {
            entity[LongRowName] = StoredKey.Bytes(row).ToArray();
        }

        return entity;
    }

    public static StoredEntity Read(TableEntity entity) => new(
        Key(entity, entity.PartitionKey, LongPartitionName), Key(entity, entity.RowKey, LongRowName), Body(entity), new ETag(entity.ETag.ToString()));

    private static string Key(TableEntity entity, string stored, string longName) =>
        StoredKey.IsLong(stored) ? StoredKey.FromBytes(entity.GetBinary(longName)) : KeyEscape.Decode(stored);

    private static byte[] Body(TableEntity entity)
    {
        var parts = PartNames.Select(entity.GetBinary).TakeWhile(part => part is not null).ToList();
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var body = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(body, at);
            at += part.Length;
        }

        return body;
    }
}
