using System.Collections.Concurrent;
using System.Net;

namespace AllianceNotify.Functions.Security;

/// <summary>
/// Counts refused credentials by address. Past the limit further ones are answered 429 unlooked-at by sign-in and as 429
/// by the API; a good key is never held up by somebody else's bad ones behind the same proxy.
/// </summary>
internal sealed class FailedAttempts(TimeProvider time)
{
    public const int Limit = 30;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int MostAddresses = 10_000;
    private readonly ConcurrentDictionary<IPAddress, (DateTimeOffset From, int Count)> byAddress = new();

    public void Note(IPAddress? address)
    {
        var now = time.GetUtcNow();
        if (byAddress.Count >= MostAddresses)
        {
            byAddress.Clear();
        }

        byAddress.AddOrUpdate(
            address ?? IPAddress.None,
            _ => (now, 1),
            (_, seen) => now - seen.From >= Window ? (now, 1) : (seen.From, seen.Count + 1));
    }

    /// <summary>How long until this address may try again; null where it may now.</summary>
    public TimeSpan? RetryAfter(IPAddress? address)
    {
        var now = time.GetUtcNow();
        return byAddress.TryGetValue(address ?? IPAddress.None, out var seen) && seen.Count >= Limit && now - seen.From < Window
            ? Window - (now - seen.From)
            : null;
    }
}
