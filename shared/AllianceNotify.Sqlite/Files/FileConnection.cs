using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AllianceNotify.Sqlite.Files;

/// <summary>One connection to the file with its prepared statements. Not thread-safe: one thread at a time has it.</summary>
internal sealed class FileConnection : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, Statement> statements = new(ReferenceEqualityComparer.Instance);

    private FileConnection(SqliteConnection connection) => this.connection = connection;

    private sqlite3 Handle => connection.Handle ?? throw new ObjectDisposedException(nameof(FileConnection));

    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>The connection that writes. Makes the file where there is none.</summary>
    public static FileConnection OpenWriter(SqliteOptions options)
    {
        var connection = Open(options, SqliteOpenMode.ReadWriteCreate);
        try
        {
            // These two count only while the file is empty. SQLite's own default is no vacuum, this build's is to move pages at
            // every commit that leaves some free, and queues leave pages free all the time.
            connection.Execute("PRAGMA page_size = 4096");
            connection.Execute("PRAGMA auto_vacuum = NONE");
            var mode = connection.Query("PRAGMA journal_mode = WAL", row => row.Text(0));
            if (mode != "wal")
            {
                throw new InvalidOperationException($"The file system of '{options.Path}' does not carry a write-ahead log (journal mode stays '{mode}').");
            }

            // FULL flushes the log to the disk at every commit; the last two matter on macOS only, where fsync alone does not.
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA fullfsync = 1");
            connection.Execute("PRAGMA checkpoint_fullfsync = 1");
            connection.Execute("PRAGMA wal_autocheckpoint = 0");
            connection.Execute($"PRAGMA journal_size_limit = {options.CheckpointBytes}");
            connection.Execute("PRAGMA cache_size = -32768");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static FileConnection OpenReader(SqliteOptions options)
    {
        var connection = Open(options, SqliteOpenMode.ReadWrite);
        try
        {
            connection.Execute("PRAGMA query_only = 1");
            connection.Execute("PRAGMA cache_size = -4096");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The statement for a text, which must be a constant: the cache goes by reference.</summary>
    public Statement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            statements[sql] = statement = new Statement(Handle, sql);
        }

        return statement;
    }

    /// <summary>A statement that is not worth keeping.</summary>
    public Statement PrepareOnce(string sql) => new(Handle, sql);

    /// <summary>Runs a statement that is not worth keeping.</summary>
    public void Execute(string sql)
    {
        using var statement = PrepareOnce(sql);
        statement.Run();
    }

    /// <summary>The first row of a statement that is not worth keeping.</summary>
    public T Query<T>(string sql, Func<Statement, T> read)
        where T : class
    {
        using var statement = PrepareOnce(sql);
        return statement.ReadOne(read) ?? throw new InvalidOperationException($"No row from: {sql}");
    }

    /// <summary>The number that a statement that is not worth keeping answers.</summary>
    public long QueryInteger(string sql)
    {
        using var statement = PrepareOnce(sql);
        return statement.ReadInteger() ?? throw new InvalidOperationException($"No row from: {sql}");
    }

    public void Begin() => Prepare("BEGIN IMMEDIATE").Run();

    public void Commit() => Prepare("COMMIT").Run();

    /// <summary>Undoes an open transaction. SQLite has sometimes done so by itself, as when the disk is full.</summary>
    public void RollBack()
    {
        if (InTransaction)
        {
            Prepare("ROLLBACK").Run();
        }
    }

    /// <summary>Pages written to the log by this connection since the last call.</summary>
    public int TakePagesWritten()
    {
        _ = raw.sqlite3_db_status(Handle, CacheWrites, out var pages, out _, resetFlg: 1);
        return pages;
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        statements.Clear();
        connection.Dispose();
    }

    internal static SqliteException Error(sqlite3 database, int code)
    {
        var extended = raw.sqlite3_extended_errcode(database);
        return new SqliteException($"SQLite error {code}: {raw.sqlite3_errmsg(database).utf8_to_string()}", code, extended);
    }

    // SQLITE_DBSTATUS_CACHE_WRITE, which the binding does not name.
    private const int CacheWrites = 9;

    private static FileConnection Open(SqliteOptions options, SqliteOpenMode mode)
    {
        // The full path, because SQLite takes "file:…" and ":memory:" for something else.
        var text = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(options.Path), Mode = mode, Pooling = false };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, (int)options.BusyTimeout.TotalMilliseconds);
            var opened = new FileConnection(connection);
            opened.Execute("PRAGMA temp_store = MEMORY");
            return opened;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
