using AllianceNotify.Messaging;
using AllianceNotify.Sqlite.Files;

namespace AllianceNotify.Sqlite.Messages;

/// <summary>
/// The statements on messages and dead letters. A message is leased when <c>lease</c> is not 0, and then
/// <c>visible_at</c> is the end of the lease: one index finds what is new, what is due again and what nobody answered for.
/// </summary>
internal static class MessageSql
{
    public const string LastId = "SELECT id FROM messages WHERE queue = ?1 ORDER BY id DESC LIMIT 1";

    public const string Insert = """
        INSERT INTO messages(queue, id, lane, visible_at, lease, deliveries, enqueued_at, not_before, message_id, trace_parent, body)
        VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, ?8, ?9)
        """;

    /// <summary>One seek a lane, in the order of the lanes; as many rows as wanted and no more.</summary>
    public const string Lease = """
        UPDATE messages SET visible_at = ?4, lease = ?5, deliveries = deliveries + 1
        WHERE queue = ?1 AND id IN (
            SELECT id FROM (SELECT id FROM messages WHERE queue = ?1 AND lane = 0 AND visible_at <= ?2 ORDER BY visible_at, id LIMIT ?3)
            UNION ALL
            SELECT id FROM (SELECT id FROM messages WHERE queue = ?1 AND lane = 1 AND visible_at <= ?2 ORDER BY visible_at, id LIMIT ?3)
            UNION ALL
            SELECT id FROM (SELECT id FROM messages WHERE queue = ?1 AND lane = 2 AND visible_at <= ?2 ORDER BY visible_at, id LIMIT ?3)
            UNION ALL
            SELECT id FROM (SELECT id FROM messages WHERE queue = ?1 AND lane = 3 AND visible_at <= ?2 ORDER BY visible_at, id LIMIT ?3)
            LIMIT ?3)
        RETURNING id, lane, deliveries, enqueued_at, not_before, message_id, trace_parent, body
        """;

    public const string FirstVisible = "SELECT visible_at FROM messages WHERE queue = ?1 AND lane = ?2 ORDER BY visible_at LIMIT 1";

    public const string Complete = "DELETE FROM messages WHERE queue = ?1 AND id = ?2 AND lease = ?3 AND visible_at > ?4";

    public const string Abandon = "UPDATE messages SET lease = 0, visible_at = ?5 WHERE queue = ?1 AND id = ?2 AND lease = ?3 AND visible_at > ?4";

    public const string Renew = "UPDATE messages SET visible_at = ?5 WHERE queue = ?1 AND id = ?2 AND lease = ?3 AND visible_at > ?4";

    public const string Bury = """
        INSERT INTO dead_letters(id, queue, lane, deliveries, enqueued_at, dead_at, message_id, trace_parent, reason, body)
        SELECT ?5, queue, lane, deliveries - ?7, enqueued_at, ?4, message_id, trace_parent, ?6, body
        FROM messages WHERE queue = ?1 AND id = ?2 AND lease = ?3 AND visible_at > ?4
        """;

    public const string Revive = """
        INSERT INTO messages(queue, id, lane, visible_at, lease, deliveries, enqueued_at, not_before, message_id, trace_parent, body)
        SELECT queue, ?3, lane, ?4, 0, 0, ?4, NULL, message_id, trace_parent, body FROM dead_letters WHERE id = ?2 AND queue = ?1
        """;

    public const string DeleteDeadLetter = "DELETE FROM dead_letters WHERE id = ?1";

    public const string DeadLetters = """
        SELECT id, lane, deliveries, enqueued_at, dead_at, message_id, trace_parent, reason, body
        FROM dead_letters WHERE queue = ?1 AND id > ?2 ORDER BY id LIMIT ?3
        """;

    public const string Depth = """
        SELECT
            (SELECT count(*) FROM messages WHERE queue = ?1),
            (SELECT count(*) FROM dead_letters WHERE queue = ?1),
            (SELECT enqueued_at FROM messages WHERE queue = ?1 AND (lease = 0 OR visible_at <= ?2) ORDER BY id LIMIT 1)
        """;

    public const string NextQueue = "SELECT queue FROM messages WHERE queue > ?1 ORDER BY queue LIMIT 1";

    /// <summary>
    /// Leases of a process that is gone end now. So does the waiting of messages that were to be seen at once and lie in
    /// the future because the clock has been set back since they were sent.
    /// </summary>
    public const string Release = """
        UPDATE messages SET visible_at = ?3, lease = 0
        WHERE queue = ?1 AND lane = ?2 AND visible_at > ?3 AND (lease <> 0 OR (deliveries = 0 AND not_before IS NULL))
        """;

    /// <summary>When the first message becomes visible, or did: UTC ticks; <see cref="long.MaxValue"/> where there is none.</summary>
    public static long NextVisible(FileConnection connection, string queue)
    {
        var next = long.MaxValue;
        for (var lane = Lane.FlashActual; lane <= Lane.Exercise; lane++)
        {
            next = Math.Min(next, connection.Prepare(FirstVisible).Bind(1, queue).Bind(2, (long)lane).ReadInteger() ?? long.MaxValue);
        }

        return next;
    }

    public static long NextId(FileConnection connection, string queue) => (connection.Prepare(LastId).Bind(1, queue).ReadInteger() ?? 0) + 1;

    /// <summary>The number of messages set free.</summary>
    public static int ReleaseAll(FileConnection connection, long now)
    {
        var released = 0;
        var last = "";
        while (connection.Prepare(NextQueue).Bind(1, last).ReadOne(row => row.Text(0)) is { } queue)
        {
            for (var lane = Lane.FlashActual; lane <= Lane.Exercise; lane++)
            {
                released += connection.Prepare(Release).Bind(1, queue).Bind(2, (long)lane).Bind(3, now).Run();
            }

            last = queue;
        }

        return released;
    }
}
