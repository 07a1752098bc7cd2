namespace AllianceNotify.Sqlite.Files;

/// <summary>
/// The tables. Bodies of entities lie in a rowid table, so that records of a kilobyte fill pages in the order they come,
/// and only the short key goes to its place in the index. Messages lie in the order of their queue; what can be leased
/// is found by (queue, lane, visible_at) alone, and done and dead messages are in neither. Times are UTC ticks of 100 ns.
/// </summary>
internal static class Schema
{
    private const int Version = 1;

    // "AlNo": file(1) and other tools can tell whose file it is.
    private const int ApplicationId = 0x416C4E6F;

    private const string Tables = """
        CREATE TABLE opened(
            one INTEGER PRIMARY KEY CHECK (one = 1),
            epoch INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO opened VALUES (1, 0);
        CREATE TABLE entities(
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            body BLOB NOT NULL);
        CREATE TABLE messages(
            queue TEXT NOT NULL,
            id INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            visible_at INTEGER NOT NULL,
            lease INTEGER NOT NULL,
            deliveries INTEGER NOT NULL,
            enqueued_at INTEGER NOT NULL,
            not_before INTEGER,
            message_id TEXT NOT NULL,
            trace_parent TEXT,
            body BLOB NOT NULL,
            PRIMARY KEY (queue, id)) WITHOUT ROWID;
        CREATE INDEX messages_ready ON messages(queue, lane, visible_at);
        CREATE TABLE dead_letters(
            id INTEGER PRIMARY KEY,
            queue TEXT NOT NULL,
            lane INTEGER NOT NULL,
            deliveries INTEGER NOT NULL,
            enqueued_at INTEGER NOT NULL,
            dead_at INTEGER NOT NULL,
            message_id TEXT NOT NULL,
            trace_parent TEXT,
            reason TEXT NOT NULL,
            body BLOB NOT NULL);
        CREATE INDEX dead_letters_of_queue ON dead_letters(queue);
        """;

    /// <summary>Makes or checks the tables, and counts this opening of the file. The count is the upper part of every version the opener gives.</summary>
    public static long Open(FileConnection connection, string path)
    {
        connection.Begin();
        try
        {
            var application = connection.QueryInteger("PRAGMA application_id");
            var version = connection.QueryInteger("PRAGMA user_version");
            var empty = connection.QueryInteger("SELECT count(*) FROM sqlite_master") == 0;
            if (empty)
            {
                foreach (var table in Tables.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    connection.Execute(table);
                }

                connection.Execute($"PRAGMA application_id = {ApplicationId}");
                connection.Execute($"PRAGMA user_version = {Version}");
            }
            else if (application != ApplicationId)
            {
                throw new InvalidOperationException($"'{path}' is a database of another program.");
            }
            else if (version != Version)
            {
                throw new InvalidOperationException($"'{path}' has layout {version}; this program reads layout {Version}.");
            }

            connection.Execute("UPDATE opened SET epoch = epoch + 1");
            var epoch = connection.QueryInteger("SELECT epoch FROM opened");
            connection.Commit();
            return epoch;
        }
        catch
        {
            connection.RollBack();
            throw;
        }
    }
}
