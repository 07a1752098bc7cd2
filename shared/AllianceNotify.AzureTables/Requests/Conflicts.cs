using AllianceNotify.Storage;
using Azure.Data.Tables.Models;

namespace AllianceNotify.AzureTables.Requests;

/// <summary>Answers of the service that are conflicts of the port.</summary>
internal static class Conflicts
{
    private const string EntityAlreadyExists = "EntityAlreadyExists";

    /// <summary>Null where the answer is none. A deletion of whatever was there has none.</summary>
    public static ConflictKind? Of(EntityWrite write, int status, string? code) => (write, status) switch
    {
        (EntityWrite.Insert, 409) when code == EntityAlreadyExists => ConflictKind.AlreadyExists,
        (EntityWrite.Replace or EntityWrite.Delete { IfMatch: not null }, 404) when code != TableErrorCode.TableNotFound => ConflictKind.Missing,
        (EntityWrite.Replace or EntityWrite.Delete { IfMatch: not null }, 412) => ConflictKind.Changed,
        _ => null,
    };

    /// <summary>A conflict after an attempt whose answer was lost: with that attempt's work, or with another's.</summary>
    public static StoreUnreachableException Unknown(TableName table, Exception exception) =>
        new($"An answer of Table Storage was lost, and what became of a write to {table} cannot be told.", exception);
}
