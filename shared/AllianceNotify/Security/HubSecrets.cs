using System.Security.Cryptography;
using AllianceNotify.Storage;

namespace AllianceNotify.Security;

/// <summary>
/// The hub's own random keys, made when first asked for and then the same for every instance on the store: insert-if-absent
/// decides which instance's draw is kept.
/// </summary>
public sealed class HubSecrets(IEntityStore store)
{
    private const string Partition = "secrets";
    private const int Bytes = 32;
    private static readonly TableName Table = new("HubSecrets");

    /// <summary>Signs the personal links of alerts.</summary>
    public ValueTask<byte[]> AcknowledgeLinkKeyAsync(CancellationToken cancellationToken) => GetAsync("acknowledge-links", cancellationToken);

    /// <summary>True for exactly one caller ever: the hub's first start on this store.</summary>
    public async Task<bool> ClaimFirstStartAsync(CancellationToken cancellationToken) =>
        await store.WriteAsync(Table, Partition, new EntityWrite.Insert("first-start", "{}"u8.ToArray()), cancellationToken)
            .ConfigureAwait(false) is WriteResult.Applied;

    private async ValueTask<byte[]> GetAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await store.GetAsync(Table, Partition, name, cancellationToken).ConfigureAwait(false) is { } entity)
            {
                return Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(entity.Body.Span).Trim('"'));
            }

            var body = System.Text.Encoding.ASCII.GetBytes($"\"{Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes))}\"");
            await store.WriteAsync(Table, Partition, new EntityWrite.Insert(name, body), cancellationToken).ConfigureAwait(false);
        }
    }
}
