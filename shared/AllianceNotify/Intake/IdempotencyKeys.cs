using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using AllianceNotify.Storage;

namespace AllianceNotify.Intake;

/// <summary>
/// Which body a caller used an idempotency key for. The key is claimed before the report is stored: of two bodies that race
/// under one key, one wins; and a claim whose report was never stored (a crash between the two) lets the same body through.
/// </summary>
internal sealed class IdempotencyKeys(IEntityStore store)
{
    private const string Row = "body";

    private readonly JsonTable<UsedKey> table = new(store, new TableName("idempotency"), UsedKeyJson.Default.UsedKey);

    /// <summary>False where the key stands for another body.</summary>
    public async ValueTask<bool> ClaimAsync(string callerId, string key, ReadOnlyMemory<byte> body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        var partition = DeterministicId.Of("k-", callerId, key);
        if (await table.InsertAsync(partition, Row, new UsedKey(hash, now), cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
        {
            return true;
        }

        var used = await table.GetAsync(partition, Row, cancellationToken).ConfigureAwait(false);
        return used?.Value.BodyHash == hash;
    }

    public static bool IsValid(string key) => key.Length is > 0 and <= 255 && key.All(c => c is > ' ' and < '\u007F');
}

internal sealed record UsedKey(string BodyHash, DateTimeOffset At);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(UsedKey))]
internal sealed partial class UsedKeyJson : JsonSerializerContext;
