using System.Security.Cryptography;
using System.Text;
using AllianceNotify.Storage;

namespace AllianceNotify.Security;

/// <summary>A link that signs its holder in once. Stored by the hash of its secret.</summary>
public sealed record SignInTicket(string Name, HubRole Role, DateTimeOffset ExpiresAt);

/// <summary>A signed-in browser. Ends at <paramref name="ExpiresAt"/>, at sign-out, or when the key it came from ends.</summary>
public sealed record Session(string Name, HubRole Role, ApiKeyId? Key, Reader? Reader, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Signed in by the hub's own link: whoever holds the machine, and so may read what it stores.</summary>
    public bool IsLocal => Key is null;
}

/// <summary>
/// Sign-in tickets and sessions. Both are found by the SHA-256 of a random 256-bit secret, so that reading the store
/// gives nobody a way in.
/// </summary>
public sealed class SessionTable(IEntityStore store)
{
    public static readonly TimeSpan TicketLifetime = TimeSpan.FromHours(1);
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(12);

    private const string Partition = "all";
    private readonly JsonTable<SignInTicket> tickets = new(store, new TableName("SignInTickets"), SecurityJson.Default.SignInTicket);
    private readonly JsonTable<Session> sessions = new(store, new TableName("Sessions"), SecurityJson.Default.Session);

    public async Task<string> IssueTicketAsync(string name, HubRole role, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var secret = DeterministicId.Random("", 32);
        await tickets.UpsertAsync(Partition, RowOf(secret), new SignInTicket(name, role, now + TicketLifetime), cancellationToken).ConfigureAwait(false);
        return secret;
    }

    /// <summary>Starts a session and uses the ticket up. Null where it is unknown, used or expired; of two callers at once one gets it.</summary>
    public async Task<(string Secret, Session Session)?> RedeemAsync(string ticket, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = RowOf(ticket);
        if (await tickets.GetAsync(Partition, row, cancellationToken).ConfigureAwait(false) is not { } found
            || await tickets.DeleteAsync(Partition, row, found.ETag, cancellationToken).ConfigureAwait(false) is WriteResult.Conflict
            || now >= found.Value.ExpiresAt)
        {
            return null;
        }

        return await StartAsync(new Session(found.Value.Name, found.Value.Role, null, null, now, now + SessionLifetime), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A session for the holder of an API key, with the key's role and reader.</summary>
    public Task<(string Secret, Session Session)> StartAsync(ApiKey key, DateTimeOffset now, CancellationToken cancellationToken) =>
        StartAsync(new Session(key.Name, key.Role, key.Id, key.Reader, now, now + SessionLifetime), cancellationToken);

    public async ValueTask<Session?> FindAsync(string secret, DateTimeOffset now, CancellationToken cancellationToken) =>
        await sessions.GetAsync(Partition, RowOf(secret), cancellationToken).ConfigureAwait(false) is { } row && now < row.Value.ExpiresAt
            ? row.Value
            : null;

    public async Task EndAsync(string secret, CancellationToken cancellationToken) =>
        await sessions.DeleteAsync(Partition, RowOf(secret), null, cancellationToken).ConfigureAwait(false);

    /// <summary>Forgets tickets and sessions whose time is over; nobody could use them any more. Answers how many.</summary>
    public async Task<int> RemoveEndedAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        await RemoveEndedAsync(tickets, ticket => ticket.ExpiresAt, now, cancellationToken).ConfigureAwait(false)
        + await RemoveEndedAsync(sessions, session => session.ExpiresAt, now, cancellationToken).ConfigureAwait(false);

    private static async Task<int> RemoveEndedAsync<T>(
        JsonTable<T> table, Func<T, DateTimeOffset> end, DateTimeOffset now, CancellationToken cancellationToken)
        where T : class
    {
        var removed = 0;
        await foreach (var row in table.QueryAsync(Partition, RowRange.All, cancellationToken).ConfigureAwait(false))
        {
            if (end(row.Value) <= now && await table.DeleteAsync(Partition, row.Row, row.ETag, cancellationToken).ConfigureAwait(false) is WriteResult.Applied)
            {
                removed++;
            }
        }

        return removed;
    }

    private async Task<(string Secret, Session Session)> StartAsync(Session session, CancellationToken cancellationToken)
    {
        var secret = DeterministicId.Random("", 32);
        await sessions.UpsertAsync(Partition, RowOf(secret), session, cancellationToken).ConfigureAwait(false);
        return (secret, session);
    }

    private static string RowOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
