using System.Collections.Concurrent;
using AllianceNotify.Security;

namespace AllianceNotify.Functions.Security;

/// <summary>
/// Finds keys and sessions, remembering each for <see cref="Memory"/> so that a busy sender costs one read in that time. A
/// revocation on this instance takes effect at once, on others within it.
/// </summary>
internal sealed class CallerLookup(ApiKeyTable keys, SessionTable sessions, TimeProvider time)
{
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private const int MostSessions = 10_000;
    private readonly ConcurrentDictionary<ApiKeyId, (ApiKey Key, DateTimeOffset ReadAt)> knownKeys = new();
    private readonly ConcurrentDictionary<string, (Session Session, DateTimeOffset ReadAt)> knownSessions = new(StringComparer.Ordinal);

    /// <summary>The good key that this text is, or null.</summary>
    public async ValueTask<ApiKey?> FindAsync(ApiKeyText presented, CancellationToken cancellationToken) =>
        await GetAsync(presented.Id, cancellationToken) is { } key && key.Matches(presented) && key.IsGoodAt(time.GetUtcNow()) ? key : null;

    /// <summary>
    /// Notes that the key was used, where that has not been noted lately; and remembers that it was, so that a busy sender's
    /// requests do not all read the record again.
    /// </summary>
    public async ValueTask NoteUseAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!ApiKeyTable.IsUseUnnoted(key, now))
        {
            return;
        }

        await keys.TouchAsync(key.Id, now, cancellationToken);

        // Only in place of what this caller saw: a key that was forgotten meanwhile is to be read again.
        if (knownKeys.TryGetValue(key.Id, out var known) && ReferenceEquals(known.Key, key))
        {
            knownKeys.TryUpdate(key.Id, (key with { LastUsedAt = now }, known.ReadAt), known);
        }
    }

    /// <summary>The session of a cookie, while the key it came from (if any) is good.</summary>
    public async ValueTask<Session?> FindAsync(string cookie, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!knownSessions.TryGetValue(cookie, out var known) || now - known.ReadAt >= Memory)
        {
            if (await sessions.FindAsync(cookie, now, cancellationToken) is not { } read)
            {
                knownSessions.TryRemove(cookie, out _);
                return null;
            }

            if (knownSessions.Count >= MostSessions)
            {
                knownSessions.Clear();
            }

            known = (read, now);
            knownSessions[cookie] = known;
        }

        var session = known.Session;
        return now < session.ExpiresAt && (session.Key is not { } id || await GetAsync(id, cancellationToken) is { } key && key.IsGoodAt(now))
            ? session
            : null;
    }

    public void Forget(ApiKeyId id) => knownKeys.TryRemove(id, out _);

    public void Forget(string cookie) => knownSessions.TryRemove(cookie, out _);

    private async ValueTask<ApiKey?> GetAsync(ApiKeyId id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (knownKeys.TryGetValue(id, out var known) && now - known.ReadAt < Memory)
        {
            return known.Key;
        }

        if (await keys.GetAsync(id, cancellationToken) is not { } key)
        {
            knownKeys.TryRemove(id, out _);
            return null;
        }

        knownKeys[id] = (key, now);
        return key;
    }
}
