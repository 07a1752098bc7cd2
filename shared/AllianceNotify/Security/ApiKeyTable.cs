using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using AllianceNotify.Storage;

namespace AllianceNotify.Security;

/// <summary>API keys. One partition, row = key id: there are hundreds, and they are listed whole.</summary>
public sealed class ApiKeyTable(IEntityStore store)
{
    /// <summary>How exactly <see cref="ApiKey.LastUsedAt"/> is kept: finer would cost a write a request.</summary>
    public static readonly TimeSpan LastUsedResolution = TimeSpan.FromMinutes(5);

    private const string Partition = "keys";
    private readonly JsonTable<ApiKey> table = new(store, new TableName("ApiKeys"), SecurityJson.Default.ApiKey);

    /// <summary>Makes a key. The text in the answer is the only place its secret ever stands.</summary>
    public async Task<(ApiKey Key, ApiKeyText Text)> CreateAsync(NewApiKey request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var text = ApiKeyText.New();
        var key = new ApiKey
        {
            Id = text.Id,
            Name = request.Name,
            Role = request.Role,
            Sources = request.Sources,
            Reader = request.Reader,
            SecretHash = ApiKey.HashOf(text.Secret),
            CreatedAt = now,
            CreatedBy = request.CreatedBy,
            ExpiresAt = request.ExpiresAt,
        };
        return await table.InsertAsync(Partition, key.Id.Value, key, cancellationToken).ConfigureAwait(false) is WriteResult.Applied
            ? (key, text)
            : throw new InvalidOperationException($"Key id {key.Id} was drawn twice.");
    }

    public async ValueTask<ApiKey?> GetAsync(ApiKeyId id, CancellationToken cancellationToken) =>
        (await table.GetAsync(Partition, id.Value, cancellationToken).ConfigureAwait(false))?.Value;

    public async IAsyncEnumerable<ApiKey> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in table.QueryAsync(Partition, RowRange.All, cancellationToken).ConfigureAwait(false))
        {
            yield return row.Value;
        }
    }

    /// <summary>False where there is no such key. Revoking twice keeps the first time.</summary>
    public Task<bool> RevokeAsync(ApiKeyId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(id, key => key.RevokedAt is null ? key with { RevokedAt = now } : key, cancellationToken);

    /// <summary>Whether a use of the key is to be noted: at most once in <see cref="LastUsedResolution"/>.</summary>
    public static bool IsUseUnnoted(ApiKey key, DateTimeOffset now) => key.LastUsedAt is not { } last || now - last >= LastUsedResolution;

    /// <summary>Notes a use where that is to be noted.</summary>
    public async Task TouchAsync(ApiKeyId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ChangeAsync(id, stored => IsUseUnnoted(stored, now) ? stored with { LastUsedAt = now } : stored, cancellationToken).ConfigureAwait(false);

    private async Task<bool> ChangeAsync(ApiKeyId id, Func<ApiKey, ApiKey> change, CancellationToken cancellationToken)
    {
        while (await table.GetAsync(Partition, id.Value, cancellationToken).ConfigureAwait(false) is { } row)
        {
            var changed = change(row.Value);
            if (ReferenceEquals(changed, row.Value)
                || await table.ReplaceAsync(Partition, id.Value, changed, row.ETag, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What a new key is to be.</summary>
public sealed record NewApiKey(string Name, HubRole Role, string CreatedBy)
{
    public IReadOnlyList<string> Sources { get; init; } = [];

    public Reader? Reader { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiKey))]
[JsonSerializable(typeof(SignInTicket))]
[JsonSerializable(typeof(Session))]
internal sealed partial class SecurityJson : JsonSerializerContext;
